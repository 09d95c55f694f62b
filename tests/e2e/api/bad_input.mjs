// SPDX-License-Identifier: AGPL-3.0-or-later
// The table of bad input: each row an exact request and what must come back: status, code, pointer and code of the fault.
// Every refusal is asked for in English and in Chinese; both say what is wrong, where, and what is wanted instead.
import { done, must, ok, same } from './lib.mjs';
import { World, today, words } from './world.mjs';

const world = await World.make();
for (const key of ['A', 'B']) {
  await world.unit(key);
  await world.ledger(key);
}
const a = world.records.A;
const b = world.records.B;
const officer = world.as.secrecy_officer_a;
const unit = a.unit.id;
const meeting = (await world.leader.get('/meetings/' + a.meeting.id)).json;
const held = await world.leader.post('/meetings', { fields: { unit, kind: 'committee', title: '已开的会' } });
must((await world.leader.move(held.json, 'hold', { fields: { held_on: today } })).status === 200, 'held');
const person = (fields) => JSON.stringify({ fields: { name: '某人', unit, ...fields } });
const json = (value) => JSON.stringify(value);
const at = (version) => ({ 'If-Match': `"${version}"` });
const bytes = (...parts) => Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part) : Buffer.from(part))));
const P = '/persons';
const M = `/meetings/${a.meeting.id}`;

// name | method path body headers | status code | pointer, fault
const rows = [
  ['nothing where a body belongs', 'POST', P, undefined, {}, 400, 'bad_request'],
  ['an empty body', 'POST', P, '', {}, 400, 'bad_request'],
  ['not JSON', 'POST', P, '{', {}, 400, 'bad_request'],
  ['JSON cut short', 'POST', P, '{"fields":{"name":"某', {}, 400, 'bad_request'],
  ['something behind the value', 'POST', P, '{}{}', {}, 400, 'bad_request'],
  ['a comma too many', 'POST', P, '{"fields":{},}', {}, 400, 'bad_request'],
  ['quotes of another kind', 'POST', P, "{'fields':{}}", {}, 400, 'bad_request'],
  ['a byte order mark', 'POST', P, '\ufeff{}', {}, 400, 'bad_request'],
  ['an array', 'POST', P, '[]', {}, 422, 'invalid', '', 'type'],
  ['null', 'POST', P, 'null', {}, 400, 'bad_request'],
  ['a number', 'POST', P, '7', {}, 400, 'bad_request'],
  ['a key twice', 'POST', P, '{"fields":{"name":"甲","name":"乙"}}', {}, 400, 'bad_request'],
  ['a key twice, once escaped', 'POST', P, '{"fields":{"name":"甲","n\\u0061me":"乙"}}', {}, 400, 'bad_request'],
  ['a body of 10 MiB', 'POST', P, '"' + 'x'.repeat(10 << 20) + '"', {}, 413, 'too_large'],
  ['nesting of 40', 'POST', P, '{"fields":' + '['.repeat(40) + ']'.repeat(40) + '}', {}, 400, 'bad_request'],
  ['nesting of 100,000', 'POST', P, '['.repeat(100000) + ']'.repeat(100000), {}, 400, 'bad_request'],
  ['bytes that are no UTF-8', 'POST', P, bytes('{"fields":{"name":"', [0xff, 0xfe], '"}}'), {}, 400, 'bad_request'],
  ['a surrogate in UTF-8', 'POST', P, bytes('{"fields":{"name":"', [0xed, 0xa0, 0x80], '"}}'), {}, 400, 'bad_request'],
  ['a lone surrogate, escaped', 'POST', P, '{"fields":{"name":"\\ud800"}}', {}, 400, 'bad_request'],
  ['overlong UTF-8', 'POST', P, bytes('{"fields":{"name":"', [0xc0, 0x80], '"}}'), {}, 400, 'bad_request'],
  ['GBK', 'POST', P, bytes('{"fields":{"name":"', [0xd5, 0xc5, 0xc8, 0xfd], '"}}'), {}, 400, 'bad_request'],
  ['NUL as a byte', 'POST', P, bytes('{"fields":{"name":"a', [0], 'b"}}'), {}, 400, 'bad_request'],
  ['NUL escaped', 'POST', P, '{"fields":{"name":"a\\u0000b"}}', {}, 400, 'bad_request'],
  ['2^63', 'PATCH', `/units/${unit}`, '{"fields":{"staff_count":9223372036854775808}}', at(999), 400, 'bad_request'],
  ['2^53 + 1', 'PATCH', `/units/${unit}`, '{"fields":{"staff_count":9007199254740993}}', at(999), 400, 'bad_request'],
  ['1e400', 'PATCH', `/units/${unit}`, '{"fields":{"staff_count":1e400}}', at(999), 400, 'bad_request'],
  ['half a person', 'PATCH', `/units/${unit}`, '{"fields":{"staff_count":0.5}}', ['unit'], 422, 'invalid', '/fields/staff_count', 'wrong_kind'],
  ['one too many', 'PATCH', `/units/${unit}`, '{"fields":{"staff_count":100001}}', ['unit'], 422, 'invalid', '/fields/staff_count', 'too_large'],
  ['one too few', 'PATCH', `/units/${unit}`, '{"fields":{"staff_count":-1}}', ['unit'], 422, 'invalid', '/fields/staff_count', 'too_small'],
  ['a number as text', 'PATCH', `/units/${unit}`, '{"fields":{"staff_count":"12"}}', ['unit'], 422, 'invalid', '/fields/staff_count', 'wrong_kind'],
  ['a truth as text', 'PATCH', `/units/${unit}`, '{"fields":{"on_paper":"true"}}', ['unit'], 422, 'invalid', '/fields/on_paper', 'wrong_kind'],
  ['text as a number', 'POST', P, '{"fields":{"name":7,"unit":"' + unit + '"}}', {}, 422, 'invalid', '/fields/name', 'wrong_kind'],
  ['no name', 'POST', P, json({ fields: { unit } }), {}, 422, 'invalid', '/fields/name', 'required'],
  ['a name of blanks', 'POST', P, person({ name: '   ' }), {}, 422, 'invalid', '/fields/name', ['too_short', 'required']],
  ['a name too long', 'POST', P, person({ name: '长'.repeat(500) }), {}, 422, 'invalid', '/fields/name', 'too_long'],
  ['a control in a name', 'POST', P, person({ name: '某\u0007人' }), {}, 422, 'invalid', '/fields/name', 'control_character'],
  ['30 February', 'POST', P, person({ joined_on: '2023-02-30' }), {}, 422, 'invalid', '/fields/joined_on', 'not_a_date'],
  ['a date the other way round', 'POST', P, person({ joined_on: '30.01.2023' }), {}, 422, 'invalid', '/fields/joined_on', 'not_a_date'],
  ['a day of the thing on 30 February', 'POST', P, json({ fields: { name: '某人', unit }, happened_on: '2023-02-30' }), {}, 422, 'invalid', '/happened_on', 'not_a_date'],
  ['a day in the future', 'POST', P, json({ fields: { name: '某人', unit }, happened_on: '2099-01-01' }), {}, 422, 'invalid', '/happened_on', 'in_future'],
  ['a code of another version', 'POST', P, person({ kind: 'wizard' }), {}, 422, 'invalid', '/fields/kind', 'unknown_code'],
  ['a code by its label', 'POST', P, person({ kind: '在编人员' }), {}, 422, 'invalid', '/fields/kind', 'unknown_code'],
  ['a field that is none', 'POST', P, person({ salary: 7 }), {}, 422, 'invalid', '/fields/salary', 'unknown'],
  ['a member that is none', 'POST', P, json({ fields: { name: '某人', unit }, extra: 1 }), {}, 422, 'invalid', '/extra', 'unknown'],
  ['a name with ~ and / in it', 'POST', P, '{"a/b~c":1}', {}, 422, 'invalid', '/a~1b~0c', 'unknown'],
  ['a reference that is no id', 'POST', P, json({ fields: { name: '某人', unit: 'x' } }), {}, 422, 'invalid', '/fields/unit', 'not_an_id'],
  ['a reference to nothing', 'POST', P, person({ department: '01900000-0000-7000-8000-000000000000' }), {}, 422, 'invalid', '/fields/department', 'unknown_record'],
  ['a reference to a record of another type', 'POST', P, person({ department: a.meeting.id }), {}, 422, 'invalid', '/fields/department', 'unknown_record'],
  ['a reference to another unit\'s record', 'POST', P, person({ department: b.department.id }), {}, 422, 'invalid', '/fields/department', ['other_unit', 'unknown_record']],
  ['a state that is none', 'POST', P, json({ fields: { name: '某人', unit }, state: 'retired', source: 'opening', happened_on: '2020-01-01' }), {}, 422, 'invalid', '/state', 'unknown_code'],
  ['a state without an opening balance', 'POST', P, json({ fields: { name: '某人', unit }, state: 'left' }), {}, 422, 'invalid', '/state', 'opening_only'],
  ['an opening balance without a second signature', 'POST', P, json({ fields: { name: '某人', unit }, source: 'opening', happened_on: '2020-01-01' }), {}, 422, 'invalid', '/opening_signer', 'required'],
  ['a proxy without paper', 'POST', P, json({ fields: { name: '某人', unit }, for_post: a.post.id }), {}, 422, 'invalid', '/source', 'proxy_needs_paper'],
  ['a change without a version', 'PATCH', M, '{"fields":{}}', {}, 428, 'precondition'],
  ['a weak version', 'PATCH', M, '{"fields":{}}', { 'If-Match': 'W/"1"' }, 400, 'bad_request'],
  ['any version', 'PATCH', M, '{"fields":{}}', { 'If-Match': '*' }, 400, 'bad_request'],
  ['a stale form', 'PATCH', M, '{"fields":{"place":"别处"}}', at(meeting.version + 5), 412, 'stale'],
  ['a move from the wrong state', 'POST', `/meetings/${held.json.id}/moves`, '{"event":"hold","fields":{"held_on":"2023-01-01"}}', ['meeting', held.json.id], 409, 'refused'],
  ['a move that is none', 'POST', M + '/moves', '{"event":"explode"}', ['meeting', a.meeting.id], 422, 'invalid', '/event', 'unknown_code'],
  ['a move without its name', 'POST', M + '/moves', '{}', ['meeting', a.meeting.id], 422, 'invalid', '/event', 'required'],
  ['a move without its reason', 'POST', M + '/moves', '{"event":"cancel"}', ['meeting', a.meeting.id], 422, 'invalid', '/reason', 'required'],
  ['a move without its fields', 'POST', M + '/moves', '{"event":"hold"}', ['meeting', a.meeting.id], 422, 'invalid', '/fields/held_on', 'required'],
  ['a state by an edit', 'PATCH', M, '{"event":"hold"}', ['meeting', a.meeting.id], 422, 'invalid', '/event', 'unknown'],
  ['what only the kernel writes', 'PATCH', `/districts/${a.district.id}`, '{"fields":{"classified":true}}', ['district', a.district.id], 403, 'forbidden'],
  ['a key with a blank', 'POST', P, person({}), { 'Idempotency-Key': 'a b' }, 400, 'bad_request'],
  ['a key too long', 'POST', P, person({}), { 'Idempotency-Key': 'x'.repeat(65) }, 400, 'bad_request'],
  ['a type that is no JSON', 'POST', P, person({}), { 'Content-Type': 'text/plain' }, 415, 'media'],
  ['a charset that is not ours', 'POST', P, person({}), { 'Content-Type': 'application/json; charset=gb18030' }, 415, 'media'],
  ['a packed body', 'POST', P, person({}), { 'Content-Encoding': 'gzip' }, 415, 'media'],
  ['a call from another site', 'POST', P, person({}), { Origin: 'https://evil.example' }, 403, 'forbidden'],
  ['a method that is none', 'DELETE', M, undefined, {}, 405, 'method'],
  ['a path that is none', 'GET', '/nothing', undefined, {}, 404, 'not_found'],
  ['an id that is none', 'GET', '/meetings/xyz', undefined, {}, 404, 'not_found'],
  ['an id in capitals', 'GET', `/meetings/${a.meeting.id.toUpperCase()}`, undefined, {}, 404, 'not_found'],
  ['another unit\'s record', 'GET', `/meetings/${b.meeting.id}`, undefined, {}, 404, 'not_found'],
  ['a limit of 0', 'GET', '/meetings?limit=0', undefined, {}, 422, 'invalid', '/limit', ['too_small', 'too_large', 'range']],
  ['a limit of 201', 'GET', '/meetings?limit=201', undefined, {}, 422, 'invalid', '/limit', ['too_large', 'range']],
  ['a cursor that is none', 'GET', '/meetings?after=xyz', undefined, {}, 422, 'invalid', '/after', 'unknown'],
  ['a list that is none', 'GET', '/meetings?list=xyz', undefined, {}, 422, 'invalid', '/list', 'unknown_code'],
  ['a filter that is none', 'GET', '/meetings?colour=red', undefined, {}, 422, 'invalid', '/colour', 'unknown'],
  ['a state to filter by that is none', 'GET', '/meetings?state=xyz', undefined, {}, 422, 'invalid', '/state', 'unknown_code'],
  ['a parameter twice', 'GET', '/meetings?limit=1&limit=2', undefined, {}, 400, 'bad_request'],
  ['an instant that is none', 'GET', M + '?known_at=yesterday', undefined, {}, 400, 'bad_request'],
  ['a file without a name', 'POST', `/attachments?record_type=meeting&record=${a.meeting.id}`, 'x', { 'Content-Type': 'text/plain' }, 422, 'invalid', '/name', 'required'],
  ['a file for another unit\'s record', 'POST', `/attachments?name=a.txt&record_type=meeting&record=${b.meeting.id}`, 'x', { 'Content-Type': 'text/plain' }, [422, 404], ['invalid', 'not_found']],
  ['a file for nothing', 'POST', `/attachments?name=a.txt&record_type=meeting&record=01900000-0000-7000-8000-000000000000`, 'x', { 'Content-Type': 'text/plain' }, [422, 404], ['invalid', 'not_found']],
];
const among = (list, one) => (Array.isArray(list) ? list.includes(one) : list === one);
for (const [name, method, path, body, wanted, status, code, pointer, fault] of rows) {
  let headers = wanted;
  if (Array.isArray(wanted)) {
    const [type, id = unit] = wanted;
    headers = at((await world.leader.get(`/${type}s/${id}`)).json.version);
  }
  const answers = {};
  for (const lang of ['en', 'zh']) {
    answers[lang] = await officer.call(method, path, { body, headers: { ...headers, 'Accept-Language': lang } });
  }
  const { en, zh } = answers;
  const first = en.json?.errors?.find((one) => pointer === undefined || one.pointer === pointer);
  ok(among(status, en.status) && among(code, en.json?.code) && en.status === zh.status && (pointer === undefined || (first && among(fault, first.code))), `${name}: ${status} ${code}${pointer === undefined ? '' : ` ${pointer} ${fault}`}`, {
    status: en.status,
    body: en.text.slice(0, 800) || en.error,
  });
  if (!en.json || !zh.json) continue;
  const said = (answer) => [answer.json.title, answer.json.detail, ...(answer.json.errors || []).map((one) => one.detail)].filter(Boolean).join(' ');
  const hasHan = /[\u4e00-\u9fff]/;
  // The words of a fault, but not what the caller wrote himself.
  const isEnglish = !hasHan.test(said(en));
  const isChinese = hasHan.test(zh.json.title) && (zh.json.errors || []).every((one) => hasHan.test(one.detail)) && (!zh.json.detail || hasHan.test(zh.json.detail));
  const isSaid = (name === 'a parameter twice' && en.json.reason) || en.json.detail || en.json.errors || [404, 405, 412, 428, 403, 413].includes(en.status);
  ok(isEnglish && isChinese && isSaid, `${name}: said in both languages, with what is wanted`, { en: en.text.slice(0, 600), zh: zh.text.slice(0, 600) });
  const all = en.text + zh.text;
  if (all.includes(words.B)) ok(false, `${name}: names nothing of another unit`, all.slice(0, 800));
}

// ---- clicks ----
const twin = (headers, body) => Promise.all([0, 1].map(() => world.client({ cookie: officer.cookie }).call('POST', P, { body, headers })));
{
  const body = person({ name: '双击有键' });
  let both = await twin({ 'Idempotency-Key': 'click-1' }, body);
  for (const one of both) if (one.status === 503) must(Number(one.headers['retry-after']) > 0, 'busy says when');
  both = await Promise.all(both.map((one) => (one.status === 503 ? officer.call('POST', P, { body, headers: { 'Idempotency-Key': 'click-1' } }) : one)));
  ok(both.every((one) => one.status === 201) && both[0].json.id === both[1].json.id, 'a double click with a key: one record, the same answer twice', both.map((one) => one.text));
  same((await officer.get('/persons?q=' + encodeURIComponent('双击有键'))).json.items.length, 1, 'a double click with a key: it is there once');
  const other = await officer.call('POST', P, { body: person({ name: '别的正文' }), headers: { 'Idempotency-Key': 'click-1' } });
  ok(other.status === 422 && other.json.code === 'key_reused', 'the key again with another body: 422 key_reused', other.text);
  const elsewhere = await officer.call('POST', '/departments', { body, headers: { 'Idempotency-Key': 'click-1' } });
  ok(elsewhere.status === 422 && elsewhere.json.code === 'key_reused', 'the key again at another path: 422 key_reused', elsewhere.text);
  const stranger = await world.as.responsible_leader_a.call('POST', P, { body, headers: { 'Idempotency-Key': 'click-1' } });
  ok(stranger.status === 201 && stranger.json.id !== both[0].json.id, 'the same key of another account is another key', stranger.text);
}
{
  const both = await twin({}, person({ name: '双击无键' }));
  ok(both.every((one) => one.status === 201) && both[0].json.id !== both[1].json.id, 'a double click without a key: two records, as asked', both.map((one) => one.text));
}
{
  const now = (await officer.get('/meetings/' + a.meeting.id)).json;
  const change = { body: json({ fields: { place: '双击地点' } }), headers: at(now.version) };
  const both = await Promise.all([0, 1].map(() => world.client({ cookie: officer.cookie }).call('PATCH', M, change)));
  same(both.map((one) => one.status).sort(), [200, 412], 'a double click on a change: taken once, stale once', both.map((one) => one.text));
  const task = (await officer.get('/meeting_tasks/' + a.meeting_task.id)).json;
  const move = { body: json({ event: 'finish', fields: { proof: '已办' } }), headers: at(task.version) };
  const moves = await Promise.all([0, 1].map(() => world.client({ cookie: officer.cookie }).call('POST', `/meeting_tasks/${task.id}/moves`, move)));
  same(moves.map((one) => one.status).sort(), [200, 412], 'a double click on a move: made once, stale once', moves.map((one) => one.text));
}
{
  // What a good request with odd but allowed content gets.
  const odd = ['😀人', '〇〡〢', 'e\u0301té', 'O’Neill', '{0}', '%s%n', "a'); --", '<b>甲</b>'];
  const made = [];
  for (const name of odd) made.push(await officer.call('POST', P, { body: person({ name }) }));
  ok(made.every((one, i) => one.status === 201 && one.json.fields.name === odd[i]), 'odd names are kept as they are', made.map((one) => one.text.slice(0, 200)));
}
await world.server.stop();
done();
