// The accounts of a demonstration folder (`lijiand demo`), and two more that the tests need: a successor of the officer and a newcomer.
import { become } from './lib.mjs';

export class Caller {
  constructor(base, cookie) {
    this.base = base;
    this.cookie = cookie;
  }
  async call(method, path, body, headers = {}) {
    const response = await fetch(this.base + 'api/v1' + path, { method, headers: { 'Content-Type': 'application/json', ...(this.cookie ? { Cookie: this.cookie } : {}), ...headers }, body: body === undefined ? undefined : JSON.stringify(body) });
    const text = await response.text();
    if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${text.slice(0, 300)}`);
    return { data: text ? JSON.parse(text) : null, cookie: response.headers.get('set-cookie') };
  }
  static async enter(base, account, password) {
    const { cookie } = await new Caller(base).call('POST', '/session', { account, password });
    return new Caller(base, cookie.split(';')[0]);
  }
}

/** A new account with the posts it is given; the password is the second one when `changed` is given. */
export async function makeAccount(sys, sec, account, name, person, post, changed) {
  const { data } = await sys.call('POST', '/accounts', { account, name, person });
  if (post) await sec.call('POST', `/accounts/${data.id}/grants`, { post, person }, { 'If-Match': `"${data.version}"` });
  if (!changed) return data.one_time_password;
  const self = await Caller.enter(sys.base, account, data.one_time_password);
  await self.call('PUT', '/session/password', { old: data.one_time_password, new: changed });
  return changed;
}

export async function prepare(base) {
  for (const [role, account] of [['leader'], ['inspector'], ['officer'], ['unitleader', 'respleader'], ['sysadmin'], ['secadmin'], ['auditadmin']]) become(role, account || role, `demo-${account || role}-1`);
  const [sys, sec, officer] = await Promise.all(['sysadmin', 'secadmin', 'officer'].map((name) => Caller.enter(base, name, `demo-${name}-1`)));
  const session = (await officer.call('GET', '/session')).data;
  const key = () => ({ 'Idempotency-Key': 'demo-' + Math.random().toString(36).slice(2) });
  const person = (await officer.call('POST', '/persons', { fields: { name: '刘洋', unit: session.posts[0].unit.id } }, key())).data;
  const post = session.posts.find((one) => one.role === 'secrecy_officer').id;
  await officer.call('POST', '/assignments', { fields: { person: person.id, post, since: new Date().toISOString().slice(0, 10), stand_in: true } }, key());
  become('successor', 'successor', await makeAccount(sys, sec, 'successor', '接任保密员', person.id, post, 'Successor-2024-x'));
  become('newcomer', 'newcomer', await makeAccount(sys, sec, 'newcomer', '新任保密员', null, null, null));
}
