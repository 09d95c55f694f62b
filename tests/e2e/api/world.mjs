// SPDX-License-Identifier: AGPL-3.0-or-later
// A small district made through the interface alone: the bureau, units A and B with everybody who may hold a post, and
// records of every type. Each text carries a word that says whose it is, so that a leak shows in any answer.
import { Client, Server, folder, join, must, plural } from './lib.mjs';

export const words = { A: 'ZQAJIA', B: 'ZQBYI', X: 'ZQXJU' }; // of unit A, unit B, the bureau
export const today = new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);

async function made(client, type, fields, more = {}) {
  const answer = await client.post('/' + plural(type), { fields, ...more });
  must(answer.status === 201, `${type} ${JSON.stringify(fields)}: ${answer.status} ${answer.text}`);
  return answer.json;
}

export class World {
  static async make(options = {}) {
    const on = new World();
    on.data = options.data || join(folder(), 'data');
    on.first = Server.init(on.data);
    on.server = await new Server(on.data).start();
    on.as = {};
    on.records = { A: {}, B: {}, X: {} };
    await on.admins();
    await on.bureau();
    return on;
  }
  client(options) {
    return new Client(this.server, options);
  }
  async admins() {
    for (const [name, once] of Object.entries(this.first)) this.as[name] = await this.client().enter(name, once);
    const [sys, sec, audit] = Object.keys(this.first);
    this.sys = this.as[sys];
    this.sec = this.as[sec];
    this.audit = this.as[audit];
  }
  // An account with a session: for a person (or none), with posts.
  async account(name, display, person, posts = []) {
    const answer = await this.sys.post('/accounts', { account: name, name: display, person });
    must(answer.status === 201, `account ${name}: ${answer.status} ${answer.text}`);
    let version = answer.json.version;
    for (const post of posts) {
      const granted = await this.sec.post(`/accounts/${answer.json.id}/grants`, { post }, { 'If-Match': `"${version}"` });
      version = granted.json?.version;
      must(granted.status === 200, `grant to ${name}: ${granted.status} ${granted.text}`);
    }
    const client = await this.client().enter(name, answer.json.one_time_password);
    client.id = answer.json.id;
    this.as[name] = client;
    return client;
  }
  async bureau() {
    // The log names records by id: the first post is the leader's.
    const log = await this.audit.get('/log/entries?limit=200');
    const post = log.json.items.find((entry) => entry.type === 'post');
    must(post, 'the leader of the bureau has a post');
    this.leaderPost = post.record;
    this.leader = await this.account('leader', words.X + '局长', null, [post.record]);
    const units = await this.leader.get('/units');
    this.bureauUnit = units.json.items[0];
    this.records.X.unit = this.bureauUnit;
  }
  // A person with a post of the role and an account of the name.
  async holder(name, unit, role, word, department) {
    const person = await made(this.leader, 'person', { name: `${word}${name}`, unit, ...(department ? { department } : {}) });
    const posts = [];
    if (role) {
      const post = await made(this.leader, 'post', { unit, role, title: `${word}岗位${name}`, ...(department ? { department } : {}) });
      await made(this.leader, 'assignment', { person: person.id, post: post.id, since: today, basis: word + '任命' });
      posts.push(post.id);
    }
    const client = await this.account(name, `${word}${name}`, person.id, posts);
    client.person = person;
    client.post_id = posts[0];
    client.holds = role;
    return client;
  }
  async unit(key) {
    const word = words[key];
    let unit = await made(this.leader, 'unit', { name: word + '单位', short_name: word + '简', kind: 'organ', address: word + '路1号', phone: word + '110', staff_count: 12 });
    const under = await this.leader.move(unit, 'supervise', { fields: { supervised_from: '2020-01-01' } });
    must(under.status === 200, 'supervise: ' + under.text);
    unit = under.json;
    const department = await made(this.leader, 'department', { unit: unit.id, name: word + '科' });
    const own = this.records[key];
    own.unit = unit;
    own.department = department;
    const name = (role) => `${role}_${key.toLowerCase()}`;
    for (const role of ['unit_head', 'responsible_leader', 'secrecy_officer']) {
      own[role] = await this.holder(name(role), unit.id, role, word);
    }
    own.department_head = await this.holder(name('department_head'), unit.id, 'department_head', word, department.id);
    own.plain = await this.holder(name('person'), unit.id, null, word);
    return own;
  }
}
export { made };

// Records of every other type: of a unit, and what the bureau keeps about it.
World.prototype.ledger = async function (key) {
  const word = words[key];
  const own = this.records[key];
  const unit = own.unit.id;
  const soon = new Date(Date.now() + 40 * 86400e3).toISOString().slice(0, 10);
  const lead = this.leader;
  own.post = (await lead.get('/posts/' + own.secrecy_officer.post_id)).json;
  own.person = own.secrecy_officer.person;
  own.assignment = (await lead.get(`/assignments?person=${own.person.id}`)).json.items[0];
  own.meeting = await made(lead, 'meeting', { unit, kind: 'committee', title: word + '会议', place: word + '室', agenda: word + '议程' });
  own.meeting_task = await made(lead, 'meeting_task', { parent: own.meeting.id, unit, content: word + '任务', due_on: soon });
  own.handover = await made(lead, 'handover', { post: own.post.id, carriers: word + '载体', outgoing: own.person.id });
  own.handover_item = await made(lead, 'handover_item', { parent: own.handover.id, unit, kind: 'ledger', subject: word + '事项' });
  if (!this.records.X.notice) {
    this.records.X.notice = await made(lead, 'notice', { title: words.X + '通知', body: words.X + '正文', read_by: soon });
    this.records.X.directive = await made(lead, 'directive', { superior: 'city_bureau', title: words.X + '督办', received_on: today, due_on: soon, content: words.X + '内容' });
  }
  own.notice = this.records.X.notice;
  own.directive = this.records.X.directive;
  own.notice_receipt = await made(lead, 'notice_receipt', { parent: own.notice.id, unit });
  own.directive_reply = await made(lead, 'directive_reply', { parent: own.directive.id, unit, question: word + '问', due_on: soon });
  const file = await lead.call('POST', `/attachments?name=${encodeURIComponent(word + '.txt')}&record_type=meeting&record=${own.meeting.id}`, { body: word + '附件', headers: { 'Content-Type': 'text/plain' } });
  must(file.status === 201, 'attachment: ' + file.text);
  own.attachment = file.json;
  own.district = (await lead.get('/districts')).json.items[0];
  return own;
};
World.prototype.issue = async function () {
  const now = (await this.leader.get('/notices/' + this.records.X.notice.id)).json;
  const answer = await this.leader.move(now, 'issue');
  must(answer.status === 200, 'issue: ' + answer.text);
};
