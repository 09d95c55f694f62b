import { api, go, must, picture, test, visit } from './lib.mjs';
import { createByApi, edit, freeTexts, saved, typeOf, unique } from './records.mjs';

export default async function (base) {
  await test('away: without the server what was typed stays, and is saved when it is back', async () => {
    const page = await visit(base, 'leader');
    const type = await typeOf(page, 'unit');
    const unit = await createByApi(page, 'unit');
    const [name] = await freeTexts(page, unit, type);
    const word = unique('断线');
    await edit(page, type, unit);
    await page.context().setOffline(true);
    await page.fill('#f-' + name, word);
    await page.waitForSelector('.away');
    await page.waitForSelector('.save-state.failed');
    await picture(page, 'away-zh', { fullPage: false });
    must((await page.inputValue('#f-' + name)) === word, 'the text is still there');
    await page.context().setOffline(false);
    await page.click('.actions.sticky button[type=button]');
    await saved(page);
    must((await page.locator('.away').count()) === 0, 'the message is gone');
    const { data } = await api(page, 'GET', `/units/${unit.id}`);
    must(data.fields[name] === word, 'and the server has it');
    await page.context().close();
  });
  await test('away: a new record survives too and is made once', async () => {
    const page = await visit(base, 'leader');
    await go(page, '/r/units/new');
    const { fillRequired } = await import('./records.mjs');
    const word = await fillRequired(page, 'unit');
    await page.context().setOffline(true);
    await page.click('form button[type=submit]');
    await page.waitForSelector('.faults');
    await page.context().setOffline(false);
    await page.click('form button[type=submit]');
    await page.waitForFunction(() => /\/r\/units\/(?!new)[^/]+$/.test(location.hash));
    const { data } = await api(page, 'GET', '/units?q=' + encodeURIComponent(word));
    must(data.items.length === 1, 'one record');
    await page.context().close();
  });
}
