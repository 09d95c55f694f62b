// Opens pages in Debian's Chromium, counts cases as TAP lines, keeps pictures.
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { chromium } from 'playwright-core';

// Against another server: LIJIAN_BASE and, when they differ, LIJIAN_PASSWORD and LIJIAN_<ROLE>=account or account:password.
const given = (role) => (process.env['LIJIAN_' + role.toUpperCase()] || role).split(':');
export const account = (role) => given(role)[0];
export const secret = (role) => given(role)[1] || process.env.LIJIAN_PASSWORD || 'Lijian-2024';
/** From now on this role is that account. */
export const become = (role, name, password) => (process.env['LIJIAN_' + role.toUpperCase()] = name + ':' + password);
const pictures = process.env.LIJIAN_PICTURES;

let cases = 0;
let failed = 0;
export async function test(name, work) {
  cases++;
  try {
    await work();
    console.log(`ok ${cases} - ${name}`);
  } catch (error) {
    failed++;
    console.log(`not ok ${cases} - ${name}`);
    console.log(String((error && error.stack) || error).split('\n').slice(0, 12).map((line) => '# ' + line).join('\n'));
  }
}
export function plan() {
  console.log(`1..${cases}`);
  return failed === 0;
}
export function must(holds, what) {
  if (!holds) throw new Error('expected: ' + what);
}

let browser;
export async function launch() {
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM || '/usr/bin/chromium', args: ['--no-sandbox', '--disable-gpu', '--lang=zh-CN'] });
  return browser;
}

/** A fresh person at a fresh browser. Faults of the page and of the content policy are collected in page.faults. */
export async function visit(base, role, options = {}) {
  const context = await browser.newContext({ viewport: options.viewport || { width: 1280, height: 720 }, locale: 'zh-CN', acceptDownloads: true });
  if (options.language) await context.addInitScript((language) => localStorage.setItem('lijian.language', language), options.language);
  const page = await context.newPage();
  page.setDefaultTimeout(8000);
  page.faults = [];
  page.waiting = 0;
  page.on('request', () => page.waiting++);
  for (const name of ['requestfinished', 'requestfailed']) page.on(name, () => page.waiting--);
  page.on('pageerror', (error) => page.faults.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error' && !/status of (4\d\d|5\d\d)|ERR_INTERNET_DISCONNECTED|ERR_FAILED/.test(message.text())) page.faults.push(message.text());
  });
  page.base = base;
  if (role) await enter(page, role);
  return page;
}
export async function enter(page, role, password = secret(role)) {
  await page.goto(page.base + '#/login');
  await page.fill('#login-account', account(role));
  await page.fill('#login-password', password);
  await page.click('form.login button[type=submit]');
  await page.waitForFunction(() => !location.hash.includes('login'));
  await settled(page);
}
export async function go(page, path) {
  await page.goto(page.base + '#' + path);
  await settled(page);
}
/** Waits until nothing is being fetched any more. */
export async function settled(page) {
  let quiet = 0;
  for (let n = 0; n < 400 && quiet < 4; n++) {
    await page.waitForTimeout(20);
    quiet = page.waiting > 0 ? 0 : quiet + 1;
  }
}
export async function picture(page, name, options = {}) {
  if (!pictures) return;
  mkdirSync(pictures, { recursive: true });
  await page.screenshot({ path: join(pictures, name + '.png'), fullPage: true, ...options });
}
/** Any call to the server as the person of the page. */
export const api = (page, method, path, body, headers = {}) =>
  page.evaluate(
    async ([method, path, body, headers]) => {
      const response = await fetch('api/v1' + path, { method, headers: { 'Content-Type': 'application/json', ...headers }, body: body === null ? undefined : JSON.stringify(body) });
      const text = await response.text();
      return { status: response.status, etag: response.headers.get('ETag'), data: text ? JSON.parse(text) : null };
    },
    [method, path, body === undefined ? null : body, headers],
  );
