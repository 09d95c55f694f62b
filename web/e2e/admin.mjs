import { api, enter, go, must, picture, settled, test, visit } from './lib.mjs';
import { unique } from './records.mjs';

export default async function (base) {
  await test('admin: an account is made, its password is shown once and must be changed', async () => {
    const page = await visit(base, 'sysadmin');
    await go(page, '/accounts');
    await page.click('main .head button.primary');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('dialog [aria-invalid=true]');
    const name = unique('acc').toLowerCase();
    await page.fill('#account-account', name);
    await page.fill('#account-name', '新人');
    await page.click('dialog button[type=submit]');
    await page.waitForSelector('.secret');
    const secret = (await page.textContent('.secret')).trim();
    await picture(page, 'secret-zh', { fullPage: false });
    await page.keyboard.press('Escape');
    must((await page.locator('.secret').count()) === 1, 'Escape does not lose it');
    await page.click('dialog button.primary');
    await settled(page);
    must((await page.locator('main').textContent()).includes(name), 'the account is in the list');
    must(!(await page.content()).includes(secret), 'the password is gone');
    await picture(page, 'accounts-sys-zh');
    const person = await visit(base);
    await enter(person, name, secret);
    must(person.url().includes('/password'), 'the first login asks for a change');
    await person.context().close();
    await page.context().close();
  });
  await test('admin: the security administrator grants what waits', async () => {
    const page = await visit(base, 'secadmin');
    await go(page, '/accounts');
    await picture(page, 'accounts-sec-zh');
    const waiting = page.locator('td button.primary');
    const before = await waiting.count();
    if (before) {
      await waiting.first().click();
      await page.waitForFunction((before) => document.querySelectorAll('td button.primary').length === before - 1, before);
    }
    await page.context().close();
  });
  await test('admin: the audit administrator reads the log and prints a checkpoint', async () => {
    const page = await visit(base, 'auditadmin');
    await go(page, '/log');
    must((await page.locator('table tbody tr').count()) > 0, 'entries');
    await page.click('main .head button.primary');
    await page.waitForSelector('.checkpoint pre');
    await picture(page, 'log-zh', { fullPage: false });
    await page.context().close();
  });
  await test('admin: no administrator sees a menu or a page of business', async () => {
    for (const role of ['sysadmin', 'secadmin', 'auditadmin']) {
      const page = await visit(base, role);
      must((await page.locator('nav.menu a[href*="/r/"]').count()) === 0, role + ' has no ledgers in the menu');
      await go(page, '/r/units');
      must((await page.textContent('h1')).includes('无权'), role + ' is refused');
      must((await api(page, 'GET', '/units')).status === 403, role + ' is refused by the server');
      await page.context().close();
    }
  });
}
