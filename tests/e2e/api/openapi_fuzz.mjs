// SPDX-License-Identifier: AGPL-3.0-or-later
// A fuzzer of the interface: reads the OpenAPI document, then calls every route in several roles with bodies good and bad,
// and holds each answer against what an answer must be. The seed decides everything but ids: LIJIAN_SEED=N repeats a run,
// LIJIAN_SOAK=1 makes it a hundred times as long.
import { Client, Random, done, must, note, ok, routes, run, same, seed, soak } from './lib.mjs';
import { World, today, words } from './world.mjs';

const total = soak ? 300000 : 3000;
const random = new Random(seed);
const world = await World.make();
for (const key of ['A', 'B']) {
  await world.unit(key);
  await world.ledger(key);
}
await world.issue();
const schema = (await world.leader.get('/schema')).json;
const described = (await world.leader.get('/openapi.json')).json;
const types = new Map(schema.types.map((type) => [type.plural, type]));

// ---- the document and the table say the same ----
const methods = ['get', 'post', 'put', 'patch', 'delete'];
const operations = [];
for (const [path, item] of Object.entries(described.paths)) {
  for (const method of Object.keys(item)) operations.push({ path, method: method.toUpperCase(), ...item[method] });
}
{
  const plain = (row) => `${row.method} ${(row.pattern || row.path).replace(/:\w+\}/g, '}')}`;
  const table = routes();
  const inTable = new Set(table.map(plain));
  const inFile = new Set(operations.map(plain));
  same(table.filter((row) => !inFile.has(plain(row))).map(plain), [], 'every route is in the document');
  same(operations.filter((row) => !inTable.has(plain(row))).map(plain), [], 'every path of the document is a route');
  const names = operations.map((row) => row.operationId);
  ok(new Set(names).size === names.length, 'operation ids are unique');
  ok(operations.every((row) => methods.includes(row.method.toLowerCase())), 'methods are those of OpenAPI');
  const refs = [...JSON.stringify(described).matchAll(/"\$ref":"#([^"]+)"/g)].map((m) => m[1]);
  const follow = (ref) => ref.split('/').slice(1).reduce((at, part) => at && at[part.replace(/~1/g, '/').replace(/~0/g, '~')], described);
  same(refs.filter((ref) => follow(ref) === undefined), [], 'references of the document lead somewhere');
}

// ---- who calls ----
const roles = {
  leader: world.leader,
  secrecy_officer: world.as.secrecy_officer_a,
  unit_head: world.as.unit_head_a,
  department_head: world.as.department_head_a,
  person: world.as.person_a,
  sys: world.sys,
  sec: world.sec,
  audit: world.audit,
  nobody: world.client(),
};
const unitRoles = new Set(['secrecy_officer', 'unit_head', 'department_head', 'person']);
const adminRoles = new Set(['sys', 'sec', 'audit']);
let logins = 0;
async function back(role) {
  if (role === 'nobody') return;
  const old = roles[role];
  const fresh = world.client({ from: `10.9.${(logins >> 8) & 255}.${logins++ & 255}` });
  await fresh.login(old.account);
  roles[role] = fresh;
  old.close();
}

// ---- what is there ----
// Accounts, persons, posts and assignments that the test itself needs are only read.
const kept = new Set();
for (const client of Object.values(world.as)) {
  for (const id of [client.id, client.person?.id, client.post_id]) if (id) kept.add(id);
}
for (const item of (await world.sys.get('/accounts?limit=200')).json.items) kept.add(item.id);
for (const item of (await world.leader.get('/assignments?limit=200')).json.items) kept.add(item.id);
for (const item of (await world.leader.get('/persons?limit=200')).json.items) kept.add(item.id);
for (const item of (await world.leader.get('/posts?limit=200')).json.items) kept.add(item.id);
for (const key of ['A', 'B', 'X']) if (world.records[key].unit) kept.add(world.records[key].unit.id);
for (const key of ['A', 'B']) if (world.records[key].department) kept.add(world.records[key].department.id);
const pool = new Map(); // plural -> ids
const versions = new Map();
const states = new Map();
for (const plural of types.keys()) {
  const answer = await world.leader.get(`/${plural}?limit=200`);
  pool.set(plural, answer.json.items.map((item) => item.id));
  for (const item of answer.json.items) {
    versions.set(item.id, item.version);
    states.set(item.id, item.state);
  }
}
pool.set('accounts', [...(await world.sys.get('/accounts?limit=200')).json.items.map((item) => item.id)]);
const decoys = [];
for (let i = 0; i < 4; i++) {
  const answer = await world.sys.post('/accounts', { account: `decoy${i}`, name: 'Decoy' });
  must(answer.status === 201, 'decoy: ' + answer.text);
  decoys.push(answer.json.id);
  versions.set(answer.json.id, answer.json.version);
}
const secretIds = [];
for (const [key, record] of Object.entries(world.records.B)) {
  if (['notice', 'directive', 'district'].includes(key)) continue;
  for (const id of [record.person?.id, record.post_id, record.account, record.id]) if (id) secretIds.push(id);
}

// ---- values ----
const strings = ['', ' ', 'a', 'x'.repeat(81), 'x'.repeat(300), 'y'.repeat(5000), '机密★10年', '😀🏴‍☠️', 'e\u0301', '\u202Eabc', '\u0001\u001f', 'a\nb', '\u007f', '\ufeff', '\u2028', '\uffff', '\\', '"', "'; DROP TABLE unit; --", '%00', '../../etc/passwd', '<script>alert(1)</script>', '{0}{1}', 'NULL', '0', '-1', '1e3'];
const numbers = [0, -1, 1, 2, 100, 2 ** 31 - 1, 2 ** 31, 2 ** 53 - 1, -(2 ** 53 - 1), 100000, 100001, 101];
const rawNumbers = ['9007199254740992', '9007199254740993', '9223372036854775807', '9223372036854775808', '-9223372036854775808', '1e400', '1.5', '-0', '1E2', '0.1e1', '18446744073709551616'];
const dates = ['2023-02-30', '2023-02-28', '2024-02-29', '0000-01-01', '9999-12-31', '1899-12-31', '2023-2-3', '20230203', '2023-05-01T00:00:00Z', '2023-13-01', today, '+2023-01-01', ' 2023-01-01'];

// The bureau may name unit B in a record of unit A, whose officer then reads that name: no leak, so it is not done here.
const ofB = new Set(secretIds);
let isUnit = false;
const mayName = (id) => isUnit || !ofB.has(id);
function anyId() {
  if (random.chance(0.15)) return random.id();
  const lists = [...pool.values()].filter((list) => list.length);
  const id = random.pick(random.pick(lists));
  return mayName(id) ? id : random.id();
}
function idOf(typeName) {
  const type = schema.types.find((one) => one.name === typeName);
  const list = type ? pool.get(type.plural).filter(mayName) : undefined;
  return list && list.length && random.chance(0.9) ? random.pick(list) : anyId();
}
function good(field) {
  switch (field.kind) {
    case 'text':
      return '文'.repeat(Math.max(field.min || 1, 1 + random.below(Math.min(field.max || 10, 12))));
    case 'int':
    case 'pt100':
      return random.chance(0.3) ? (field.max ?? 5) : (field.min ?? 0);
    case 'bool':
      return random.chance(0.5);
    case 'code':
      return random.pick(schema.codes[field.of] || [{ code: 'x' }]).code;
    case 'date':
      return random.chance(0.5) ? today : `20${20 + random.below(7)}-0${1 + random.below(9)}-1${random.below(9)}`;
    case 'instant':
      return '2024-05-01T02:00:00Z';
    case 'ref':
      return idOf(field.of);
    case 'keyed_hash':
      return '110101199001011234';
    default:
      return 'ab'.repeat(32);
  }
}
function bad(field) {
  const { min = 0, max = 0 } = field || {};
  return random.pick([
    null, random.chance(0.5), random.pick(numbers), random.pick(strings), random.pick(dates), [], {}, [1, [2]], { a: { b: 1 } }, anyId(), min - 1, max + 1,
    'z'.repeat(Math.min(Math.abs(max) + 1, 30000)), 'z'.repeat(Math.min(Math.abs(max), 30000)), '\u{1F600}'.repeat(Math.min(Math.abs(max), 3000)),
  ]);
}
function fieldsOf(type, isGood, event) {
  const fields = {};
  if (isGood) {
    for (const field of type.fields) {
      const isClosed = field.flags.some((flag) => ['kernel', 'local', 'classified'].includes(flag));
      const isWanted = event === undefined ? field.required === 'always' || random.chance(0.2) : field.required === event;
      if (isWanted && !isClosed) fields[field.name] = good(field);
    }
    return fields;
  }
  for (const field of type.fields) {
    const need = field.required !== 'never';
    if (!random.chance(need ? 0.9 : 0.3)) continue;
    fields[field.name] = random.chance(0.85) ? good(field) : bad(field);
  }
  if (random.chance(0.05)) fields[random.pick(['nothing', '__proto__', 'id', 'version', 'state', ''])] = 1;
  return fields;
}
// One field that may be changed.
function change(type) {
  const field = random.pick(type.fields.filter((one) => !one.flags.some((flag) => ['kernel', 'local', 'classified', 'fixed'].includes(flag))));
  return { [field.name]: good(field) };
}
function bodyOf(operation, id) {
  const [, plural] = operation.path.match(/^\/api\/v1\/(\w+)/) || [];
  const type = types.get(plural);
  const isMove = operation.path.endsWith('/moves');
  const body = {};
  if (type && !operation.path.endsWith('/signatures') && random.chance(0.5)) {
    if (!isMove) return { fields: fieldsOf(type, true, operation.method === 'PATCH' ? 'none' : undefined), ...(operation.method === 'PATCH' ? { fields: change(type) } : {}) };
    const state = states.get(id);
    const move = random.pick(type.moves.filter((one) => one.from.includes(state)).concat(type.moves[0]));
    return { event: move.event, reason: '理由充分', fields: fieldsOf(type, true, move.event) };
  }
  if (type && operation.path.endsWith('/signatures')) {
    body.event = random.pick([...type.moves.map((move) => move.event), 'none']);
    body.role = random.pick(['outgoing', 'incoming', 'leader', 'user', '']);
    if (random.chance(0.5)) body.mode = random.pick(['session', 'paper', 'package']);
    if (random.chance(0.5)) body.person = idOf('person');
    if (random.chance(0.3)) body.scan = idOf('attachment');
    if (random.chance(0.3)) body.place = random.pick(strings);
  } else if (type) {
    if (random.chance(0.85)) body.fields = fieldsOf(type);
    if (isMove) body.event = random.pick([...type.moves.map((move) => move.event), 'void', 'create', 'nothing']);
    if (isMove || random.chance(0.2)) body.reason = random.pick(['理由充分', '', random.pick(strings)]);
    if (random.chance(0.2)) body.happened_on = random.pick(dates);
    if (random.chance(0.15)) body.for_post = idOf('post');
    if (random.chance(0.2)) body.source = random.pick(['live', 'paper', 'opening', 'import', 'package', 7]);
    if (random.chance(0.1)) body.state = random.pick([...type.states.map((state) => state.name), 'nowhere']);
    if (random.chance(0.1)) body.opening_signer = idOf('person');
    if (random.chance(0.1)) body.parent = anyId();
  } else if (operation.path === '/api/v1/accounts') {
    Object.assign(body, { account: random.pick(['acc' + random.below(1e6), 'LEADER', 'sys', random.pick(strings)]), name: random.pick(['名字', random.pick(strings)]), person: random.pick([null, anyId()]) });
  } else if (operation.path.startsWith('/api/v1/accounts')) {
    if (isMove) body.event = random.pick(['reset', 'lock', 'unlock', 'close', 'nothing']);
    else Object.assign(body, random.pick([{ post: idOf('post') }, { admin: random.pick(['audit_admin', 'sys_admin', 'king']) }, { post: idOf('post'), person: idOf('person') }]));
  } else if (operation.path === '/api/v1/session') {
    Object.assign(body, { account: random.pick(['nobody', 'leader', random.pick(strings)]), password: random.pick(['wrong', random.pick(strings)]) });
  } else if (operation.path.endsWith('/password')) {
    Object.assign(body, { old: random.pick(['not it', random.pick(strings)]), new: random.pick(['short', 'long enough password', random.pick(strings)]) });
  } else if (random.chance(0.3)) {
    body.x = 1;
  }
  if (random.chance(0.06)) body[random.pick(['unknown', 'ID', 'fields ', '\u0000'])] = bad();
  if (random.chance(0.1)) body[random.pick(Object.keys(body).concat('fields'))] = bad();
  return body;
}
function junk() {
  const depth = random.pick([31, 32, 33, 100, 5000]);
  return random.pick([
    '', ' ', '{', '{}', '[]', 'null', '1', '"x"', '{"fields":{},"fields":{}}', '{"fields":{"name":"a","name":"b"}}', '{"a":1,}', "{'a':1}", '{"a":NaN}', '\ufeff{}',
    '{"fields":' + '['.repeat(depth) + ']'.repeat(depth) + '}', '{"a":'.repeat(depth) + '1' + '}'.repeat(depth), '{"fields":{"name":"\\ud800"}}', '{"fields":{"name":"\\udc00\\ud800"}}',
    '{"fields":{"name":"\\u0000"}}', '{"fields":{"name":"\\u0007\\u001b"}}', '{"\\u0000":1}', `{"fields":{"staff_count":${random.pick(rawNumbers)}}}`, `{"happened_on":${random.pick(rawNumbers)}}`,
    Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d]), Buffer.from([0x7b, 0x22, 0x61, 0x22, 0x3a, 0x22, 0xed, 0xa0, 0x80, 0x22, 0x7d]), Buffer.from([0x7b, 0x00, 0x7d]), Buffer.from([0xc0, 0x80]),
    '{"fields":{"name":"' + 'a'.repeat(300000) + '"}}', '{} {}', '{}x', '{"event":"void","event":"create"}', '[' + '1,'.repeat(2000) + '1]', '{"fields":{' + Array.from({ length: 3000 }, (_, i) => `"f${i}":1`).join() + '}}',
  ]);
}

// ---- one call ----
const queries = ['limit=1', 'limit=0', 'limit=201', 'limit=-1', 'limit=abc', 'limit=', 'after=x', 'after=', 'after=%00', 'q=%E6%9C%BA', 'q=' + 'x'.repeat(101), 'q=%ff', 'total=1', 'total=2', 'state=nowhere', 'state=', 'list=none', 'list=', 'unit=x', 'unit=' + random.id(), 'known_at=2024-05-01T02:00:00Z', 'known_at=yesterday', 'known_at=9999-12-31T23:59:59Z', 'known_at=1970-01-01T00:00:00Z', 'all=1', 'post=x', 'column=unit', 'column=zz', 'seq=0', 'size=1', 'seq=99999999999999', 'from=1', 'to=2', 'from=2&to=1', 'from=0&to=0', 'size=0', 'seq=-1', 'a=b', 'limit=1&limit=2', '=', '&', 'q', '%zz=1', 'format=xlsx', 'language=en', 'parent=' + random.id(), 'q=a%20b%25_', "q='%22;--", 'total=1&limit=200'];
function pathOf(operation, isChange) {
  let path = operation.path;
  const [, plural] = path.match(/^\/api\/v1\/(\w+)/) || [];
  let id;
  path = path.replace(/\{(\w+)\}/g, (_, name) => {
    const isAccount = plural === 'accounts';
    if (name === 'admin') return random.pick(['audit_admin', 'sys_admin', 'king']);
    let own = isAccount && name === 'id' ? random.pick(decoys) : name === 'post' ? idOf('post') : random.chance(0.8) && pool.get(plural)?.length ? random.pick(pool.get(plural)) : anyId();
    if (random.chance(0.04)) own = random.pick(['x', '0', own.toUpperCase(), own.slice(1), '..', '%2e%2e', '0190', 'matrix', 'export', own + '0']);
    if (isChange && kept.has(own)) own = isAccount ? random.pick(decoys) : random.id();
    if (name === 'id') id = own;
    return own;
  });
  if (random.chance(operation.method === 'GET' ? 0.4 : 0.05)) path += '?' + random.pick(queries) + (random.chance(0.3) ? '&' + random.pick(queries) : '');
  return { path, id };
}
const tags = ['*', 'W/"1"', '1', '""', '"x"', '"1", "2"', '"01"', '"-1"', '"9999999999999999999"', '"18446744073709551616"', ' ', '"1" ', '"0"'];
const keys = ['a', 'x'.repeat(64), 'x'.repeat(65), 'with blank', 'k\u00e9', '"quoted"', '-'];
const languages = ['zh', 'en', 'en;q=0.1, zh;q=0.9', 'fr', '*', ';;;,,,', 'en-US,en;q=0.5', 'x'.repeat(2000), 'zh-Hans-CN;q=1.000', 'en;q=abc'];
const media = ['text/plain', 'application/json; charset=utf-8', 'application/json;charset=gbk', 'application/xml', 'multipart/form-data; boundary=x', '', null, 'APPLICATION/JSON', 'application/json, text/html'];

const counts = {};
const faults = new Map();
function fault(rule, request, answer, more) {
  const list = faults.get(rule) || [];
  if (list.length < 3) list.push({ request: JSON.stringify(request).slice(0, 1500), status: answer.status, body: (answer.text || answer.error || '').slice(0, 700), more });
  list.total = (list.total || 0) + 1;
  faults.set(rule, list);
}
const hasHan = (text) => /[\u4e00-\u9fff]/.test(text);
const rules = ['no 5xx but busy', 'the connection is kept to the end', 'errors are problem documents', 'problem documents are complete', '412 carries the record', '405 says what is allowed', 'busy says when', 'answers are JSON', 'records carry an ETag', '201 says where', 'safe headers', 'nothing of unit B is seen in unit A', 'administrators see no record', 'no inner words in answers', 'HEAD agrees with GET', 'the language asked for', 'only listed methods are taken'];

function check(role, request, answer) {
  const { status, headers, text, json } = answer;
  const size = request.size || 0;
  if (status === 0) {
    if (size < 65536) fault('the connection is kept to the end', request, answer);
    return;
  }
  counts[status] = (counts[status] || 0) + 1;
  if (status >= 500 && status !== 503) fault('no 5xx but busy', request, answer);
  if ((status === 503 || status === 429) && !(Number(headers['retry-after']) > 0)) fault('busy says when', request, answer);
  if (headers['x-content-type-options'] !== 'nosniff' || !headers['cache-control'] || !headers['content-security-policy']) fault('safe headers', request, answer, headers);
  if (/sqlite|postgres|SELECT |INSERT |\/src\/|assert|segfault|\/tmp\//i.test(text) && !/DROP TABLE|SELECT /.test(request.sent || '')) fault('no inner words in answers', request, answer);
  const isHead = request.method === 'HEAD';
  if (status >= 400 && !isHead) {
    if (!/^application\/problem\+json/.test(headers['content-type'] || '') || !json) {
      fault('errors are problem documents', request, answer, headers);
      return;
    }
    const members = typeof json.type === 'string' && json.type.startsWith('/problems/') && json.title && json.status === status && /^[a-z_]+$/.test(json.code);
    const errors = json.errors === undefined || (Array.isArray(json.errors) && json.errors.length > 0 && json.errors.every((one) => typeof one.pointer === 'string' && /^[a-z_]+$/.test(one.code) && one.detail));
    if (!members || !errors || (status === 422 && !json.errors && !json.detail && json.code === 'invalid')) fault('problem documents are complete', request, answer);
    const wantsEnglish = request.lang === 'en'; // a request that cannot be read has no language yet
    if (request.lang && !request.path.includes('language=') && json.code !== 'framing' && hasHan(json.title + (json.errors || []).map((one) => one.detail).join('')) === wantsEnglish) fault('the language asked for', request, answer);
    if (status === 412 && !(json.current && headers.etag === `"${json.current.version}"`)) fault('412 carries the record', request, answer, headers);
    if (status === 405 && !headers.allow) fault('405 says what is allowed', request, answer);
  }
  if (status < 300 && !isHead && status !== 204) {
    const isFile = request.path.includes('/export') || request.path.includes('/template') || request.path.includes('/content');
    if (!isFile && !json) fault('answers are JSON', request, answer, answer.bad);
    if (json && json.id && json.version !== undefined && (types.has(plural(request)) || plural(request) === 'accounts') && headers.etag !== `"${json.version}"`) fault('records carry an ETag', request, answer, headers);
    if (status === 201 && types.has(plural(request)) && !(headers.location || '').endsWith(json.id)) fault('201 says where', request, answer, headers);
  }
  if (status === 204 && text) fault('answers are JSON', request, answer);
  const all = text + JSON.stringify(headers);
  if (unitRoles.has(role)) {
    const leaked = all.includes(words.B) || secretIds.some((id) => all.includes(id) && !(request.path + (request.sent || '')).includes(id));
    if (leaked) fault('nothing of unit B is seen in unit A', request, answer);
  }
  if (adminRoles.has(role) && !request.path.startsWith('/api/v1/accounts') && Object.values(words).some((word) => all.includes(word))) fault('administrators see no record', request, answer);
}
const plural = (request) => (request.path.match(/^\/api\/v1\/(\w+)/) || [])[1];

async function once(operation) {
  const role = random.pick(Object.keys(roles).concat('leader', 'leader', 'leader', 'secrecy_officer', 'secrecy_officer'));
  const isChange = operation.method !== 'GET';
  isUnit = unitRoles.has(role);
  const { path, id } = pathOf(operation, isChange);
  const headers = {};
  const request = { role, method: operation.method, path };
  if (random.chance(0.3)) headers['Accept-Language'] = random.pick(languages);
  else request.lang = headers['Accept-Language'] = random.pick(['zh', 'en']);
  let body;
  const wantsBody = operation.requestBody !== undefined;
  if (wantsBody ? random.chance(0.97) : random.chance(0.02)) {
    body = random.chance(0.15) ? junk() : JSON.stringify(bodyOf(operation, id));
    if (random.chance(0.01)) body = '{"reason":"' + 'x'.repeat(operation.requestBody?.['x-max-bytes'] || 100000) + '"}';
    if (random.chance(0.05)) headers['Content-Type'] = random.pick(media);
  }
  const wantsMatch = JSON.stringify(operation.parameters || []).includes('IfMatch');
  if (wantsMatch && random.chance(0.96)) {
    const seen = versions.get(id);
    headers['If-Match'] = random.chance(0.12) ? random.pick(tags) : `"${Math.max(0, (seen ?? 1) - (random.chance(0.1) ? 1 : 0))}"`;
  } else if (random.chance(0.03)) headers['If-Match'] = random.pick(tags);
  if (random.chance(0.15)) headers['Idempotency-Key'] = random.pick([...keys, 'k' + random.below(200)]);
  if (random.chance(0.02)) headers.Origin = random.pick(['http://evil.test', 'null', 'http://lijian.test']);
  if (random.chance(0.02)) {
    request.method = random.pick(['PUT', 'DELETE', 'POST', 'PATCH', 'GET', 'OPTIONS', 'TRACE', 'PROPFIND']);
  }
  for (const name of Object.keys(headers)) if (typeof headers[name] === 'string') headers[name] = Buffer.from(headers[name], 'utf8').toString('latin1');
  request.headers = headers;
  request.sent = body === undefined ? undefined : body.toString().slice(0, 20000);
  request.size = body === undefined ? 0 : body.length;
  const answer = await roles[role].call(request.method, path, { body, headers });
  check(role, request, answer);
  if (request.method !== operation.method) {
    const item = described.paths[operation.path];
    const isListed = item[request.method.toLowerCase()] !== undefined;
    if (!isListed && answer.status > 0 && answer.status < 400 && request.method !== 'HEAD') fault('only listed methods are taken', request, answer);
    if (answer.status === 405) {
      const wanted = Object.keys(item).map((name) => name.toUpperCase());
      const allowed = (answer.headers.allow || '').split(', ');
      if (!wanted.every((name) => allowed.includes(name))) fault('405 says what is allowed', request, answer, answer.headers);
    }
  }
  if (answer.status < 300 && plural(request) === 'accounts' && answer.json?.version !== undefined) versions.set(answer.json.id, answer.json.version);
  const record = answer.status < 300 ? answer.json : answer.status === 412 ? answer.json?.current : undefined;
  if (record?.id && record.version !== undefined && types.has(plural(request))) {
    versions.set(record.id, record.version);
    states.set(record.id, record.state);
    if (record.unit && ofB.has(record.unit.id)) ofB.add(record.id);
    const list = pool.get(plural(request));
    if (answer.status === 201 && list.length < 400) list.push(record.id);
  }
  const isOver = answer.status === 401 || (answer.status === 204 && /\/sessions?$/.test(path));
  if (isOver && role !== 'nobody') await back(role);
  return answer;
}

// Every operation at least once as each role would, then at random.
const answered = new Set();
let made = 0;
for (const operation of operations) {
  for (let i = 0; i < 3; i++, made++) if ((await once(operation)).status) answered.add(operation.operationId);
}
const heavy = operations.filter((one) => one.method !== 'GET');
for (; made < total; made++) await once(random.chance(0.65) ? random.pick(heavy) : random.pick(operations));
same(operations.filter((one) => !answered.has(one.operationId)).map((one) => one.operationId), [], 'every operation answers');

// ---- HEAD is GET without the body ----
for (const operation of operations.filter((one) => one.method === 'GET' && !one.path.startsWith('/api/v1/log'))) {
  for (const role of ['leader', 'nobody']) {
    const { path } = pathOf(operation, false);
    const request = { role, method: 'HEAD', path };
    const get = await roles[role].get(path);
    const head = await roles[role].call('HEAD', path);
    const same = ['content-type', 'etag', 'content-length'].every((name) => get.headers[name] === head.headers[name]);
    if (get.status !== head.status || head.text || !same) fault('HEAD agrees with GET', request, head, { get: get.status, headers: get.headers, head: head.headers });
  }
}

note(`seed ${seed}, ${made} requests; answers ${JSON.stringify(counts)}`);
for (const rule of rules) ok(!faults.has(rule), `${rule}`, faults.has(rule) ? { times: faults.get(rule).total, examples: faults.get(rule) } : undefined);
ok(counts[200] > made / 20 && counts[201] > 0 && counts[412] > 0 && counts[422] > 0 && counts[403] > 0, 'the requests reached every depth', counts);

// ---- and still well ----
same((await new Client(world.server).get('/healthz')).json, { status: 'ok' }, 'the server is well');
same((await world.server.stop()).code, 0, 'and ends in order', world.server.log);
const checked = run('check', '--data', world.data, '--lang', 'en');
if (checked.status !== 64) same(checked.status, 0, 'the ledger holds: lijiand check', checked.out + checked.err);
done();
