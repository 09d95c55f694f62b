// SPDX-License-Identifier: AGPL-3.0-or-later
// What the tests of the interface share: a server of their own on a Unix socket, a client, TAP, a seeded generator.
// No packages: Node.js alone. LIJIAND names the program; LIJIAN_ENGINE=postgres takes the cluster of tests/pg_cluster.sh.
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, existsSync, openSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import http from 'node:http';

export const program = process.env.LIJIAND || 'build/gcc/src/programs/lijiand';
export const postgres = process.env.LIJIAN_ENGINE === 'postgres';
export const soak = process.env.LIJIAN_SOAK === '1';
export const password = 'Along-enough-口令-2024';
const base = '/api/v1';

// ---- TAP ----
let count = 0;
let failed = 0;
export function ok(holds, name, detail) {
  count++;
  if (!holds) failed++;
  console.log(`${holds ? 'ok' : 'not ok'} ${count} - ${name.replace(/[\n#]/g, ' ')}`);
  if (!holds && detail !== undefined) {
    const text = typeof detail === 'string' ? detail : JSON.stringify(detail, null, 1);
    console.log(text.slice(0, 4000).replace(/^/gm, '# '));
  }
  return holds;
}
export function same(got, wanted, name, detail) {
  const holds = JSON.stringify(got) === JSON.stringify(wanted);
  return ok(holds, name, holds ? undefined : { got, wanted, detail });
}
export function skip(name, why) {
  count++;
  console.log(`ok ${count} - ${name} # SKIP ${why}`);
}
export function note(text) {
  console.log(String(text).replace(/^/gm, '# '));
}

// ---- a seeded generator (mulberry32) ----
export class Random {
  constructor(seed) {
    this.state = seed >>> 0;
  }
  next() {
    this.state = (this.state + 0x6d2b79f5) >>> 0;
    let t = this.state;
    t = Math.imul(t ^ (t >>> 15), t | 1);
    t ^= t + Math.imul(t ^ (t >>> 7), t | 61);
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  }
  below(n) {
    return Math.floor(this.next() * n);
  }
  chance(p) {
    return this.next() < p;
  }
  pick(list) {
    return list[this.below(list.length)];
  }
  id() {
    const hex = (n) => Array.from({ length: n }, () => this.below(16).toString(16)).join('');
    return `0190${hex(4)}-${hex(4)}-7${hex(3)}-8${hex(3)}-${hex(12)}`;
  }
}
export const seed = process.env.LIJIAN_SEED ? Number(process.env.LIJIAN_SEED) : 20240501;

// ---- folders and processes, all gone at the end ----
const folders = [];
const running = new Set();
export function folder() {
  const made = mkdtempSync(join(tmpdir(), 'lijian-api-'));
  folders.push(made);
  return made;
}
function clean() {
  for (const child of running) child.kill('SIGKILL');
  for (const made of folders) rmSync(made, { recursive: true, force: true });
}
process.on('exit', clean);
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => process.exit(1));
process.on('uncaughtException', (error) => {
  ok(false, 'the test itself', error.stack);
  done();
});
process.on('unhandledRejection', (error) => {
  ok(false, 'the test itself', error && error.stack);
  done();
});
export function done() {
  console.log(`1..${count}`);
  process.exit(failed ? 1 : 0);
}

export function run(...args) {
  const result = spawnSync(program, args, { encoding: 'utf8' });
  return { status: result.status, out: result.stdout, err: result.stderr };
}
export function must(holds, what) {
  if (!holds) throw new Error(what);
}

// The options that name the database: nothing on SQLite.
export function databaseOptions() {
  return postgres ? ['--db', process.env.LIJIAN_POSTGRES] : [];
}
export const sleep = (ms) => new Promise((go) => setTimeout(go, ms));

// ---- the server ----
let servers = 0;
export class Server {
  constructor(data) {
    this.data = data;
    this.socket = join(folder(), `s${servers++}`);
    this.log = '';
  }
  // A new ledger; the one-time passwords of the three administrators by name.
  static init(data, ...more) {
    const made = run('init', '--data', data, '--lang', 'en', ...databaseOptions(), ...more);
    must(made.status === 0, 'init: ' + made.err);
    return Object.fromEntries([...made.out.matchAll(/^ {2}(\w+) +(\S+)/gm)].map((m) => [m[1], m[2]]));
  }
  async start(env = {}) {
    rmSync(this.socket, { force: true });
    const child = spawn(program, ['serve', '--data', this.data, '--listen', 'unix:' + this.socket, '--quiet', '--lang', 'en', ...databaseOptions()], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, ...env },
    });
    this.child = child;
    running.add(child);
    child.stderr.on('data', (bytes) => (this.log = (this.log + bytes).slice(-100000)));
    this.ended = new Promise((go) => child.on('exit', (code, signal) => (running.delete(child), go({ code, signal }))));
    let said = '';
    await new Promise((go, bad) => {
      child.stdout.on('data', (bytes) => ((said += bytes), said.includes('serves') && go()));
      child.on('exit', (code) => bad(new Error(`the server ended with ${code}: ${this.log}`)));
    });
    return this;
  }
  async stop(signal = 'SIGTERM') {
    this.child.kill(signal);
    return this.ended;
  }
}

// ---- the client ----
export class Client {
  constructor(server, options = {}) {
    this.server = server;
    this.cookie = options.cookie;
    this.lang = options.lang || 'en';
    this.from = options.from || '10.1.0.1';
    this.agent = new http.Agent({ keepAlive: true, maxSockets: options.sockets || 8 });
  }
  // body: bytes or text; json: any value. Answers {status, headers, text, json, error}.
  call(method, path, { body, json, headers = {}, cookie = this.cookie, timeout = 60000 } = {}) {
    const bytes = json !== undefined ? Buffer.from(JSON.stringify(json)) : body !== undefined ? Buffer.from(body) : undefined;
    const all = { Host: 'lijian.test', 'Accept-Language': this.lang, 'X-Forwarded-For': this.from, ...headers };
    if (cookie) all.Cookie = cookie;
    if (bytes && all['Content-Type'] === undefined) all['Content-Type'] = 'application/json';
    if (all['Content-Type'] === null) delete all['Content-Type'];
    if (bytes) all['Content-Length'] = bytes.length;
    else if (method !== 'GET' && method !== 'HEAD') all['Content-Length'] ??= undefined;
    for (const name of Object.keys(all)) if (all[name] === undefined) delete all[name];
    const full = path.startsWith('/api') || path === '/healthz' || path.startsWith('//') ? path : base + path;
    return new Promise((go) => {
      let isDone = false;
      const end = (answer) => {
        if (!isDone) go(answer);
        isDone = true;
      };
      const request = http.request({ socketPath: this.server.socket, method, path: full, headers: all, agent: this.agent, timeout }, (response) => {
        const parts = [];
        response.on('data', (part) => parts.push(part));
        response.on('error', (error) => end({ status: 0, error: error.code || String(error), headers: {}, text: '' }));
        response.on('aborted', () => end({ status: 0, error: 'aborted', headers: {}, text: '' }));
        response.on('end', () => {
          const raw = Buffer.concat(parts);
          const answer = { status: response.statusCode, headers: response.headers, raw, text: raw.toString('utf8') };
          if (/json/.test(response.headers['content-type'] || '') && raw.length) {
            try {
              answer.json = JSON.parse(answer.text);
            } catch (error) {
              answer.bad = String(error);
            }
          }
          end(answer);
        });
      });
      request.on('error', (error) => end({ status: 0, error: error.code || String(error), headers: {}, text: '' }));
      request.on('timeout', () => (request.destroy(), end({ status: 0, error: 'timeout', headers: {}, text: '' })));
      if (!bytes && method !== 'GET' && method !== 'HEAD') request.removeHeader('Transfer-Encoding');
      request.end(bytes);
    });
  }
  get(path, options) {
    return this.call('GET', path, options);
  }
  post(path, json, headers) {
    return this.call('POST', path, { json, headers });
  }
  patch(path, version, json, headers = {}) {
    return this.call('PATCH', path, { json, headers: { 'If-Match': `"${version}"`, ...headers } });
  }
  async move(record, event, more = {}) {
    return this.call('POST', `/${plural(record.type)}/${record.id}/moves`, {
      json: { event, ...more },
      headers: { 'If-Match': `"${record.version}"` },
    });
  }
  async login(account, pass = password) {
    const answer = await this.post('/session', { account, password: pass });
    must(answer.status === 200, `login of ${account}: ${answer.status} ${answer.text}`);
    this.cookie = answer.headers['set-cookie'][0].split(';')[0];
    this.account = account;
    return this;
  }
  // With a one-time password, which is changed.
  async enter(account, once) {
    await this.login(account, once);
    const answer = await this.call('PUT', '/session/password', { json: { old: once, new: password } });
    must(answer.status === 204, `password of ${account}: ${answer.status} ${answer.text}`);
    return this;
  }
  close() {
    this.agent.destroy();
  }
}
export function plural(type) {
  return { directive_reply: 'directive_replies' }[type] || type + 's';
}

// The rows of `lijiand routes`.
export function routes() {
  return run('routes', '--lang', 'en')
    .out.trim()
    .split('\n')
    .map((line) => {
      const [method, pattern, permission, max, flags] = line.split(/ +/);
      return { method, pattern, permission, max: Number(max), match: flags[0] === 'M', key: flags[1] === 'I', stream: flags[2] === 'S' };
    });
}
export { existsSync, openSync, readFileSync, join, spawn, spawnSync };
