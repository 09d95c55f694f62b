// The district of the mock: record types in two languages and a few invented records.
const L = (zh, en) => ({ zh, en });
const f = (name, kind, zh, en, more = {}) => ({ name, kind, label: L(zh, en), required: 'never', group: 0, flags: [], of: null, min: null, max: null, help: null, ...more });
const text = (name, zh, en, more) => f(name, 'text', zh, en, { max: 100, ...more });
const refTo = (name, of, zh, en, more) => f(name, 'ref', zh, en, { of, ...more });
const must = { required: 'always' };
const st = (name, zh, en, end = false) => ({ name, label: L(zh, en), end });
const mv = (event, zh, en, from, to, more = {}) => ({ event, label: L(zh, en), verb: L(zh, en), from, to, reason: false, waives: null, signatures: [], needs: [], posts: ['bureau_leader', 'inspector'], ...more });
const sg = (role, zh, en, posts) => ({ role, label: L(zh, en), min: 1, posts, modes: ['session', 'paper'] });
const all = (columns, filters, more = []) => [{ name: 'all', label: L('全部', 'All'), columns, filters, order: '-happened_on' }, ...more];
const bureau = ['bureau_leader', 'inspector'];

export const types = [
  {
    name: 'unit', plural: 'units', label: L('单位', 'Units'), writers: bureau,
    groups: [{ n: 0, label: L('基本情况', 'Facts') }, { n: 1, label: L('监管', 'Oversight') }],
    fields: [text('name', '名称', 'Name', { ...must, flags: ['search', 'unique'] }), f('kind', 'code', '类别', 'Kind', { of: 'unit_kind', ...must }), text('address', '地址', 'Address', { max: 200 }), f('staff', 'int', '在编人数', 'Staff', { min: 1, max: 5000, help: L('填写整数', 'A whole number') }), f('supervised_from', 'date', '纳入监管日期', 'Supervised from', { group: 1 }), f('key_unit', 'bool', '重点单位', 'Key unit', { group: 1 }), f('on_paper', 'bool', '纸面办理', 'Works on paper', { group: 1 }), f('weight', 'pt100', '权重', 'Weight', { group: 1, min: 0, max: 1000 }), text('note', '备注', 'Note', { group: 1, max: 2000 })],
    states: [st('supervised', '监管中', 'supervised'), st('closed', '已撤销', 'closed', true)], create: bureau,
    moves: [mv('close', '撤销', 'Close', ['supervised'], 'closed', { reason: true })],
    lists: all(['number', 'name', 'kind', 'staff', 'supervised_from', 'state'], ['state', 'kind', 'key_unit'], [{ name: 'key', label: L('重点单位', 'Key units'), columns: ['number', 'name', 'kind'], filters: ['state'], order: 'number', where: (r) => r.fields.key_unit === true }]),
  },
  { name: 'department', plural: 'departments', label: L('内设机构', 'Departments'), writers: [...bureau, 'secrecy_officer'], create: [...bureau, 'secrecy_officer'], fields: [text('name', '名称', 'Name', must), refTo('unit', 'unit', '单位', 'Unit', must), refTo('parent', 'department', '上级机构', 'Above')], states: [st('open', '在用', 'in use')], moves: [], lists: all(['name', 'unit', 'state'], ['unit']) },
  { name: 'post', plural: 'posts', label: L('岗位', 'Posts'), writers: bureau, create: bureau, fields: [f('role', 'code', '岗位', 'Role', { of: 'role', ...must }), refTo('unit', 'unit', '单位', 'Unit', must)], states: [st('open', '在用', 'in use')], moves: [], lists: all(['title', 'role', 'unit', 'state'], ['unit', 'role']) },
  { name: 'person', plural: 'persons', label: L('人员', 'Persons'), writers: [...bureau, 'secrecy_officer'], create: [...bureau, 'secrecy_officer'], fields: [text('name', '姓名', 'Name', { ...must, flags: ['search', 'personal'] }), refTo('unit', 'unit', '单位', 'Unit'), f('id_number', 'keyed_hash', '身份证件号', 'Id number', { help: L('只保存加密摘要', 'Only a keyed hash is kept') }), text('phone', '办公电话', 'Office phone', { max: 20 })], states: [st('active', '在职', 'active'), st('left', '离职', 'left', true)], moves: [mv('leave', '离职', 'Leave', ['active'], 'left')], lists: all(['name', 'unit', 'phone', 'state'], ['state', 'unit']) },
  { name: 'assignment', plural: 'assignments', label: L('任职', 'Assignments'), writers: bureau, create: bureau, fields: [refTo('person', 'person', '人员', 'Person', must), refTo('post', 'post', '岗位', 'Post', must), f('since', 'date', '起', 'Since', must), f('until', 'date', '止', 'Until'), f('stand_in', 'bool', '代理', 'Stand-in')], states: [st('open', '有效', 'in force'), st('ended', '结束', 'ended', true)], moves: [mv('end', '结束任职', 'End', ['open'], 'ended', { needs: ['until'] })], lists: all(['person', 'post', 'unit', 'since', 'until'], ['unit', 'person', 'post']) },
  {
    name: 'handover', plural: 'handovers', label: L('交接', 'Handovers'), writers: [...bureau, 'secrecy_officer'], create: [...bureau, 'secrecy_officer'],
    fields: [refTo('post', 'post', '岗位', 'Post', { ...must, flags: ['fixed'] }), refTo('outgoing', 'person', '移交人', 'Outgoing officer'), refTo('incoming', 'person', '接任人', 'Incoming officer'), refTo('leader', 'person', '监交人', 'Watching leader'), f('handover_on', 'date', '交接日期', 'Handed over on'), text('carriers', '载体', 'Carriers', { max: 1000, flags: ['long'] }), text('keys_note', '钥匙和柜子', 'Keys and cabinets', { max: 500, flags: ['long'] })],
    states: [st('open', '办理中', 'open'), st('done', '已完成', 'done', true), st('cancelled', '已取消', 'cancelled', true)],
    moves: [
      mv('refresh', '重新生成清单', 'Make the list again', ['open'], 'open', { posts: [...bureau, 'secrecy_officer'] }),
      mv('complete', '完成交接', 'Complete', ['open'], 'done', { posts: [...bureau, 'secrecy_officer'], needs: ['outgoing', 'incoming', 'leader', 'handover_on'], signatures: [sg('outgoing', '移交人', 'Outgoing officer', ['secrecy_officer']), sg('incoming', '接任人', 'Incoming officer', ['secrecy_officer']), sg('leader', '监交人（分管领导）', 'Watching leader', ['responsible_leader'])], waiver: 'complete_without_outgoing' }),
      mv('complete_without_outgoing', '原任已离开，完成交接', 'Complete without the predecessor', ['open'], 'done', { reason: true, waives: 'complete', posts: [...bureau, 'secrecy_officer'], needs: ['incoming', 'leader', 'handover_on'], signatures: [sg('incoming', '接任人', 'Incoming officer', ['secrecy_officer']), sg('leader', '监交人（分管领导）', 'Watching leader', ['responsible_leader'])] }),
    ],
    lists: all(['number', 'post', 'unit', 'outgoing', 'incoming', 'handover_on', 'state'], ['state', 'post']),
  },
  { name: 'handover_item', plural: 'handover_items', parent: 'handover', label: L('交接事项', 'Items handed over'), writers: [...bureau, 'secrecy_officer'], create: [...bureau, 'secrecy_officer'], fields: [refTo('parent', 'handover', '交接', 'Handover', must), refTo('unit', 'unit', '单位', 'Unit'), text('subject', '内容', 'Subject', must), f('amount', 'int', '数量', 'Amount', { min: 0, max: 100000 }), f('due_on', 'date', '期限', 'Due on'), f('checked', 'bool', '已核对', 'Checked'), text('remark', '备注', 'Remark', { max: 500, flags: ['long'] })], states: [st('listed', '已列入', 'listed'), st('closed', '已归档', 'closed', true)], moves: [], lists: all(['subject', 'amount', 'due_on', 'checked', 'remark'], ['parent', 'state']) },
  { name: 'notice', plural: 'notices', label: L('通知', 'Notices'), writers: bureau, create: bureau, fields: [text('title', '标题', 'Title', must), text('body', '正文', 'Text', { max: 4000 }), f('reply_by', 'date', '回执期限', 'Reply by')], states: [st('draft', '草稿', 'draft'), st('issued', '已发', 'issued', true)], moves: [mv('issue', '发出', 'Issue', ['draft'], 'issued', { needs: ['title', 'reply_by'] })], lists: all(['number', 'title', 'state', 'happened_on'], ['state']) },
  { name: 'notice_receipt', plural: 'notice_receipts', parent: 'notice', label: L('阅读回执', 'Read receipts'), writers: [], create: [], fields: [refTo('parent', 'notice', '通知', 'Notice', { ...must, flags: ['fixed'] }), refTo('unit', 'unit', '单位', 'Unit'), f('read_at', 'instant', '阅读时间', 'Read at', { flags: ['kernel'] })], states: [st('unread', '未读', 'unread'), st('read', '已读', 'read', true)], moves: [mv('read', '确认已读', 'Confirm', ['unread'], 'read', { posts: ['secrecy_officer'] })], lists: all(['parent', 'unit', 'state', 'read_at'], ['state', 'unit', 'parent']) },
  { name: 'meeting', plural: 'meetings', label: L('会议', 'Meetings'), writers: bureau, create: bureau, fields: [text('title', '会议名称', 'Title', must), f('starts_at', 'instant', '开始时间', 'Starts at', must), text('place', '地点', 'Place'), text('minutes', '纪要', 'Minutes', { max: 4000 })], states: [st('planned', '已安排', 'planned'), st('held', '已召开', 'held', true)], moves: [mv('hold', '登记召开', 'Record as held', ['planned'], 'held', { needs: ['minutes'] })], lists: all(['number', 'title', 'starts_at', 'state'], ['state']) },
  { name: 'directive', plural: 'directives', label: L('上级批示', 'Directives'), writers: bureau, create: bureau, fields: [text('title', '事由', 'Subject', must), text('origin', '来源', 'Origin'), f('due_on', 'date', '办结期限', 'Due on')], states: [st('open', '办理中', 'open'), st('done', '已办结', 'done', true)], moves: [mv('finish', '办结', 'Finish', ['open'], 'done', { reason: true })], lists: all(['number', 'title', 'origin', 'due_on', 'state'], ['state']) },
  { name: 'attachment', plural: 'attachments', label: L('附件', 'Files'), writers: [], create: [], fields: [text('name', '名称', 'Name'), f('sha256', 'file_hash', '校验值', 'Hash')], states: [st('kept', '已保存', 'kept')], moves: [], lists: [] },
];

export const codes = {
  unit_kind: [['organ', '机关', 'Organ'], ['subdistrict', '街道', 'Subdistrict'], ['community', '社区', 'Community'], ['enterprise', '企业', 'Enterprise'], ['institution', '事业单位', 'Institution']],
  role: [['bureau_leader', '保密局局长', 'Bureau leader'], ['inspector', '检查员', 'Inspector'], ['unit_head', '主要负责人', 'Unit head'], ['responsible_leader', '分管领导', 'Responsible leader'], ['secrecy_officer', '保密干部', 'Secrecy officer']],
};
for (const name of Object.keys(codes)) codes[name] = codes[name].map(([code, zh, en]) => ({ code, label: L(zh, en) }));

const names = ['发展和改革局', '教育局', '科技局', '民政局', '司法局', '财政局', '自然资源局', '住房和建设局', '交通运输局', '水务局', '农业农村局', '商务局', '卫生健康局', '应急管理局', '审计局', '统计局', '医疗保障局', '信访局', '档案馆', '机关事务中心'];
const places = ['东湖', '西山', '南桥', '北苑', '柳河', '青松', '新港', '望江', '金石', '和平'];
export const unitNames = names.map((name) => ['organ', '示例区' + name]).concat(places.map((name) => ['subdistrict', name + '街道办事处']), places.map((name, n) => [n % 2 ? 'enterprise' : 'institution', name + (n % 2 ? '水务有限公司' : '中心医院')]), places.slice(0, 6).flatMap((name) => [1, 2, 3, 4].map((n) => ['community', `${name}第${'一二三四'[n - 1]}社区`])), [...places].map((name) => ['institution', name + '中学']), places.slice(0, 8).map((name) => ['enterprise', name + '建设集团']));
