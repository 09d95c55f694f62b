// A small stand-in for lijiand, for the tests of the pages only: everything in memory, the rules of docs/api.md.
import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { dirname, extname, join, normalize } from 'node:path';
import { fileURLToPath } from 'node:url';
import { codes, types, unitNames } from './data.mjs';

const dist = join(dirname(fileURLToPath(import.meta.url)), '..', 'dist');
const mime = { '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.svg': 'image/svg+xml' };
const policy = "default-src 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'; form-action 'none'";
const byName = new Map(types.map((type) => [type.name, type]));
const byPlural = new Map(types.map((type) => [type.plural, type]));
const T = (zh, en) => ({ zh, en });

let records, history, signatures, accounts, sessions, imports, log, answers, files, clock;
let serial = 0;
const nextId = () => `01900000-0000-7000-8000-${String(++serial).padStart(12, '0')}`;
const day = (offset) => new Date(Date.now() + 8 * 3600e3 + offset * 86400e3).toISOString().slice(0, 10);
const now = () => new Date().toISOString().replace(/\.\d+Z/, 'Z');

function make(type, fields, more = {}) {
  const counter = (clock[type] = (clock[type] || 0) + 1);
  const record = { id: nextId(), type, version: 1, state: byName.get(type).states[0].name, number: `${type[0].toUpperCase()}-${String(counter).padStart(4, '0')}`, title: '', void: false, unit: fields.unit || (fields.post && records.get(fields.post) ? records.get(fields.post).unit : null), parent: fields.parent || null, happened_on: day(0), created_at: now(), source: 'live', entered_by: null, for_post: null, fields, ...more };
  retitle(record);
  records.set(record.id, record);
  if (type === 'handover') pack(record);
  history.set(record.id, []);
  note(record, { event: 'create', to: record.state, changes: Object.keys(fields).map((field) => ({ field, before: null, after: fields[field] })) }, more.by);
  return record;
}
/** What the kernel's effect does when a handover is made or refreshed. */
function pack(handover) {
  for (const [id, one] of records) if (one.type === 'handover_item' && one.parent === handover.id) records.delete(id);
  for (const [subject, amount] of [['未办事项：自查自评', null], ['台账：人员', 3], ['台账：内设机构', 3], ['60 天内到期：通知回执', null]]) make('handover_item', { parent: handover.id, unit: handover.unit, subject, amount, due_on: amount ? null : day(20), checked: null, remark: null });
}
function title(id) {
  const record = records.get(id);
  return record ? record.title : '';
}
function retitle(record) {
  const v = record.fields;
  if (record.type === 'post') record.title = `${(codes.role.find((one) => one.code === v.role) || { label: T('', '') }).label.zh} · ${title(v.unit)}`;
  else if (record.type === 'assignment') record.title = `${title(v.person)} · ${title(v.post)}`;
  else if (record.type === 'handover') record.title = `${title(v.post)} 交接`;
  else if (record.type === 'notice_receipt') record.title = `${title(v.unit)}：${title(v.parent)}`;
  else if (record.type === 'handover_item') record.title = v.subject;
  else record.title = v.name || v.title || '';
}
function note(record, entry, by) {
  log.push({ seq: log.length, at: now(), by: by || null, type: record.type, record: record.id, version: record.version, event: entry.event || 'change', leaf: createHash('sha256').update(record.id + record.version).digest('base64') });
  history.get(record.id).unshift({ version: record.version, at: now(), by: by || null, for_post: null, event: 'change', from: null, to: null, reason: null, changes: [], leaf: log.length - 1, ...entry });
}

function reset() {
  serial = 0;
  [records, history, signatures, sessions, imports, answers, files] = [1, 2, 3, 4, 5, 6, 7].map(() => new Map());
  [log, clock, accounts] = [[], {}, []];
  const units = unitNames.map(([kind, name], n) => make('unit', { name, kind, address: `示例路 ${n + 1} 号`, staff: 20 + n * 3, supervised_from: '2020-01-01', key_unit: n % 9 === 0, on_paper: n === 1 || n === 50, weight: 100, note: null }));
  const person = (name, unit) => make('person', { name, unit: unit.id, id_number: null, phone: null });
  const post = (role, unit) => make('post', { role, unit: unit.id });
  const assign = (who, to, since, until = null, stand_in = false) => make('assignment', { person: who.id, post: to.id, since, until, stand_in }, { unit: to.fields.unit, state: until ? 'ended' : 'open' });
  const bureau = make('unit', { name: '示例区国家保密局', kind: 'organ', address: '示例路 99 号', staff: 6, supervised_from: null, key_unit: false, weight: null, note: null });
  const [zhou, wu] = ['周敏', '吴刚'].map((name) => person(name, bureau));
  const [leader, inspector] = ['bureau_leader', 'inspector'].map((role) => post(role, bureau));
  assign(zhou, leader, '2022-03-01');
  assign(wu, inspector, '2023-06-01');
  const edu = units[1];
  const [chen, liu, zhang, old] = ['陈静', '刘洋', '张伟', '赵磊'].map((name) => person(name, edu));
  const officer = post('secrecy_officer', edu);
  const boss = post('responsible_leader', edu);
  post('unit_head', edu);
  assign(old, officer, '2019-09-01', '2022-01-31');
  assign(chen, post('secrecy_officer', units[2]), '2020-02-01', '2021-12-31');
  assign(chen, officer, '2022-02-01');
  assign(zhang, boss, '2021-05-01');
  assign(liu, post('inspector', units[3]), '2022-01-01', null, true);
  const hall = make('department', { name: '办公室', unit: edu.id, parent: null });
  make('department', { name: '机要科', unit: edu.id, parent: hall.id });
  make('department', { name: '基础教育科', unit: edu.id, parent: null });
  make('handover', { post: officer.id, outgoing: chen.id, incoming: liu.id, leader: zhang.id, handover_on: null, carriers: '12 份', keys_note: '保密柜 2 个' });
  const notice = make('notice', { title: '关于开展年度自查自评的通知', body: '请各单位按时完成自查自评。', reply_by: day(10) }, { state: 'issued' });
  for (const unit of units.slice(0, 8)) make('notice_receipt', { parent: notice.id, unit: unit.id, read_at: null });
  make('notice', { title: '关于节日期间保密工作的提醒', body: null, reply_by: null });
  make('meeting', { title: '保密委员会第一次会议', starts_at: '2024-03-05T01:00:00Z', place: '三楼会议室', minutes: null });
  make('directive', { title: '关于移动存储介质管理的批示', origin: '区委主要领导', due_on: day(15) });
  const account = (name, shown, more) => accounts.push({ id: nextId(), account: name, name: shown, password: 'Lijian-2024', must_change: false, state: 'active', version: 1, person: null, posts: [], waiting: [], admin: [], ...more });
  account('leader', '周敏', { person: zhou.id, posts: [leader.id] });
  account('inspector', '吴刚', { person: wu.id, posts: [inspector.id] });
  account('officer', '陈静', { person: chen.id, posts: [officer.id] });
  account('successor', '刘洋', { person: liu.id, posts: [officer.id] });
  account('unitleader', '张伟', { person: zhang.id, posts: [boss.id] });
  account('newcomer', '赵磊', { person: old.id, must_change: true, waiting: [boss.id] });
  account('sysadmin', '系统管理员', { admin: ['sys_admin'] });
  account('secadmin', '安全保密管理员', { admin: ['sec_admin'] });
  account('auditadmin', '安全审计员', { admin: ['audit_admin'] });
}

class Fail extends Error {
  constructor(status, code, title, more = {}) {
    super(code);
    Object.assign(this, { status, code, title, more });
  }
}
const invalid = (errors) => new Fail(422, 'invalid', T('填写的内容有误', 'The input is not valid'), { errors });

function check(field, value, path) {
  const fault = (code, zh, en) => ({ pointer: path, code, detail: T(zh, en) });
  if (value === null || value === undefined || value === '') return field.required === 'always' ? fault('required', '此项必填', 'This is required') : null;
  const kind = field.kind;
  if ((kind === 'text' || kind === 'keyed_hash') && (typeof value !== 'string' || value.length > (field.max || 200))) return fault('too_long', `最多 ${field.max} 个字`, `At most ${field.max} characters`);
  if (kind === 'int' || kind === 'pt100') {
    if (!Number.isInteger(value)) return fault('not_a_number', '须填写数字', 'A number is needed');
    if ((field.min !== null && value < field.min) || (field.max !== null && value > field.max)) return fault('range', `须在 ${field.min} 至 ${field.max} 之间`, `Must be ${field.min} to ${field.max}`);
  }
  if (kind === 'bool' && typeof value !== 'boolean') return fault('not_a_bool', '须填写“是”或“否”', 'Must be yes or no');
  if (kind === 'date' && !(/^\d{4}-\d\d-\d\d$/.test(value) && !isNaN(Date.parse(value)))) return fault('not_a_date', '不是有效日期,应形如 2024-05-01', 'Not a date such as 2024-05-01');
  if (kind === 'code' && !codes[field.of].some((one) => one.code === value)) return fault('not_in_list', '不在代码表中', 'Not in the code list');
  if (kind === 'ref' && !(records.get(value) && records.get(value).type === field.of)) return fault('not_found', '没有这条记录', 'No such record');
  return null;
}
function checkUnique(type, field, value, own) {
  return field.flags.includes('unique') && value && [...records.values()].some((one) => one.type === type.name && one.id !== own && !one.void && one.fields[field.name] === value);
}

const refOf = (id) => (records.get(id) ? { id, type: records.get(id).type, title: records.get(id).title } : null);
function who(account) {
  return account.person ? refOf(account.person) : { id: account.id, type: 'account', title: account.name };
}
const rolesOf = (account) => account.posts.map((id) => records.get(id).fields.role);
const may = (account, allowed) => allowed.some((role) => rolesOf(account).includes(role));

function view(record, account, single) {
  const type = byName.get(record.type);
  const out = { ...record, unit: refOf(record.unit), parent: refOf(record.parent), fields: {} };
  delete out.by;
  for (const field of type.fields) {
    const value = record.fields[field.name] === undefined ? null : record.fields[field.name];
    out.fields[field.name] = field.kind === 'ref' ? refOf(value) : value;
  }
  if (single) {
    const ended = record.void || type.states.some((state) => state.name === record.state && state.end);
    out.can = { write: !ended && may(account, type.writers) ? type.fields.map((field) => field.name) : [], moves: record.void ? [] : type.moves.filter((move) => move.from.includes(record.state) && may(account, move.posts)).map((move) => move.event).concat(may(account, ['bureau_leader']) ? ['void'] : []) };
  }
  return out;
}

function localize(value, language) {
  if (Array.isArray(value)) return value.map((one) => localize(one, language));
  if (value && typeof value === 'object') {
    if (typeof value.zh === 'string' && typeof value.en === 'string' && Object.keys(value).length === 2) return value[language];
    return Object.fromEntries(Object.entries(value).filter(([, one]) => typeof one !== 'function').map(([key, one]) => [key, localize(one, language)]));
  }
  return value;
}

function duties(account, unit, everything) {
  const items = [];
  const push = (record, verb, zh, en, due, minutes, more = {}) => {
    const left = Math.round((Date.parse(due) - Date.parse(day(0))) / 86400e3);
    items.push({ id: `${record.id}:${verb}`, record: refOf(record.id), verb, verb_label: T(zh, en), due_on: due, days_left: left, minutes, post: null, unit: refOf(record.unit), answerer: null, stand_in: false, overdue: left < 0, ...more });
  };
  for (const record of records.values()) {
    if (record.void) continue;
    if (record.type === 'handover' && record.state === 'open') push(record, 'complete', '办理交接', 'Hand over', day(-2), 20, { done: (signatures.get(record.id) || []).length, of: 3 });
    if (record.type === 'notice_receipt' && record.state === 'unread') push(record, 'read', '确认已读', 'Confirm', day(10), 3, { stand_in: record.unit !== null && title(record.unit).includes('科技'), answerer: who(accounts[2]) });
    if (record.type === 'directive' && record.state === 'open') push(record, 'finish', '办结', 'Finish', record.fields.due_on || day(5), 40);
    if (record.type === 'meeting' && record.state === 'planned') push(record, 'hold', '登记召开', 'Record', day(3), 15);
  }
  const own = account.posts.map((id) => records.get(id).fields.unit);
  const bureau = may(account, ['bureau_leader', 'inspector']);
  return items.filter((duty) => (unit ? duty.unit && duty.unit.id === unit : everything && bureau ? true : duty.unit ? own.includes(duty.unit.id) : bureau)).sort((a, b) => (a.due_on < b.due_on ? -1 : 1));
}

function filterList(type, query) {
  const list = type.lists.find((one) => one.name === query.get('list')) || type.lists[0];
  const q = (query.get('q') || '').toLowerCase();
  return [...records.values()].filter((record) => {
    if (record.type !== type.name || (list && list.where && !list.where(record))) return false;
    if (q && !(record.title + record.number).toLowerCase().includes(q)) return false;
    for (const [name, value] of query) {
      if (['list', 'q', 'limit', 'after', 'total', 'format'].includes(name) || !value) continue;
      const has = name === 'state' || name === 'parent' || name === 'record' ? record[name] : name === 'unit' ? record.unit : record.fields[name];
      if (String(has) !== value) return false;
    }
    return true;
  });
}
function page(items, query, shape) {
  const limit = Math.min(Number(query.get('limit') || 50), 200);
  const from = query.get('after') ? Number(Buffer.from(query.get('after'), 'base64').toString()) : 0;
  const out = { items: items.slice(from, from + limit).map(shape), next: from + limit < items.length ? Buffer.from(String(from + limit)).toString('base64') : null };
  if (query.get('total')) out.total = items.length;
  return out;
}
function csvOf(type, rows, language) {
  const cell = (value) => (/[",\n]/.test(value) ? '"' + value.replace(/"/g, '""') + '"' : value);
  const shown = (field, value) => (value === null || value === undefined ? '' : field.kind === 'ref' ? title(value) : field.kind === 'code' ? codes[field.of].find((one) => one.code === value).label[language] : field.kind === 'bool' ? (value ? '是' : '否') : String(value));
  const lines = [[localize(T('编号', 'Number'), language), ...type.fields.map((field) => field.label[language])]].concat(rows.map((row) => [row.number, ...type.fields.map((field) => shown(field, row.fields[field.name]))]));
  return '\ufeff' + lines.map((line) => line.map(cell).join(',')).join('\r\n') + '\r\n';
}
function parseCsv(text) {
  return text.replace(/^\ufeff/, '').split(/\r?\n/).filter(Boolean).map((line) => [...line.matchAll(/("(?:[^"]|"")*"|[^,]*)(?:,|$)/g)].map((m) => m[1].replace(/^"|"$/g, '').replace(/""/g, '"')).slice(0, line.split(',').length));
}

function preview(type, text) {
  const [head, ...rows] = parseCsv(text);
  const out = { import: randomUUID(), rows: rows.length, new: 0, changed: 0, same: 0, errors: [], plan: [], type };
  const columns = head.map((label) => type.fields.find((field) => field.label.zh === label || field.label.en === label));
  rows.forEach((row, at) => {
    const fields = {};
    let faulty = false;
    const old = [...records.values()].find((one) => one.type === type.name && one.number === row[0] && row[0]);
    columns.forEach((field, n) => {
      if (!field) return;
      let value = (row[n] || '').trim() || null;
      if (value && field.kind === 'code') value = (codes[field.of].find((one) => one.label.zh === value || one.label.en === value || one.code === value) || { code: value }).code;
      if (value && (field.kind === 'int' || field.kind === 'pt100') && /^-?\d+$/.test(value)) value = Number(value);
      if (value && field.kind === 'bool') value = value === '是' || value === 'yes' ? true : value === '否' || value === 'no' ? false : value;
      if (value && field.kind === 'ref') value = ([...records.values()].find((one) => one.type === field.of && one.title === value) || { id: value }).id;
      const fault = check(field, value, '') || (checkUnique(type, field, value, old && old.id) ? { code: 'taken', detail: T('已有同名记录', 'The name is taken') } : null);
      if (fault) {
        faulty = true;
        out.errors.push({ row: at + 2, column: head[n], cell: String.fromCharCode(65 + n) + (at + 2), code: fault.code, detail: fault.detail, value: row[n] || '' });
      } else fields[field.name] = value;
    });
    const differs = old && Object.keys(fields).some((name) => (old.fields[name] === undefined ? null : old.fields[name]) !== fields[name]);
    if (!faulty) out[!old ? 'new' : differs ? 'changed' : 'same']++;
    out.plan.push({ faulty, old: old ? old.id : null, fields, differs });
  });
  imports.set(out.import, out);
  return { ...out, plan: undefined, type: undefined };
}

function needMatch(request, record, account) {
  const tag = request.headers['if-match'];
  if (!tag) throw new Fail(428, 'if_match', T('缺少版本', 'The version is missing'));
  if (tag !== `"${record.version}"`) throw new Fail(412, 'stale', T('记录已被他人修改', 'Somebody changed the record'), { current: view(record, account, true), etag: `"${record.version}"` });
}
function write(type, record, fields, account, given) {
  const errors = [];
  for (const name of Object.keys(fields)) {
    const field = type.fields.find((one) => one.name === name);
    const fault = !field ? { pointer: '/fields/' + name, code: 'unknown', detail: T('没有此项', 'No such field') } : check(field, fields[name], '/fields/' + name);
    if (fault) errors.push(fault);
    else if (checkUnique(type, field, fields[name], record && record.id)) errors.push({ pointer: '/fields/' + name, code: 'taken', detail: T('已有同名记录', 'The name is taken') });
  }
  if (!record) for (const field of type.fields) if (field.required === 'always' && !(field.name in fields)) errors.push(check(field, null, '/fields/' + field.name));
  if (errors.length) throw invalid(errors);
  if (!record) return null;
  const changes = Object.keys(fields).filter((name) => (record.fields[name] === undefined ? null : record.fields[name]) !== fields[name]).map((field) => ({ field, before: record.fields[field] === undefined ? null : record.fields[field], after: fields[field] }));
  if (!changes.length && !given) return record;
  Object.assign(record.fields, fields);
  if ('unit' in fields) record.unit = fields.unit;
  retitle(record);
  record.version++;
  if (!given) signatures.delete(record.id);
  note(record, { changes, ...given }, who(account));
  return record;
}
function readableChanges(type, changes) {
  const look = (field, value) => (field && field.kind === 'ref' ? refOf(value) : value);
  return changes.map((one) => ({ ...one, before: look(type.fields.find((f) => f.name === one.field), one.before), after: look(type.fields.find((f) => f.name === one.field), one.after) }));
}

function accountView(one) {
  return { id: one.id, account: one.account, name: one.name, state: one.state, version: one.version, person: refOf(one.person), posts: one.posts.map(refOf), waiting: one.waiting.map(refOf), admin: one.admin };
}
function sessionView(one) {
  return { account: one.account, name: one.name, must_change: one.must_change, admin: one.admin, person: one.person, demo: true, posts: one.posts.map((id) => ({ id, role: records.get(id).fields.role, unit: refOf(records.get(id).unit), title: codes.role.find((role) => role.code === records.get(id).fields.role).label, stand_in: false })) };
}

/** Answers one call: { status, body, headers } or a Fail. */
function answer(request, url, body) {
  const query = url.searchParams;
  const parts = url.pathname.replace('/api/v1/', '').split('/');
  const method = request.method;
  const ok = (data, status = 200, headers = {}) => ({ status, body: data, headers });
  const json = () => (body.length ? JSON.parse(body.toString()) : {});
  const token = (/lijian_session=(\w+)/.exec(request.headers.cookie || '') || [])[1];
  const account = accounts.find((one) => one.id === sessions.get(token));
  const route = method + ' ' + parts[0] + (parts.length > 1 ? '/' + parts.length : '');
  if (route === 'POST session') {
    const given = json();
    const found = accounts.find((one) => one.account === given.account && one.password === given.password && one.state === 'active');
    if (!found) throw new Fail(401, 'login', T('账号或口令不正确', 'Account or password is wrong'));
    const id = randomUUID().replace(/-/g, '');
    sessions.set(id, found.id);
    return ok(sessionView(found), 200, { 'Set-Cookie': `lijian_session=${id}; HttpOnly; SameSite=Strict; Path=/` });
  }
  if (!account) throw new Fail(401, 'session', T('请先登录', 'Log in first'));
  if (route === 'GET session') return ok(sessionView(account));
  if (route === 'DELETE session') return sessions.delete(token), ok(null, 204);
  if (route === 'DELETE sessions') return [...sessions].forEach(([id, of]) => of === account.id && sessions.delete(id)), ok(null, 204);
  if (route === 'PUT session/2') {
    const given = json();
    if (given.old !== account.password) throw invalid([{ pointer: '/old', code: 'wrong', detail: T('当前口令不正确', 'The current password is wrong') }]);
    if (given.new.length < 10) throw invalid([{ pointer: '/new', code: 'too_short', detail: T('至少 10 个字符', 'At least 10 characters') }]);
    Object.assign(account, { password: given.new, must_change: false });
    return ok(null, 204);
  }
  if (account.must_change) throw new Fail(403, 'must_change', T('须先修改口令', 'The password must be changed first'));
  if (parts[0] === 'accounts') {
    const [sys, sec] = [account.admin.includes('sys_admin'), account.admin.includes('sec_admin')];
    if (!sys && !sec) throw new Fail(403, 'forbidden', T('无权办理', 'Not allowed'));
    if (parts[1] === 'persons') return ok(page([...records.values()].filter((one) => one.type === 'person' && one.title.includes(query.get('q') || '')), query, (one) => refOf(one.id)));
    if (route === 'GET accounts') return ok(page(accounts, query, accountView));
    if (route === 'POST accounts' && sys) {
      const given = json();
      const errors = ['account', 'name'].filter((name) => !given[name]).map((name) => ({ pointer: '/' + name, code: 'required', detail: T('此项必填', 'This is required') }));
      if (accounts.some((one) => one.account === given.account)) errors.push({ pointer: '/account', code: 'taken', detail: T('账号已存在', 'The account is taken') });
      if (errors.length) throw invalid(errors);
      const made = { id: nextId(), account: given.account, name: given.name, password: 'Once-' + randomUUID().slice(0, 8), must_change: true, state: 'active', version: 1, person: given.person || null, posts: [], waiting: [], admin: [] };
      accounts.push(made);
      return ok({ ...accountView(made), one_time_password: made.password }, 201);
    }
    const other = accounts.find((one) => one.id === parts[1]);
    if (!other) throw new Fail(404, 'not_found', T('没有找到', 'Not found'));
    other.version++;
    if (parts[2] === 'moves' && sys) {
      const event = json().event;
      if (event === 'reset') Object.assign(other, { password: 'Once-' + randomUUID().slice(0, 8), must_change: true });
      else other.state = { lock: 'locked', unlock: 'active', close: 'closed' }[event];
      return ok({ ...accountView(other), ...(event === 'reset' ? { one_time_password: other.password } : {}) });
    }
    if (parts[2] === 'grants' && sec) {
      if (method === 'DELETE') {
        other.posts = other.posts.filter((id) => id !== parts[3]);
        other.admin = other.admin.filter((role) => role !== parts[3]);
        return ok(null, 204);
      }
      const given = json();
      if (given.admin) {
        const all = [...other.admin, given.admin];
        if (all.includes('audit_admin') && all.length > 1) throw new Fail(409, 'refused', T('不能授权', 'Refused'), { detail: T('审计员不得兼任其他管理员', 'The audit administrator may be no other administrator') });
        other.admin.push(given.admin);
      } else {
        other.posts.push(given.post);
        other.waiting = other.waiting.filter((id) => id !== given.post);
      }
      return ok(accountView(other));
    }
    throw new Fail(403, 'forbidden', T('无权办理', 'Not allowed'));
  }
  if (parts[0] === 'log') {
    if (!account.admin.includes('audit_admin')) throw new Fail(403, 'forbidden', T('无权办理', 'Not allowed'));
    if (parts[1] === 'entries') return ok(page([...log].reverse(), query, (entry) => entry));
    if (parts[1] === 'checkpoint') return ok({ text: `lijian/demo\n${log.length}\n${createHash('sha256').update(String(log.length)).digest('base64')}\n\n— lijian/demo mock-signature\n` });
    return ok(Buffer.from(log.map((entry) => JSON.stringify(entry)).join('\n')), 200, { 'Content-Disposition': 'attachment; filename="log.jsonl"' });
  }
  if (account.admin.length) throw new Fail(403, 'forbidden', T('无权办理', 'Not allowed'));
  if (parts[0] === 'schema') {
    const shown = types.map((type) => ({ ...type, label: T(type.label.zh, type.label.en.replace(/s$/, '')), label_plural: type.label, scope: ['unit', 'notice', 'meeting', 'directive'].includes(type.name) ? 'district' : 'unit', create: may(account, type.create) }));
    return ok({ types: shown, codes, roles: codes.role });
  }
  if (parts[0] === 'duties') return ok(page(duties(account, query.get('unit'), query.get('all') === '1'), query, (one) => one));
  if (parts[0] === 'overview') {
    const all = duties(account, null, true);
    const late = all.filter((duty) => duty.overdue);
    const units = [...records.values()].filter((one) => one.type === 'unit');
    return ok({ late: { count: late.length, items: late.slice(0, 10) }, recurs: { items: [{ label: T('移动存储介质交叉使用', 'Cross use of removable media'), count: 4, unit: refOf(units[3].id) }] }, serious: { items: [{ label: T('违规外联', 'Illegal connection'), count: 1, unit: refOf(units[5].id) }] }, changed: { items: [{ label: T('受检单位', 'Units inspected'), now: 82, before: 80 }, { label: T('发现问题', 'Findings'), now: 212, before: 240 }] }, week: { items: all.filter((duty) => !duty.overdue && duty.days_left <= 7).slice(0, 10) } });
  }
  if (url.pathname.endsWith('/units/matrix')) {
    const columns = [['officer', '人员', 'Officers'], ['self', '自查', 'Self-check'], ['find', '整改', 'Findings'], ['train', '培训', 'Training'], ['dev', '设备', 'Devices'], ['hand', '交接', 'Handover']].map(([key, zh, en]) => ({ key, label: T(zh, en) }));
    const cell = (n) => [{ letter: 'A', level: 'good', count: 0 }, { letter: 'B', level: 'warn', count: 2 }, { letter: 'A', level: 'good', count: 0 }, { letter: 'D', level: 'bad', count: 3 }, { letter: 'N', level: 'none', count: 0 }, { letter: 'A', level: 'good', count: 0 }, { letter: 'A', level: 'good', count: 0 }][n % 7];
    return ok({ columns, rows: [...records.values()].filter((one) => one.type === 'unit').map((unit, n) => ({ unit: refOf(unit.id), cells: columns.map((_, at) => cell(n * 5 + at * 3)) })) });
  }
  if (parts[0] === 'units' && parts[2] === 'matrix') return ok({ items: [{ text: T('保密干部空缺 12 天', 'No secrecy officer for 12 days'), record: null, due_on: day(-12) }] });
  if (parts[0] === 'units' && parts[2] === 'handover_pack') {
    const own = duties(account, parts[1]);
    return ok({ duties: own, ledgers: [{ type: 'person', label: T('人员', 'Persons'), count: 3 }, { type: 'department', label: T('内设机构', 'Departments'), count: 3 }], findings: [], due_soon: own.filter((duty) => duty.days_left >= 0), contacts: [{ title: '周敏', role_label: T('保密局局长', 'Bureau leader') }] });
  }
  if (parts[0] === 'imports') {
    const plan = imports.get(parts[1]);
    if (!plan) throw new Fail(404, 'not_found', T('没有找到', 'Not found'));
    if (parts[2] === 'undo') {
      let undone = 0;
      for (const one of plan.made) if (one.version === 1) { one.void = true; one.version++; undone++; note(one, { event: 'void' }, who(account)); }
      return ok({ voided: undone, restored: 0, kept_count: plan.made.length - undone, kept: plan.made.filter((one) => !one.void).map((one) => ({ record: { id: one.id, type: one.type, title: one.title }, detail: '' })) });
    }
    if (plan.errors.length && !json().skip_faulty) throw new Fail(409, 'faulty', T('仍有错误单元格', 'Faulty cells remain'));
    const result = { created: 0, changed: 0, skipped: 0, batch: parts[1] };
    plan.made = [];
    for (const row of plan.plan) {
      if (row.faulty) result.skipped++;
      else if (!row.old) { plan.made.push(make(plan.type.name, row.fields, { source: 'import', entered_by: who(account), by: who(account) })); result.created++; }
      else if (row.differs) { write(plan.type, records.get(row.old), row.fields, account); result.changed++; }
    }
    return ok(result);
  }
  if (route === 'POST attachments') {
    const sha256 = createHash('sha256').update(body).digest('hex');
    const made = make('attachment', { name: query.get('name'), sha256 }, { record: query.get('record'), entered_by: who(account) });
    files.set(made.id, body);
    return ok({ ...view(made, account, true), sha256 }, 201);
  }
  if (parts[0] === 'attachments' && parts[2] === 'content') return ok(files.get(parts[1]), 200, { 'Content-Type': 'application/octet-stream', 'Content-Disposition': 'attachment' });
  const type = byPlural.get(parts[0]);
  if (!type) throw new Fail(404, 'not_found', T('没有找到', 'Not found'));
  const language = (request.headers['accept-language'] || 'zh').startsWith('en') ? 'en' : 'zh';
  if (parts[1] === 'export') return ok(Buffer.from(csvOf(type, filterList(type, query), language)), 200, { 'Content-Type': 'text/csv', 'Content-Disposition': `attachment; filename="${type.plural}.${query.get('format')}"` });
  if (parts[1] === 'template') return ok(Buffer.from(csvOf(type, [], language)), 200, { 'Content-Type': 'text/csv', 'Content-Disposition': `attachment; filename="${type.plural}.csv"` });
  if (parts[1] === 'import') return ok(preview(type, body.toString()));
  if (parts.length === 1 && method === 'GET') return ok(page(filterList(type, query), query, (one) => view(one, account, false)));
  if (parts.length === 1 && method === 'POST') {
    if (!may(account, type.create)) throw new Fail(403, 'forbidden', T('无权办理', 'Not allowed'));
    const given = json();
    write(type, null, given.fields, account);
    const made = make(type.name, given.fields, { entered_by: who(account), by: who(account), source: given.source || 'live', parent: given.parent || null, happened_on: given.happened_on || day(0), ...(given.state ? { state: given.state } : {}) });
    return ok(view(made, account, true), 201, { ETag: '"1"' });
  }
  const record = records.get(parts[1]);
  if (!record || record.type !== type.name) throw new Fail(404, 'not_found', T('没有找到', 'Not found'));
  const full = (status = 200) => ok(view(record, account, true), status, { ETag: `"${record.version}"` });
  if (parts.length === 2 && method === 'GET') return full();
  if (parts[2] === 'history') return ok({ items: history.get(record.id).map((entry) => ({ ...entry, changes: readableChanges(type, entry.changes) })) });
  if (parts[2] === 'signatures' && method === 'GET') return ok({ items: signatures.get(record.id) || [] });
  const given = json();
  needMatch(request, record, account);
  if (method === 'PATCH') {
    if (!view(record, account, true).can.write.length) throw new Fail(403, 'forbidden', T('无权办理', 'Not allowed'));
    write(type, record, given.fields, account);
    return full();
  }
  if (parts[2] === 'signatures') {
    const move = type.moves.find((one) => one.event === given.event);
    const role = move.signatures.find((one) => one.role === given.role);
    const own = signatures.get(record.id) || [];
    if (given.mode === 'session' && account.person !== record.fields[role.role]) throw new Fail(403, 'not_signer', T('您不是应签名的人', 'You are not the one to sign'));
    if (given.mode === 'session' && !may(account, role.posts)) throw new Fail(403, 'not_signer', T('您不是应签名的人', 'You are not the one to sign'));
    const errors = given.mode === 'paper' ? ['person', 'scan', 'place'].filter((name) => !given[name]).map((name) => ({ pointer: '/' + name, code: 'required', detail: { person: T('请选择签名人', 'Choose who signed'), scan: T('请上传扫描件', 'Upload the scan'), place: T('请填写原件存放处', 'Say where the original is') }[name] })) : [];
    if (errors.length) throw invalid(errors);
    own.push({ event: given.event, role: given.role, person: given.mode === 'paper' ? refOf(given.person) : who(account), mode: given.mode, at: now(), place: given.place || null });
    signatures.set(record.id, own);
    return ok({ event: given.event, signed: own, missing: [] });
  }
  if (parts[2] === 'moves') {
    if (given.event === 'void') {
      if (!given.reason) throw invalid([{ pointer: '/reason', code: 'required', detail: T('请说明理由', 'Give the reason') }]);
      record.void = true;
      write(type, record, {}, account, { event: 'void', reason: given.reason });
      return full();
    }
    const move = type.moves.find((one) => one.event === given.event);
    if (!move || !move.from.includes(record.state) || !may(account, move.posts)) throw new Fail(403, 'forbidden', T('无权办理', 'Not allowed'));
    const errors = move.reason && !given.reason ? [{ pointer: '/reason', code: 'required', detail: T('请说明理由', 'Give the reason') }] : [];
    const merged = { ...record.fields, ...given.fields };
    for (const name of move.needs) if (!merged[name]) errors.push({ pointer: '/fields/' + name, code: 'required', detail: T('此项必填', 'This is required') });
    if (errors.length) throw invalid(errors);
    const own = signatures.get(record.id) || [];
    const missing = move.signatures.filter((role) => own.filter((one) => one.event === move.event && one.role === role.role).length < role.min);
    if (missing.length) throw new Fail(409, 'signatures', T('还缺签名', 'Signatures are missing'), { missing: missing.map(({ role, min, posts }) => ({ role, min, posts })), waiver: move.waiver });
    const from = record.state;
    record.state = move.to;
    if (move.event === 'refresh') pack(record);
    if (record.type === 'notice_receipt') record.fields.read_at = now();
    write(type, record, given.fields || {}, account, { event: move.event, from, to: move.to, reason: given.reason || null });
    return full();
  }
  throw new Fail(405, 'method', T('不支持', 'Not supported'));
}

function serveFile(url, response) {
  const path = normalize(decodeURIComponent(url.pathname)).replace(/^\/+/, '') || 'index.html';
  const file = join(dist, path);
  if (!file.startsWith(dist) || !existsSync(file)) return response.writeHead(404).end();
  response.writeHead(200, { 'Content-Type': mime[extname(file)] || 'application/octet-stream', 'Content-Security-Policy': policy, 'X-Content-Type-Options': 'nosniff', 'Cache-Control': 'no-store' });
  response.end(readFileSync(file));
}

export function start(port = 0) {
  reset();
  const server = createServer((request, response) => {
    const url = new URL(request.url, 'http://mock');
    if (!url.pathname.startsWith('/api/v1/')) return serveFile(url, response);
    const chunks = [];
    request.on('data', (chunk) => chunks.push(chunk));
    request.on('end', () => {
      const language = (request.headers['accept-language'] || 'zh').startsWith('en') ? 'en' : 'zh';
      const key = request.headers['idempotency-key'];
      let out = key && answers.get(key);
      if (!out) {
        try {
          out = answer(request, url, Buffer.concat(chunks));
        } catch (error) {
          if (!(error instanceof Fail)) console.error(error);
          const fail = error instanceof Fail ? error : new Fail(500, 'mock', T('模拟服务器出错', 'The mock failed'));
          const { etag, ...more } = fail.more;
          out = { status: fail.status, body: { type: '/problems/' + fail.code, title: fail.title, status: fail.status, code: fail.code, ...more }, headers: { 'Content-Type': 'application/problem+json', ...(etag ? { ETag: etag } : {}) } };
        }
        if (key && out.status < 400) answers.set(key, out);
      }
      response.writeHead(out.status, { ...(Buffer.isBuffer(out.body) ? {} : { 'Content-Type': 'application/json' }), ...out.headers });
      response.end(out.body === null ? undefined : Buffer.isBuffer(out.body) ? out.body : JSON.stringify(localize(out.body, language)));
    });
  });
  return new Promise((resolve) => server.listen(port, '127.0.0.1', () => resolve({ server, base: `http://127.0.0.1:${server.address().port}/` })));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) start(Number(process.env.PORT || 8970)).then(({ base }) => console.log('mock: ' + base));
