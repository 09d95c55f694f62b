// SPDX-License-Identifier: AGPL-3.0-or-later
// Every role times every route times {the own unit, another unit, a stale version, too large a body}. What is expected is
// stated here, by hand, from the table "role x action" of the domain: never taken from the tables of the server.
// Every answer is also searched for words and ids of the other unit, and, for the three administrators, of anybody.
import { done, must, note, ok, plural, routes, same } from './lib.mjs';
import { World, today, words } from './world.mjs';

const world = await World.make();
for (const key of ['A', 'B']) {
  await world.unit(key);
  await world.ledger(key);
}
await world.issue();
const inspector = await world.holder('inspector', world.bureauUnit.id, 'inspector', words.X);
const committee = await world.holder('committee', world.bureauUnit.id, 'committee', words.X);
const squad = await world.holder('squad_member', world.bureauUnit.id, 'squad_member', words.X);
const discipline = await world.holder('discipline', world.bureauUnit.id, 'discipline', words.X);
const patrol = await world.holder('patrol_office', world.bureauUnit.id, 'patrol_office', words.X);

// The columns of the statement, in this order.
const business = {
  bureau_leader: world.leader,
  inspector,
  unit_head: world.as.unit_head_a,
  responsible_leader: world.as.responsible_leader_a,
  secrecy_officer: world.as.secrecy_officer_a,
  department_head: world.as.department_head_a,
  person: world.as.person_a,
  committee,
  squad_member: squad,
  discipline,
  patrol_office: patrol,
};
const admins = { sys_admin: world.sys, sec_admin: world.sec, audit_admin: world.audit };
const nobody = world.client();
const names = Object.keys(business);
const ofDistrict = new Set(['bureau_leader', 'inspector', 'committee']);
const ofUnitA = new Set(['unit_head', 'responsible_leader', 'secrecy_officer', 'department_head', 'person']);

// A letter per column: y may, - may not. `move` is a step that needs a reason, which is not given: who may is told so (422).
// Sources: "ledgers of a unit" (unit, department, person, post, assignment, handover and its items): the bureau reads and
// registers, the officer enters, other units and the three administrators see nothing; leaders of the unit may enter too,
// wider than the table, which says R (a product choice: the leader of a small unit does the officer's work). "person": only
// the own record. "training, menu, guidance": notices are read by all, made by the bureau. Tasks of the superior (directives)
// are the bureau's; a unit sees what it is asked. The committee reads; squad, discipline and patrol see what they were granted.
const statement = {
  //                 L I H R O D P C S D P
  district: { see: 'yyyyyy-yyyy', edit: 'y----------', make: '-----------', move: ['move_away', 'y----------'] },
  unit: { see: 'yyyyyy-y---', edit: 'yyyyy------', make: 'yy---------', move: ['release', 'y----------'] },
  department: { see: 'yyyyyy-y---', edit: 'yyyyy------', make: 'yyyyy------', move: ['close', 'yyyyy------'] },
  person: { see: 'yyyyy------', edit: 'yyyyy------', make: 'yyyyy------', move: ['leave', 'yyyyy------'] },
  post: { see: 'yyyyy--y---', edit: 'yy---------', make: 'yy---------', move: ['void', 'y----------'] },
  assignment: { see: 'yyyyy--y---', edit: 'yyyyy------', make: 'yyyyy------', move: ['void', 'yy---------'] },
  handover: { see: 'yyyyy------', edit: 'yyyyy------', make: 'yyyyy------', move: ['cancel', 'yyyyy------'] },
  handover_item: { see: 'yyyyy------', edit: 'yyyyy------', make: 'yyyyy------', move: ['void', 'yyyyy------'] },
  meeting: { see: 'yyyyy--y---', edit: 'yyyyy------', make: 'yyyyy------', move: ['cancel', 'yyyyy------'] },
  meeting_task: { see: 'yyyyy--y---', edit: 'yyyyy------', make: 'yyyyy------', move: ['drop', 'yyyy-------'] },
  notice: { see: 'yyyyyy-yyyy', edit: '-----------', make: 'yy---------', move: ['withdraw', 'yy---------'] },
  notice_receipt: { see: 'yyyyy--y---', edit: 'yyyyy------', make: 'yy---------', move: ['void', 'yy---------'] },
  directive: { see: 'yy-----y---', edit: 'yy---------', make: 'yy---------', move: ['void', 'y----------'] },
  directive_reply: { see: 'yyyyy--y---', edit: 'yyyyy------', make: 'yy---------', move: ['void', 'yy---------'] },
  // files of records: whoever reads the unit's records; the committee too
  attachment: { see: 'yyyyy--y---', edit: 'yyyyy------', make: 'yyyyy------', move: ['void', 'yy---------'] },
};
const shared = new Set(['district', 'notice', 'directive']); // the district's: no "other unit"
const byPlural = new Map(Object.keys(statement).map((type) => [plural(type), type]));

// What decides where a new record lies, and something that keeps it from being made: who may is told 422.
function newRecord(type, key) {
  const own = world.records[key];
  const unit = own.unit.id;
  switch (type) {
    case 'handover':
      return { post: own.post.id, kind: 'no such kind' };
    case 'handover_item':
      return { parent: own.handover.id, unit, kind: 'no such kind' };
    case 'meeting_task':
      return { parent: own.meeting.id, unit };
    case 'notice_receipt':
      return { parent: own.notice.id, unit, read_on: '9999-01-01' };
    case 'directive_reply':
      return { parent: own.directive.id, unit };
    case 'assignment':
      return { person: own.person.id, post: own.post.id };
    case 'unit':
      return { kind: 'no such kind' };
    case 'district':
    case 'notice':
    case 'directive':
      return {};
    default:
      return { unit };
  }
}

// ---- the other routes: who, by name; what the body is ----
const everyBusiness = names;
const bureau = ['bureau_leader', 'inspector'];
const others = {
  'GET /healthz': 'public',
  'GET /api/v1/openapi.json': 'public',
  'POST /api/v1/session': 'public',
  'GET /api/v1/session': 'session',
  'GET /api/v1/schema': 'session',
  'DELETE /api/v1/session': 'session',
  'DELETE /api/v1/sessions': 'session',
  'PUT /api/v1/session/password': 'session',
  'GET /api/v1/accounts': ['sys_admin', 'sec_admin'],
  'GET /api/v1/accounts/persons': ['sys_admin'],
  'GET /api/v1/accounts/posts': ['sec_admin'],
  'POST /api/v1/accounts': ['sys_admin'],
  'POST /api/v1/accounts/{id}/moves': ['sys_admin'],
  'POST /api/v1/accounts/{id}/grants': ['sec_admin'],
  'DELETE /api/v1/accounts/{id}/grants/{admin:word}': ['sec_admin'],
  'DELETE /api/v1/accounts/{id}/grants/{post}': ['sec_admin'],
  'GET /api/v1/log/checkpoint': ['audit_admin'],
  'GET /api/v1/log/consistency': ['audit_admin'],
  'GET /api/v1/log/entries': ['audit_admin'],
  'GET /api/v1/log/export': ['audit_admin'],
  'GET /api/v1/log/inclusion': ['audit_admin'],
  'GET /api/v1/duties': everyBusiness,
  'GET /api/v1/overview': bureau,
  'GET /api/v1/units/matrix': bureau,
  'GET /api/v1/units/{id}/matrix': { see: 'yyyyy------', hidden: ['403', '404'], query: '?column=person' },
  'POST /api/v1/units/{id}/handover_pack': { see: 'yyyyy------', hidden: ['403', '404'] }, // who enters or leads there, and the bureau
  'GET /api/v1/imports/{id}': everyBusiness,
  'POST /api/v1/imports/{id}/commit': everyBusiness,
  'POST /api/v1/imports/{id}/undo': everyBusiness,
};

// ---- judging ----
const kindOf = (status) => ({ 0: 'none', 401: '401', 403: '403', 404: '404', 412: '412', 413: '413' })[status] ?? (status >= 500 ? '5xx' : 'allowed');
const idsOf = (key) => Object.entries(world.records[key]).filter(([name]) => !shared.has(name)).flatMap(([, record]) => [record.person?.id, record.post_id, record.account, record.id]).filter(Boolean);
const idsOfB = [...new Set(idsOf('B'))];
const idsOfAll = [...new Set([...idsOfB, ...idsOf('A'), world.records.X.notice.id, world.records.X.directive.id])];
let leaks = 0;
let cut = 0;
const leaked = [];
function leak(role, what, answer, sent) {
  const all = answer.text + JSON.stringify(answer.headers);
  let found;
  if (ofUnitA.has(role) || role === 'nobody' || ['squad_member', 'discipline', 'patrol_office'].includes(role)) {
    found = [words.B, ...idsOfB].find((one) => all.includes(one) && !sent.includes(one));
  } else if (role in admins) {
    // Accounts name their persons and posts (the interface says so); the log names records by id; nothing else is seen.
    const isAccounts = what.includes('/accounts');
    const isLog = what.includes('/log/');
    const all_words = isAccounts ? [] : Object.values(words);
    const all_ids = isLog || isAccounts ? [] : idsOfAll;
    found = [...all_words, ...all_ids].find((one) => all.includes(one) && !sent.includes(one));
  }
  if (found) {
    leaks++;
    if (leaked.length < 10) leaked.push({ role, what, found, status: answer.status, body: answer.text.slice(0, 600) });
  }
}
async function ask(role, client, method, path, options = {}) {
  let answer = await client.call(method, path, options);
  if (answer.status === 0 && options.body?.length > 4096) {
    cut++; // a long body that nobody reads may end with a cut connection; asked once more, and told below
    answer = await client.call(method, path, options);
  }
  const sent = path + JSON.stringify(options.json || '') + JSON.stringify(options.headers || '');
  leak(role, `${method} ${path}`, answer, sent);
  return answer;
}
const rows = [];
function expect(role, route, which, wanted, answer) {
  const got = kindOf(answer.status);
  const list = Array.isArray(wanted) ? wanted : [wanted];
  const holds = list.includes(got) || list.includes(String(answer.status));
  rows.push({ role, route, which, holds, wanted: list.join('|'), got: answer.status, body: answer.text.slice(0, 300) || answer.error });
}

async function version(type, id) {
  const answer = await world.leader.get(`/${plural(type)}/${id}`);
  must(answer.status === 200, `${type}: ${answer.text}`);
  return answer.json.version;
}

// ---- the records ----
const may = (row, role) => row[names.indexOf(role)] === 'y';
async function recordCell(route, type, role, client, which) {
  const stated = statement[type];
  const isAdmin = role in admins;
  const isNobody = role === 'nobody';
  const key = which === 'other' ? 'B' : 'A';
  const record = world.records[key][type];
  const isItem = route.pattern.includes('{id}');
  if (isItem && !record) return; // nothing of this type is there
  if (which === 'other' && shared.has(type)) return;
  if (which === 'stale' && !route.match) return;
  if (which === 'large' && route.max === 0) return;
  const path = route.pattern.replace('{id}', record?.id);
  const tail = isItem ? route.pattern.split('{id}')[1] : route.pattern.slice(`/api/v1/${plural(type)}`.length);
  const options = {};
  const sees = !isAdmin && !isNobody && (stated.see === undefined || may(stated.see, role)) && (which !== 'other' || ofDistrict.has(role));
  const seesOwn = !isAdmin && !isNobody && stated.see !== undefined && may(stated.see, role);
  if (route.match) options.headers = { 'If-Match': `"${(await version(type, record.id)) + (which === 'stale' ? 1000 : 0)}"` };
  let wanted;
  if (which === 'large') {
    options.body = Buffer.alloc(route.max + 1, 0x20);
    options.headers = { ...options.headers, 'Content-Type': tail === '/import' ? 'text/csv' : 'application/json' };
    const answer = await ask(role, client, route.method, path, options);
    expect(role, route, which, isNobody ? '401' : isAdmin ? '403' : '413', answer);
    return;
  }
  if (route.method === 'GET') {
    wanted = isItem && !sees ? '404' : 'allowed';
  } else if (tail === '') {
    if (route.method === 'PATCH') {
      options.json = { fields: {} };
      wanted = !sees ? '404' : !may(stated.edit, role) ? '403' : which === 'stale' ? '412' : 'allowed';
    } else {
      options.json = { fields: newRecord(type, key) };
      wanted = may(stated.make, role) && (which !== 'other' || ofDistrict.has(role)) ? ['422', '409'] : ['403', '422'];
      if (!may(stated.make, role) && which === 'own' && type !== 'attachment') wanted = '403';
    }
  } else if (tail === '/moves') {
    options.json = { event: stated.move[0] };
    wanted = !sees ? '404' : !may(stated.move[1], role) ? '403' : which === 'stale' ? '412' : ['422', '409'];
    if (which === 'stale' && sees && !may(stated.move[1], role)) wanted = ['403', '412'];
  } else if (tail === '/signatures') {
    options.json = { event: 'no_such_event', role: 'nobody' };
    wanted = !sees ? '404' : ['422', '409', '403', '412'];
  } else if (tail === '/import') {
    options.body = 'x';
    options.headers = { 'Content-Type': 'text/csv' };
    wanted = ['422', '403', '409', '400', '200'];
  } else {
    wanted = 'allowed';
  }
  if (isNobody) wanted = '401';
  if (isAdmin) wanted = '403';
  const answer = await ask(role, client, route.method, path, options);
  expect(role, route, which, wanted, answer);
  if (answer.status === 200 && route.method === 'GET' && !isItem && answer.json?.items && ofUnitA.has(role)) {
    const strange = answer.json.items.filter((item) => item.unit && item.unit.id !== world.records.A.unit.id);
    if (!shared.has(type)) expect(role, route, 'list', 'allowed', { status: strange.length ? 500 : 200, text: JSON.stringify(strange).slice(0, 300) });
  }
  if (answer.status === 200 && isItem && !seesOwn && which === 'own' && tail === '') expect(role, route, 'unseen', '404', answer);
}

// ---- the others ----
async function otherCell(route, stated, role, client, which) {
  const isAdmin = role in admins;
  const isNobody = role === 'nobody';
  if (which === 'stale' && !route.match) return;
  if (which === 'large' && route.max === 0) return;
  const isEnd = route.method === 'DELETE' && route.pattern.includes('/session');
  if (which === 'other' && !route.pattern.includes('{id}')) return;
  let caller = client;
  if (isEnd && !isNobody) caller = await world.client({ from: `10.8.${rows.length >> 8}.${rows.length & 255}` }).login(client.account);
  const key = which === 'other' ? 'B' : 'A';
  const path = route.pattern
    .replace('/units/{id}', `/units/${world.records[key].unit.id}`)
    .replace('/accounts/{id}', `/accounts/${world.as[`person_${key.toLowerCase()}`].id}`)
    .replace('{admin:word}', 'audit_admin')
    .replace('{post}', world.records[key].post.id)
    .replace(/\{\w+(:\w+)?\}/g, world.records[key].unit.id);
  const options = {};
  if (route.match) {
    const account = (await world.sys.get('/accounts?limit=200')).json.items.find((one) => path.includes(one.id));
    options.headers = { 'If-Match': `"${account.version + (which === 'stale' ? 1000 : 0)}"` };
  }
  if (which === 'large') options.body = Buffer.alloc(route.max + 1, 0x20);
  else if (route.method !== 'GET' && route.method !== 'DELETE' && route.max > 0) options.json = {};
  let wanted;
  if (stated === 'public') wanted = which === 'large' ? '413' : route.method === 'POST' ? '422' : 'allowed';
  else if (isNobody) wanted = '401';
  else if (stated === 'session') wanted = which === 'large' ? '413' : 'allowed';
  else if (Array.isArray(stated)) wanted = !stated.includes(role) ? '403' : which === 'large' ? '413' : which === 'stale' ? ['412', '422', '404'] : ['allowed', '404'];
  else wanted = isAdmin ? '403' : which === 'large' ? '413' : may(stated.see, role) && (which !== 'other' || ofDistrict.has(role)) ? 'allowed' : stated.hidden || '404';
  const answer = await ask(role, caller, route.method, path + (stated.query || ''), options);
  expect(role, route, which, wanted, answer);
  if (isEnd) {
    caller.close();
    if (route.pattern.endsWith('/sessions') && !isNobody) await client.login(client.account);
  }
}

const table = routes();
const unknown = [];
for (const route of table) {
  const [, head] = route.pattern.match(/^\/api\/v1\/(\w+)/) || [];
  const stated = others[`${route.method} ${route.pattern}`];
  const type = byPlural.get(head);
  if (stated === undefined && type === undefined) {
    unknown.push(`${route.method} ${route.pattern}`);
    continue;
  }
  for (const [role, client] of [...Object.entries(business), ...Object.entries(admins), ['nobody', nobody]]) {
    for (const which of ['own', 'other', 'stale', 'large']) {
      if (stated !== undefined) await otherCell(route, stated, role, client, which);
      else await recordCell(route, type, role, client, which);
    }
  }
}
same(unknown, [], 'every route stands in the statement');

// One case a role and route: all its cells hold.
const cells = new Map();
for (const row of rows) {
  const name = `${row.role}: ${row.route.method} ${row.route.pattern}`;
  if (!cells.has(name)) cells.set(name, []);
  cells.get(name).push(row);
}
for (const [name, list] of cells) {
  const wrong = list.filter((row) => !row.holds);
  ok(!wrong.length, name, wrong.map(({ which, wanted, got, body }) => ({ which, wanted, got, body })));
}
note(`${table.length} routes, ${rows.length} cells, ${cut} connections cut under a long body`);
ok(cut <= rows.length / 500, 'answers to long bodies arrive', { cut });

// ---- what a unit's own never learn, on other ways than the routes themselves ----
const a = world.records.A;
const b = world.records.B;
const tries = [
  ['search', 'GET', `/units?q=${words.B}`],
  ['search of persons', 'GET', `/persons?q=${words.B}`],
  ['search of posts', 'GET', `/posts?q=${words.B}&total=1`],
  ['filter unit', 'GET', `/meetings?unit=${b.unit.id}&total=1`],
  ['filter parent', 'GET', `/meeting_tasks?parent=${b.meeting.id}&total=1`],
  ['filter person', 'GET', `/assignments?person=${b.person.id}&total=1`],
  ['filter post', 'GET', `/assignments?post=${b.post.id}&total=1`],
  ['duties of a unit', 'GET', `/duties?unit=${b.unit.id}`],
  ['duties of a post', 'GET', `/duties?post=${b.post.id}`],
  ['duties of all', 'GET', '/duties?all=1'],
  ['history', 'GET', `/meetings/${b.meeting.id}/history`],
  ['signatures', 'GET', `/handovers/${b.handover.id}/signatures`],
  ['known at', 'GET', `/meetings/${b.meeting.id}?known_at=2099-01-01T00:00:00Z`],
  ['pack', 'POST', `/units/${b.unit.id}/handover_pack`],
  ['wrong type', 'GET', `/units/${b.meeting.id}`],
];
for (const role of ['unit_head', 'responsible_leader', 'secrecy_officer', 'department_head', 'person', 'squad_member', 'discipline', 'patrol_office']) {
  for (const [name, method, path] of tries) {
    const answer = await ask(role, business[role], method, path, method === 'POST' ? { json: {} } : {});
    const seen = answer.status === 200 ? (answer.json.items?.length || 0) + (answer.json.total || 0) : 0;
    ok(answer.status < 500 && seen === 0 | (name === 'duties of all' && answer.status < 400), `${role}: ${name} of another unit shows nothing`, answer.text);
  }
}
const officer = business.secrecy_officer;
const refs = [
  ['a meeting at another unit', () => officer.post('/meetings', { fields: { unit: b.unit.id, kind: 'committee', title: '会议' } })],
  ['a task under another unit\'s meeting', () => officer.post('/meeting_tasks', { fields: { parent: b.meeting.id, unit: a.unit.id, content: '任务', due_on: today } })],
  ['an item under another unit\'s handover', () => officer.post('/handover_items', { fields: { parent: b.handover.id, unit: a.unit.id, kind: 'ledger', subject: '事项' } })],
  ['another unit\'s person at a post', () => officer.post('/assignments', { fields: { person: b.person.id, post: a.post.id, since: today } })],
  ['a person at another unit\'s post', () => officer.post('/assignments', { fields: { person: a.person.id, post: b.post.id, since: today } })],
  ['a handover of another unit\'s post', () => officer.post('/handovers', { fields: { post: b.post.id } })],
  ['another unit\'s person in a handover', async () => officer.patch(`/handovers/${a.handover.id}`, await version('handover', a.handover.id), { fields: { incoming: b.person.id } })],
  ['another unit as the superior', async () => officer.patch(`/units/${a.unit.id}`, await version('unit', a.unit.id), { fields: { parent: b.unit.id } })],
  ['another unit\'s post as proxy', () => officer.post('/meetings', { fields: { unit: a.unit.id, kind: 'committee', title: '会议' }, for_post: b.post.id, source: 'paper' })],
  ['another unit\'s record as item', () => officer.post('/handover_items', { fields: { parent: a.handover.id, unit: a.unit.id, kind: 'ledger', subject: '事项', record_type: 'meeting', record: b.meeting.id } })],
  ['another unit\'s contact as item', () => officer.post('/handover_items', { fields: { parent: a.handover.id, unit: a.unit.id, kind: 'contact', subject: '联系人', contact: b.person.id } })],
  ['another unit\'s person as signer', async () => officer.call('POST', `/handovers/${a.handover.id}/signatures`, { json: { event: 'complete', role: 'incoming', mode: 'paper', person: b.person.id, place: '柜' }, headers: { 'If-Match': `"${await version('handover', a.handover.id)}"` } })],
  ['another unit\'s leader as second signature', () => officer.post('/meetings', { fields: { unit: a.unit.id, kind: 'committee', title: '旧会' }, source: 'opening', happened_on: '2020-01-01', opening_signer: b.unit_head.person.id })],
];
for (const [name, call] of refs) {
  const answer = await call();
  const all = answer.text + JSON.stringify(answer.headers);
  ok(answer.status >= 400 && answer.status < 500, `secrecy_officer: ${name} is refused`, answer.text);
  ok(!all.includes(words.B), `secrecy_officer: ${name}: the refusal names nothing`, answer.text);
}
ok(leaks === 0, 'no answer showed a word or an id that was not for its reader', { leaks, leaked });

// ---- the schema: only what one may read ----
for (const [role, client] of Object.entries({ ...business, ...admins })) {
  const answer = await client.get('/schema');
  const shown = answer.json.types.map((type) => type.name);
  if (role in admins) same(shown, [], `${role}: the schema shows no type`);
  else {
    const wanted = Object.keys(statement).filter((type) => statement[type].see && may(statement[type].see, role));
    ok(wanted.every((type) => shown.includes(type)), `${role}: the schema shows what may be read`, { shown, wanted });
  }
}
done();
