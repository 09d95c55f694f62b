import { api, go, must, picture, settled, test, visit } from './lib.mjs';

export default async function (base) {
  await test('pages: the five questions of the bureau', async () => {
    const page = await visit(base, 'leader');
    must((await page.locator('main section h2').count()) === 5, 'five questions');
    await picture(page, 'bureau-zh');
    await page.context().close();
  });
  await test('pages: matrix, a cell says why, arrows move', async () => {
    const page = await visit(base, 'leader');
    await go(page, '/matrix');
    await picture(page, 'matrix-zh', { fullPage: false });
    await page.locator('table.matrix td.bad button, table.matrix td button').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    const where = await page.evaluate(() => document.activeElement.closest('td').cellIndex);
    must(where >= 1, 'the focus moved in the table');
    await page.keyboard.press('Enter');
    await page.waitForSelector('dialog');
    await settled(page);
    must((await page.locator('dialog li, dialog p.muted').count()) > 0, 'a reason is given');
    await page.context().close();
  });
  await test('pages: a unit with posts and duties, a person with posts over time, the tree', async () => {
    const page = await visit(base, 'leader');
    const officer = await visit(base, 'officer');
    const session = (await api(officer, 'GET', '/session')).data;
    await go(page, '/r/units/' + session.posts[0].unit.id);
    await page.waitForSelector('#unit-posts');
    must((await page.locator('section[aria-labelledby=unit-posts] tbody tr').count()) > 0, 'posts');
    await picture(page, 'unit-zh');
    await go(page, '/r/persons/' + session.person);
    await page.waitForSelector('svg.timeline');
    await picture(page, 'person-zh');
    await go(page, '/tree');
    await page.fill('#tree-q', session.posts[0].unit.title);
    await page.click('main details summary');
    await settled(page);
    await picture(page, 'tree-zh');
    must((await page.locator('main details').count()) >= 1, 'the unit is found');
    must(!page.faults.length, 'no fault: ' + page.faults.join());
    await page.context().close();
    await officer.context().close();
  });
  await test('pages: a notice and its receipts, a duty opens its move', async () => {
    const page = await visit(base, 'officer');
    const link = page.locator('table.duties a.button').last();
    if (await link.count()) {
      await link.click();
      await page.waitForSelector('dialog, main article');
      await settled(page);
    }
    const { data } = await api(page, 'GET', '/notices?limit=5');
    if (data.items.length) {
      await go(page, '/r/notices/' + data.items[data.items.length - 1].id);
      await picture(page, 'notice-zh');
    }
    must(!page.faults.length, 'no fault: ' + page.faults.join());
    await page.context().close();
  });
  await test('pages: what is not there and what is not allowed is said in words', async () => {
    const page = await visit(base, 'officer');
    await go(page, '/no/such/page');
    must((await page.textContent('h1')).includes('没有找到'), 'not found');
    await go(page, '/r/units/01900000-0000-7000-8000-ffffffffffff');
    must((await page.textContent('main')).includes('没有找到'), 'no such record');
    await go(page, '/accounts');
    must((await page.textContent('h1')).includes('无权'), 'not allowed');
    await picture(page, 'forbidden-zh');
    await page.context().close();
  });
}
