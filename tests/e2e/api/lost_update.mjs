// SPDX-License-Identifier: AGPL-3.0-or-later
// Eight clients edit the same few records at once, each with the version that it saw. Afterwards the histories are checked:
// for each record the changes acknowledged are one line, every version once, each value as the history has it, and an
// answer that was given before another request began comes before it in that line.
import { Random, done, must, note, ok, seed, soak } from './lib.mjs';
import { World } from './world.mjs';

const seconds = soak ? 120 : 4;
const clientCount = 8;
const recordCount = 3;
const world = await World.make();
const faults = new Map();
const hold = (holds, rule, detail) => holds || faults.set(rule, [...(faults.get(rule) || []), detail]);

const records = [];
for (let i = 0; i < recordCount; i++) {
  const answer = await world.leader.post('/units', { fields: { name: `共改${i}`, kind: 'organ', staff_count: 0 } });
  must(answer.status === 201, answer.text);
  records.push(answer.json.id);
}
let clock = 0; // order of events at the clients
let value = 0;
const events = []; // {record, client, seen, value, begin, end, version}
const reads = []; // {record, version, value, begin, end}
const counts = { taken: 0, stale: 0, busy: 0, read: 0 };
const until = Date.now() + seconds * 1000;

async function edits(no) {
  const random = new Random(seed * 31 + no);
  const client = world.client({ cookie: world.leader.cookie, sockets: 1 });
  const seen = new Map(records.map((id) => [id, 1]));
  while (Date.now() < until) {
    const id = random.pick(records);
    const begin = ++clock;
    if (random.chance(0.3)) {
      const answer = await client.get(`/units/${id}`);
      hold(answer.status === 200, 'reads are answered', answer.text);
      reads.push({ record: id, version: answer.json.version, value: answer.json.fields.staff_count, begin, end: ++clock });
      seen.set(id, answer.json.version);
      counts.read++;
      continue;
    }
    const mine = ++value;
    const used = seen.get(id);
    const isMove = random.chance(0.1);
    const answer = isMove
      ? await client.post(`/units/${id}/moves`, { event: 'no_such_move' }, { 'If-Match': `"${used}"` })
      : await client.patch(`/units/${id}`, used, { fields: { staff_count: mine % 100000 } });
    const end = ++clock;
    if (isMove) {
      hold(answer.status === 422 || answer.status === 412, 'a move that is none changes nothing', answer.text);
    } else if (answer.status === 200) {
      counts.taken++;
      hold(answer.json.version === used + 1, 'a change follows on the version that was seen', { used, got: answer.json.version });
      hold(answer.json.fields.staff_count === mine % 100000 && answer.headers.etag === `"${used + 1}"`, 'the answer shows the own change', answer.text);
      events.push({ record: id, client: no, seen: used, value: mine % 100000, begin, end, version: answer.json.version });
      seen.set(id, answer.json.version);
    } else if (answer.status === 412) {
      counts.stale++;
      const now = answer.json.current;
      hold(now && now.version > used && answer.headers.etag === `"${now.version}"`, 'a stale change is told the newer record', { used, body: answer.text.slice(0, 300) });
      if (now) {
        reads.push({ record: id, version: now.version, value: now.fields.staff_count, begin, end });
        seen.set(id, now.version);
      }
    } else if (answer.status === 503) {
      counts.busy++;
    } else {
      hold(false, 'changes are taken, stale or busy, nothing else', { status: answer.status, body: answer.text, error: answer.error });
    }
  }
  client.close();
}
await Promise.all(Array.from({ length: clientCount }, (_, no) => edits(no)));

for (const id of records) {
  const own = events.filter((event) => event.record === id);
  const answer = await world.leader.get(`/units/${id}/history`);
  const items = answer.json.items;
  const last = (await world.leader.get(`/units/${id}`)).json;
  hold(items.every((item, i) => item.version === items.length - i), 'histories have no gap', items.map((item) => item.version));
  hold(last.version === items.length, 'the record stands at the end of its history', { version: last.version, history: items.length });
  const versions = own.map((event) => event.version);
  hold(new Set(versions).size === versions.length, 'no version was acknowledged twice', versions);
  hold(own.length === items.length - 1, 'the history holds what was acknowledged and nothing else', { acknowledged: own.length, history: items.length });
  const valueAt = new Map();
  let current = null;
  for (const item of [...items].reverse()) {
    const change = item.changes.find((each) => each.field === 'staff_count');
    hold(!change || item.version === 1 || change.before === current, 'each change begins where the one before ended', item);
    if (change) current = change.after;
    valueAt.set(item.version, current);
  }
  for (const event of own) hold(valueAt.get(event.version) === event.value, 'values are as in the history', event);
  for (const read of reads.filter((one) => one.record === id)) hold(valueAt.get(read.version) === read.value, 'what was read was once so', read);
  // Real time: whatever ended before another began has the lower version (reads: not a higher one).
  const all = [...own.map((event) => ({ ...event, isChange: true })), ...reads.filter((one) => one.record === id)].sort((a, b) => a.end - b.end);
  const begins = [...all].sort((a, b) => a.begin - b.begin);
  let at = 0;
  let least = 0; // the highest version that had ended before
  for (const one of begins) {
    while (at < all.length && all[at].end < one.begin) least = Math.max(least, all[at++].version);
    hold(one.isChange ? one.version > least : one.version >= least, 'nobody reads or changes an older version than was known', { one, least });
  }
}
note(JSON.stringify(counts));
for (const rule of [
  'reads are answered', 'a move that is none changes nothing', 'a change follows on the version that was seen', 'the answer shows the own change', 'a stale change is told the newer record',
  'changes are taken, stale or busy, nothing else', 'histories have no gap', 'the record stands at the end of its history', 'no version was acknowledged twice',
  'the history holds what was acknowledged and nothing else', 'each change begins where the one before ended', 'values are as in the history', 'what was read was once so',
  'nobody reads or changes an older version than was known',
]) {
  ok(!faults.has(rule), rule, faults.get(rule)?.slice(0, 4));
}
ok(counts.taken > 20 && counts.stale > 10, 'the clients met', counts);
await world.server.stop();
done();
