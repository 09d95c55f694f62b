// SPDX-License-Identifier: AGPL-3.0-or-later
// The system's clock is set back, and forward again, while the server works: changes go on, nothing is lost, numbers and
// histories stay in order. The clock is that of clock.c, preloaded (LIJIAN_PRELOAD).
import { writeFileSync } from 'node:fs';
import { databaseOptions, done, folder, join, must, ok, run, same, skip } from './lib.mjs';
import { World } from './world.mjs';

if (!process.env.LIJIAN_PRELOAD) {
  skip('a clock set back', 'nothing to preload is named');
  done();
}
const file = join(folder(), 'clock');
const set = (seconds) => writeFileSync(file, String(seconds));
const day = 86400;
// Everything the server runs with, init too: the district is made 500 days ago, so that its grants are older than any jump.
process.env.LIJIAN_CLOCK = file;
process.env.LD_PRELOAD = process.env.LIJIAN_PRELOAD;
set(-500 * day);
const world = await World.make();
const { leader } = world;
let logins = 0;
async function jump(seconds) {
  set(seconds);
  leader.from = `10.7.1.${logins++}`;
  leader.cookie = undefined; // sessions end by the clock
  await leader.login('leader');
}
await jump(0);
const unit = (await leader.post('/units', { fields: { name: '钟面单位', kind: 'organ', staff_count: 0 } })).json;
must(unit, 'a unit');
let version = 1;
const made = [];
async function work(name) {
  const edit = await leader.patch(`/units/${unit.id}`, version, { fields: { staff_count: version } });
  ok(edit.status === 200 && edit.json.version === version + 1, `${name}: an edit is taken`, edit.text);
  version = edit.json?.version ?? version;
  const create = await leader.post('/persons', { fields: { name: `人${made.length}`, unit: unit.id } }, { 'Idempotency-Key': `clock-${made.length}` });
  ok(create.status === 201, `${name}: a record is made`, create.text);
  made.push({ key: `clock-${made.length}`, json: create.json });
  const again = await leader.post('/persons', { fields: { name: `人${made.length - 1}`, unit: unit.id } }, { 'Idempotency-Key': made.at(-1).key });
  ok(again.status === 201 && again.json.id === create.json?.id, `${name}: its key is known`, again.text);
  ok((await leader.get('/duties')).status === 200 && (await leader.get('/overview')).status === 200, `${name}: duties and overview answer`);
  return create.json;
}
await work('at the hour');
await jump(-3600);
await work('an hour back');
await jump(-3 * day);
await work('three days back');
await jump(-400 * day);
await work('a year back');
await jump(0);
await work('at the hour again');
await jump(3600);
await work('an hour ahead');
await jump(0);
await work('and back once more');

const history = (await leader.get(`/units/${unit.id}/history`)).json.items;
ok(history.every((item, i) => item.version === history.length - i), 'versions have no gap', history.map((item) => item.version));
const at = history.map((item) => Date.parse(item.at)).reverse();
ok(at.every((one, i) => i === 0 || one >= at[i - 1]), 'a history never goes back in time', history.map((item) => item.at));
const ids = made.map((one) => one.json?.id);
same(new Set(ids).size, made.length, 'ids stay unique');
const known = await leader.get(`/units/${unit.id}?known_at=${new Date(Date.now() + 2 * day * 1000).toISOString().slice(0, 19)}Z`);
ok(known.status === 200 && known.json.version >= 2, 'the record as known now', known.text);
const login = await world.client({ from: '10.7.0.1' }).post('/session', { account: 'leader', password: 'wrong' });
ok(login.status === 401, 'logins are answered', login.text);
await world.server.stop();
const checked = run('check', '--data', world.data, '--lang', 'en', ...databaseOptions());
same(checked.status, 0, 'the ledger holds: lijiand check', checked.out + checked.err);
done();
