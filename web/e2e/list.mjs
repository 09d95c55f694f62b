import { api, go, must, picture, settled, test, visit } from './lib.mjs';

export default async function (base) {
  await test('list: rows, total, more, and the arrows', async () => {
    const page = await visit(base, 'leader');
    await go(page, '/r/units');
    await picture(page, 'list-zh', { fullPage: false });
    const rows = await page.locator('table.list tbody tr').count();
    must(rows > 0, 'rows');
    if (await page.locator('button:has-text("显示更多")').count()) {
      await page.click('button:has-text("显示更多")');
      await settled(page);
      must((await page.locator('table.list tbody tr').count()) > rows, 'more rows');
      must(await page.evaluate(() => document.activeElement.classList.contains('row-link')), 'the focus is at the first new row');
    }
    await page.evaluate(() => document.activeElement.blur());
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    const second = await page.evaluate(() => Array.from(document.querySelectorAll('a.row-link')).indexOf(document.activeElement));
    must(second === 1, 'arrows move from row to row, at ' + second);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => /\/r\/units\/[^/]+$/.test(location.hash));
    await page.context().close();
  });
  await test('list: search and filters stand in the address and survive a reload', async () => {
    const page = await visit(base, 'leader');
    await go(page, '/r/units');
    const title = (await page.locator('a.row-link').nth(2).textContent()).trim();
    await page.keyboard.press('/');
    must((await page.evaluate(() => document.activeElement.id)) === 'list-q', 'the slash goes to the search');
    await page.keyboard.type(title);
    await page.waitForFunction(() => location.hash.includes('q='));
    await settled(page);
    await page.reload();
    await settled(page);
    must((await page.inputValue('#list-q')) === title, 'the search is still there');
    must((await page.locator('a.row-link', { hasText: title }).count()) >= 1, 'and finds the row');
    const select = page.locator('.filters select').first();
    const value = await select.locator('option').nth(1).getAttribute('value');
    await select.selectOption(value);
    await page.waitForFunction((value) => location.hash.includes('=' + value), value);
    await page.context().close();
  });
  await test('list: columns are chosen and kept in this browser', async () => {
    const page = await visit(base, 'leader');
    await go(page, '/r/units');
    const before = await page.locator('table.list thead th').count();
    await page.click('button:has-text("显示列")');
    await page.locator('dialog input[type=checkbox]:not(:checked)').first().check();
    await picture(page, 'columns', { fullPage: false });
    await page.keyboard.press('Escape');
    await page.reload();
    await settled(page);
    must((await page.locator('table.list thead th').count()) === before + 1, 'one more column');
    await page.context().close();
  });
  await test('list: export gives a file', async () => {
    const page = await visit(base, 'leader');
    await go(page, '/r/units');
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('a:has-text("CSV")')]);
    must((await file.failure()) === null, 'the download works');
    await page.context().close();
  });
  await test('list: every type of the schema has a list page', async () => {
    const page = await visit(base, 'leader', { language: 'en' });
    const { data } = await api(page, 'GET', '/schema');
    for (const type of data.types.filter((one) => one.lists.length)) {
      await go(page, '/r/' + type.plural);
      must((await page.locator('main table.list, main p.notice').count()) > 0, type.plural + ' is drawn');
    }
    await picture(page, 'list-en', { fullPage: false });
    must(!page.faults.length, 'no fault: ' + page.faults.join());
    await page.context().close();
  });
}
