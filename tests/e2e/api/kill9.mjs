// SPDX-License-Identifier: AGPL-3.0-or-later
// `kill -9` under load, at random moments: what was acknowledged is there exactly once, what was not is there whole or not at
// all, the same request with the same key gets the same answer. Then a disk that is full, and a database that others hold.
import { spawn } from 'node:child_process';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { Random, Server, done, folder, join, must, note, ok, postgres, run, same, seed, skip, sleep, soak, databaseOptions } from './lib.mjs';
import { World } from './world.mjs';

const rounds = soak ? 200 : 20;
const writerCount = 6;
const random = new Random(seed + (postgres ? 1 : 0));
const world = await World.make();
const { leader, server } = world;
const faults = new Map();
function fault(rule, detail) {
  const list = faults.get(rule) || [];
  list.push(detail);
  faults.set(rule, list);
}
const hold = (holds, rule, detail) => holds || fault(rule, detail);
let acknowledged = 0;
let unknown = 0;

// ---- writers ----
class Writer {
  constructor(no) {
    this.no = no;
    this.client = world.client({ cookie: leader.cookie, sockets: 1 });
    this.seen = []; // {version, staff} or {version, state} of the unit, as acknowledged
    this.made = []; // {path, body, key, status, id, text}
    this.files = []; // {id, body}
    this.open = null; // asked, not answered
    this.value = 0;
  }
  async begin() {
    const answer = await this.client.post('/units', { fields: { name: `单位${this.no}`, kind: 'organ', staff_count: 0 } });
    must(answer.status === 201, 'unit: ' + answer.text);
    this.unit = answer.json;
    this.state = answer.json.state;
    this.seen.push({ version: 1, staff: 0, state: this.state });
  }
  async step() {
    const path = `/units/${this.unit.id}`;
    const version = this.seen.at(-1).version;
    const what = random.below(10);
    if (what < 4) {
      const staff = ++this.value;
      this.open = { kind: 'edit', staff, version };
      this.took(await this.client.patch(path, version, { fields: { staff_count: staff } }));
    } else if (what < 5) {
      const event = this.state === 'registered' ? 'supervise' : 'release';
      this.open = { kind: 'move', event, version };
      const more = event === 'supervise' ? { fields: { supervised_from: '2020-01-01' } } : { reason: '撤出', fields: { supervised_to: '2026-01-01' } };
      this.took(await this.client.post(path + '/moves', { event, ...more }, { 'If-Match': `"${version}"` }));
    } else if (what < 9) {
      const key = `w${this.no}-${this.made.length}-${random.below(1e9)}`;
      const body = { fields: { name: `人员${this.no}之${this.made.length}`, unit: this.unit.id } };
      this.open = { kind: 'create', path: '/persons', body, key };
      this.took(await this.client.post('/persons', body, { 'Idempotency-Key': key }));
    } else {
      const body = `附件 ${this.no} ${this.files.length} ` + 'x'.repeat(random.below(20000));
      this.open = { kind: 'file', body };
      this.took(await this.client.call('POST', `/attachments?name=${this.no}-${this.files.length}.txt&record_type=unit&record=${this.unit.id}`, { body, headers: { 'Content-Type': 'text/plain' } }));
    }
  }
  // The answer to what is open; without one it stays open.
  took(answer) {
    if (answer.status === 0) {
      this.isCut = true;
      return;
    }
    const open = this.open;
    if (answer.status >= 400) {
      if (answer.status !== 503) fault('changes that are right are taken', { open, status: answer.status, body: answer.text.slice(0, 500) });
      this.open = null;
      return;
    }
    this.open = null;
    acknowledged++;
    if (open.kind === 'edit' || open.kind === 'move') {
      this.state = answer.json.state;
      this.seen.push({ version: answer.json.version, staff: answer.json.fields.staff_count, state: answer.json.state });
      hold(answer.json.version === open.version + 1, 'a change is one version', { open, version: answer.json.version });
    } else if (open.kind === 'create') {
      this.made.push({ ...open, status: answer.status, id: answer.json.id, text: answer.text, etag: answer.headers.etag, location: answer.headers.location });
    } else {
      this.files.push({ id: answer.json.id, body: open.body });
    }
  }
  async load() {
    this.isCut = false;
    while (!this.isCut && !stopping) await this.step();
  }
  // After the restart: what is there of this writer.
  async check() {
    const open = this.open;
    this.open = null;
    if (open) unknown++;
    const answer = await this.client.get(`/units/${this.unit.id}`);
    if (!hold(answer.status === 200, 'records that were acknowledged are there', answer.text)) return;
    const last = this.seen.at(-1);
    const now = answer.json;
    const isNext = open && (open.kind === 'edit' || open.kind === 'move') && now.version === last.version + 1;
    hold(now.version === last.version || isNext, 'nothing acknowledged is lost, nothing is there twice', { last, version: now.version, open });
    if (isNext) {
      const isWhole = open.kind === 'edit' ? now.fields.staff_count === open.staff && now.state === last.state : now.state !== last.state && now.fields.staff_count === last.staff;
      hold(isWhole, 'what was not answered is there whole or not at all', { open, now });
      this.seen.push({ version: now.version, staff: now.fields.staff_count, state: now.state });
      this.state = now.state;
    } else {
      hold(now.fields.staff_count === last.staff && now.state === last.state, 'values are those acknowledged', { last, now });
    }
    if (open?.kind === 'create') {
      const again = await this.client.post(open.path, open.body, { 'Idempotency-Key': open.key });
      if (hold(again.status === 201, 'an unanswered creation can be sent again', again.text)) {
        this.made.push({ ...open, status: 201, id: again.json.id, text: again.text, etag: again.headers.etag, location: again.headers.location });
      }
    }
    for (const one of [this.made.at(-1), random.pick(this.made)]) {
      if (!one) continue;
      const again = await this.client.post(one.path, one.body, { 'Idempotency-Key': one.key });
      hold(again.status === one.status && again.text === one.text, 'the same key gets the same answer', { first: one.text, again: again.text });
      hold(again.headers.etag === one.etag && again.headers.location === one.location, 'the same answer has the same headers', { first: [one.etag, one.location], again: [again.headers.etag, again.headers.location] });
      const other = await this.client.post(one.path, { fields: { ...one.body.fields, name: '别名' } }, { 'Idempotency-Key': one.key });
      hold(other.status === 422 && other.json?.code === 'key_reused', 'the same key with another body is refused', other.text);
    }
    for (const file of this.files.slice(-2)) {
      const bytes = await this.client.get(`/attachments/${file.id}/content`);
      hold(bytes.status === 200 && bytes.text === file.body, 'attachments are whole', { status: bytes.status, id: file.id });
    }
  }
  async history(leaves) {
    const answer = await this.client.get(`/units/${this.unit.id}/history`);
    const items = answer.json.items;
    const versions = items.map((item) => item.version);
    hold(versions.every((version, i) => version === items.length - i), 'histories have no gap', versions);
    for (const item of items) {
      hold(!leaves.has(item.leaf), 'each entry of the log belongs to one change', item);
      leaves.add(item.leaf);
    }
    for (const one of this.seen) {
      const item = items[items.length - one.version];
      const change = item?.changes.find((each) => each.field === 'staff_count');
      const before = this.seen[this.seen.indexOf(one) - 1];
      const isEdit = before && before.staff !== one.staff;
      hold(item && (!isEdit || change?.after === one.staff), 'histories tell what was acknowledged', { one, item });
    }
  }
}

let stopping = false;
const writers = Array.from({ length: writerCount }, (_, no) => new Writer(no));
for (const writer of writers) await writer.begin();

// ---- the rounds ----
for (let round = 0; round < rounds; round++) {
  stopping = false;
  const loads = writers.map((writer) => writer.load());
  await sleep(30 + random.below(round % 4 === 0 ? 600 : 250));
  const end = await server.stop('SIGKILL');
  must(end.signal === 'SIGKILL', `the server ended by itself: ${JSON.stringify(end)} ${server.log}`);
  stopping = true;
  await Promise.all(loads);
  await server.start();
  await Promise.all(writers.map((writer) => writer.check()));
}
const leaves = new Set();
for (const writer of writers) await writer.history(leaves);

// Persons exactly once.
const times = new Map();
for (let after = ''; after !== null; ) {
  const page = (await leader.get('/persons?limit=200' + (after ? '&after=' + encodeURIComponent(after) : ''))).json;
  for (const item of page.items) times.set(item.title, (times.get(item.title) || 0) + 1);
  after = page.next;
}
const wanted = writers.flatMap((writer) => writer.made.map((one) => one.body.fields.name));
hold(wanted.every((name) => times.get(name) === 1), 'each creation is there once', wanted.filter((name) => times.get(name) !== 1));
hold([...times.values()].every((count) => count === 1), 'nothing is there twice', [...times].filter(([, count]) => count > 1));

// The log: numbers without a gap, as many as the last one says.
const numbers = [];
for (let after = ''; after !== null; ) {
  const page = (await world.audit.get('/log/entries?limit=200' + (after ? '&after=' + after : ''))).json;
  numbers.push(...page.items.map((item) => item.seq));
  after = page.next;
}
hold(numbers.every((seq, i) => seq === numbers[0] - i) && numbers.at(-1) === 0, 'the log has no gap', numbers.slice(0, 20));
hold([...leaves].every((leaf) => leaf <= numbers[0]), 'histories point into the log', [...leaves].filter((leaf) => leaf > numbers[0]));

note(`${rounds} rounds, ${acknowledged} changes acknowledged, ${unknown} cut in the middle, ${numbers.length} entries of the log`);
for (const rule of [
  'changes that are right are taken', 'a change is one version', 'records that were acknowledged are there', 'nothing acknowledged is lost, nothing is there twice',
  'what was not answered is there whole or not at all', 'values are those acknowledged', 'an unanswered creation can be sent again', 'the same key gets the same answer',
  'the same answer has the same headers', 'the same key with another body is refused', 'attachments are whole', 'histories have no gap', 'each entry of the log belongs to one change',
  'histories tell what was acknowledged', 'each creation is there once', 'nothing is there twice', 'the log has no gap', 'histories point into the log',
]) {
  ok(!faults.has(rule), `after kill -9: ${rule}`, faults.get(rule)?.slice(0, 5));
}
ok(acknowledged > rounds * 3 && unknown > rounds / 4, 'the kills came in the middle of work', { acknowledged, unknown });
function check(data, name) {
  const checked = run('check', '--data', data, '--lang', 'en', ...databaseOptions());
  if (checked.status === 64) skip(name, 'there is no check yet');
  else same(checked.status, 0, name, checked.out + checked.err);
}

// ---- the database is held by somebody else ----
async function held(begin, end, name) {
  const answer = await leader.post('/persons', { fields: { name: '锁中', unit: writers[0].unit.id } }, { 'Idempotency-Key': 'held-1' });
  ok(answer.status === 503 && Number(answer.headers['retry-after']) > 0 && answer.json?.code === 'busy', `${name}: busy, and when to come again`, { status: answer.status, headers: answer.headers, body: answer.text });
  const read = await leader.get('/units?limit=1');
  ok(read.status === 200, `${name}: reading goes on`, read.text);
  await end();
  const again = await leader.post('/persons', { fields: { name: '锁中', unit: writers[0].unit.id } }, { 'Idempotency-Key': 'held-1' });
  ok(again.status === 201, `${name}: afterwards the same request is taken`, again.text);
  const found = (await leader.get('/persons?q=' + encodeURIComponent('锁中'))).json;
  same(found.items.length, 1, `${name}: once`);
}
function holder(command, args, statement, reply) {
  const child = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise((go) => child.on('exit', go));
  return new Promise((go) => {
    child.on('error', () => go(null));
    child.stdout.on('data', (bytes) => String(bytes).includes(reply) && go(async () => (child.stdin.end(), await ended)));
    child.stdin.write(statement);
  });
}
if (postgres) {
  const end = await holder('psql', ['-X', '-q', '-A', '-t', process.env.LIJIAN_POSTGRES], "BEGIN;\nSELECT 'got ' || count(*) FROM (SELECT * FROM audit_head FOR UPDATE) AS h;\n", 'got');
  if (end) await held(null, end, 'the head of the log is locked');
  else skip('the head of the log is locked', 'psql is missing');
} else {
  const file = readdirSync(world.data).find((name) => /\.(db|sqlite3?)$/.test(name));
  const end = file && (await holder('sqlite3', [join(world.data, file)], "BEGIN IMMEDIATE;\nSELECT 'got';\n", 'got'));
  if (end) await held(null, end, 'another process holds the database');
  else skip('another process holds the database', 'sqlite3 is missing');
}
// ---- the database cuts every connection ----
async function cut() {
  const all = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'";
  const answers = [];
  for (let i = 0; i < 5; i++) {
    execFileSync('psql', ['-X', '-q', '-c', all, process.env.LIJIAN_POSTGRES], { stdio: 'ignore' });
    answers.push(await leader.get('/units?limit=1'), await leader.post('/persons', { fields: { name: `断${i}`, unit: writers[0].unit.id } }, { 'Idempotency-Key': `cut-${i}` }));
  }
  ok(answers.every((answer) => answer.status < 300 || (answer.status === 503 && Number(answer.headers['retry-after']) > 0)), 'cut connections: taken, or busy and when to come again', answers.map((answer) => [answer.status, answer.text.slice(0, 120)]).concat(server.log.slice(-800)));
  for (let i = 0; i < 5; i++) await leader.post('/persons', { fields: { name: `断${i}`, unit: writers[0].unit.id } }, { 'Idempotency-Key': `cut-${i}` });
  const list = (await leader.get('/persons?limit=200&q=' + encodeURIComponent('断'))).json.items.map((item) => item.title).sort();
  same(list, ['断0', '断1', '断2', '断3', '断4'], 'cut connections: each change is there once');
}
if (postgres) {
  try {
    execFileSync('psql', ['--version'], { stdio: 'ignore' });
    await cut();
  } catch (error) {
    if (error.code !== 'ENOENT') throw error;
    skip('cut connections', 'psql is missing');
  }
}
await server.stop();
check(world.data, 'the ledger holds after the kills: lijiand check');

// ---- the disk is full ----
async function full() {
  const at = join(folder(), 'disk');
  mkdirSync(at);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=12m', 'none', at], { stdio: 'ignore' });
  } catch {
    return skip('a full disk', 'no file system can be mounted here');
  }
  let small;
  try {
    small = await World.make({ data: join(at, 'data') });
    const unit = (await small.leader.post('/units', { fields: { name: '满盘单位', kind: 'organ' } })).json;
    writeFileSync(join(at, 'ballast'), '');
    const ballast = [];
    for (let i = 0; i < 400; i++) {
      try {
        writeFileSync(join(at, `ballast${i}`), Buffer.alloc(65536, 1));
        ballast.push(join(at, `ballast${i}`));
      } catch {
        break;
      }
    }
    const taken = [];
    const refused = [];
    for (let i = 0; i < 60; i++) {
      const answer = await small.leader.post('/persons', { fields: { name: `满${i}`, unit: unit.id } }, { 'Idempotency-Key': `full-${i}` });
      if (answer.status === 201) taken.push(answer.json.id);
      else refused.push({ ...answer, no: i });
    }
    const file = await small.leader.call('POST', `/attachments?name=a.txt&record_type=unit&record=${unit.id}`, { body: Buffer.alloc(300000, 65), headers: { 'Content-Type': 'text/plain' } });
    ok(refused.length > 0, 'a full disk: changes are refused at last', { taken: taken.length });
    ok([...refused, file].every((answer) => [507, 503].includes(answer.status) && /problem\+json/.test(answer.headers['content-type'])), 'a full disk: the refusal says so (507, or 503)', [...refused.slice(0, 2), file].map((answer) => [answer.status, answer.text, small.server.log.slice(-600)]));
    ok((await small.leader.get('/units?limit=1')).status === 200, 'a full disk: reading goes on');
    const beside = [];
    for (const id of taken) if ((await small.leader.get('/persons/' + id)).status !== 200) beside.push(id);
    same(beside, [], 'a full disk: nothing acknowledged is lost');
    for (const path of ballast) rmSync(path);
    const after = [];
    for (const { no } of refused) after.push(await small.leader.post('/persons', { fields: { name: `满${no}`, unit: unit.id } }, { 'Idempotency-Key': `full-${no}` }));
    ok(after.every((answer) => answer.status === 201), 'a full disk: with room again the same requests are taken', after.map((answer) => answer.text).slice(0, 2));
    const list = (await small.leader.get('/persons?limit=200')).json.items.map((item) => item.title).filter((title) => title.startsWith('满'));
    ok(list.length === 60 && new Set(list).size === 60, 'a full disk: each is there once', list.length);
    const left = readdirSync(join(at, 'data'), { recursive: true }).filter((name) => /tmp|part|new/.test(name) && statSync(join(at, 'data', name)).isFile());
    same(left, [], 'a full disk: no half file stays');
    await small.server.stop();
    check(join(at, 'data'), 'a full disk: lijiand check');
  } finally {
    await small?.server.stop('SIGKILL');
    execFileSync('umount', ['-l', at]);
  }
}
if (postgres) skip('a full disk', 'the disk is that of PostgreSQL');
else await full();
done();
