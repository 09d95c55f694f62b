import { account, enter, go, must, picture, secret, settled, test, visit } from './lib.mjs';

export default async function (base) {
  await test('login: a wrong password is refused in words and the account stays typed', async () => {
    const page = await visit(base);
    await go(page, '/login');
    await picture(page, 'login');
    await page.fill('#login-account', 'nobody-here');
    await page.fill('#login-password', 'wrong');
    await page.keyboard.press('Enter');
    await page.waitForSelector('form.login [role=alert]');
    must((await page.inputValue('#login-account')) === 'nobody-here', 'the account stays');
    must((await page.inputValue('#login-password')) === '', 'the password does not');
    await page.context().close();
  });
  await test('login: a deep address is reached after the login', async () => {
    const page = await visit(base);
    await go(page, '/me');
    must(page.url().includes('login'), 'the login comes first');
    await page.fill('#login-account', account('officer'));
    await page.fill('#login-password', secret('officer'));
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash === '#/me');
    must(!page.faults.length, 'no fault: ' + page.faults.join());
    await page.context().close();
  });
  await test('login: the home of an officer shows duties with minutes and a verb', async () => {
    const page = await visit(base, 'officer');
    must((await page.locator('main h1').count()) === 1, 'one heading');
    must((await page.locator('table.duties a.button').count()) > 0 || (await page.locator('.notice.good').count()) > 0, 'duties or the word that there are none');
    await picture(page, 'home-officer-zh');
    await page.click('header button:has-text("English")');
    await settled(page);
    must((await page.getAttribute('html', 'lang')) === 'en', 'the page says its language');
    await picture(page, 'home-officer-en');
    await page.reload();
    await settled(page);
    must((await page.locator('h1', { hasText: 'To do' }).count()) === 1, 'the language is kept');
    await page.context().close();
  });
  await test('login: the first login asks for another password', async () => {
    const page = await visit(base, 'newcomer');
    must(page.url().includes('/password'), 'the change comes first');
    await picture(page, 'password');
    await go(page, '/r/units');
    must(page.url().includes('/password'), 'and nothing else is reached');
    await page.fill('#password-old', secret('newcomer'));
    await page.fill('#password-new', 'short');
    await page.fill('#password-repeated', 'short');
    await page.keyboard.press('Enter');
    await page.waitForSelector('.faults');
    must((await page.evaluate(() => document.activeElement.id)) === 'password-new', 'the focus is at the fault');
    await page.fill('#password-old', secret('newcomer'));
    await page.fill('#password-new', 'Another-2024');
    await page.fill('#password-repeated', 'Another-2024');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash === '#/');
    await page.context().close();
  });
  await test('login: a session that ends under an open page is renewed and nothing typed is lost', async () => {
    const page = await visit(base, 'leader');
    await go(page, '/r/units/new');
    await page.fill('#f-name', '未保存的单位');
    await page.context().clearCookies();
    await page.click('form button[type=submit]');
    await page.waitForSelector('dialog #login-password');
    await page.fill('dialog #login-password', secret('leader'));
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog', { state: 'detached' });
    await settled(page);
    must((await page.inputValue('#f-name')) === '未保存的单位', 'the text is still there');
    await page.context().close();
  });
  await test('login: leaving and ending all sessions', async () => {
    const page = await visit(base, 'officer');
    const other = await visit(base, 'officer');
    await go(page, '/me');
    await page.locator('main button').last().click();
    await page.waitForFunction(() => location.hash.includes('login'));
    await other.reload();
    await settled(other);
    must(other.url().includes('login'), 'the other session ended too');
    await enter(page, 'officer');
    await page.locator('header button').last().click();
    await page.waitForFunction(() => location.hash.includes('login'));
    await page.context().close();
    await other.context().close();
  });
  await test('login: IE mode is told how to switch', async () => {
    const page = await visit(base);
    await go(page, '/login');
    must(!(await page.isVisible('#old')), 'nobody else sees it');
    await page.addScriptTag({ url: base + 'old.js' }); // what a browser without modules runs
    must(await page.isVisible('#old'), 'the message is shown');
    await page.context().close();
  });
}
