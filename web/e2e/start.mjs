// The first start of a server of one's own (`lijiand init`): LIJIAN_START=http://host/, LIJIAN_START_SYS, _SEC, _AUDIT the one-time passwords.
import { enter, go, must, picture, settled, test, visit } from './lib.mjs';
import { fillRequired } from './records.mjs';

const start = process.env.LIJIAN_START && process.env.LIJIAN_START.replace(/\/?$/, '/');
async function first(page, name, once, password) {
  await enter(page, name, once);
  must(page.url().includes('/password'), name + ' must change the password first');
  await page.fill('#password-old', once);
  await page.fill('#password-new', password);
  await page.fill('#password-repeated', password);
  await page.keyboard.press('Enter');
  await page.waitForFunction(() => location.hash === '#/');
  await settled(page);
}

export default async function () {
  if (!start) return;
  const pages = {};
  for (const role of ['sys', 'sec', 'audit']) {
    await test(`start: ${role} logs in with the one-time password and changes it`, async () => {
      pages[role] = await visit(start);
      await first(pages[role], role, process.env['LIJIAN_START_' + role.toUpperCase()], `First-${role}-2024`);
      await picture(pages[role], `start-${role}-zh`, { fullPage: false });
    });
  }
  let once = '';
  await test('start: the system administrator makes the account of the bureau leader', async () => {
    const page = pages.sys;
    await go(page, '/accounts');
    await page.click('main .head button.primary');
    await page.fill('#account-account', 'juzhang');
    await page.fill('#account-name', '王局长');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.secret');
    once = (await page.textContent('.secret')).trim();
    await page.click('dialog button.primary');
  });
  await test('start: the security administrator finds the post that waits and grants it', async () => {
    const page = pages.sec;
    await go(page, '/accounts');
    await picture(page, 'start-waiting-zh');
    const row = page.locator('tr', { hasText: 'juzhang' });
    await row.locator('button.primary').click();
    await settled(page);
    must((await row.locator('button.primary').count()) === 0, 'nothing waits any more');
    must((await row.textContent()).includes('局长'), 'the post is granted');
  });
  await test('start: the leader logs in, changes the password and registers a unit', async () => {
    const page = await visit(start);
    await first(page, 'juzhang', once, 'Juzhang-2024-x');
    must((await page.locator('main section h2').count()) === 5, 'the five questions');
    await picture(page, 'start-leader-zh');
    await go(page, '/r/units/new');
    const word = await fillRequired(page, 'unit');
    await page.click('form button[type=submit]');
    await page.waitForFunction(() => /\/r\/units\/(?!new)[^/]+$/.test(location.hash));
    await settled(page);
    must((await page.textContent('h1')).includes(word), 'its page is shown');
    must(!page.faults.length, 'no fault: ' + page.faults.join());
    await page.context().close();
  });
  await test('start: the audit administrator finds all that in the log', async () => {
    const page = pages.audit;
    await go(page, '/log');
    must((await page.textContent('main table')).includes('授权'), 'the grant stands there in words');
    for (const one of Object.values(pages)) await one.context().close();
  });
}
