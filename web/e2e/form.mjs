import { api, go, must, picture, settled, test, visit } from './lib.mjs';
import { createByApi, edit, fillRequired, freeTexts, saved, typeOf, unique } from './records.mjs';

export default async function (base) {
  await test('form: what is missing is said at the field, with a summary, and the focus goes there', async () => {
    const page = await visit(base, 'leader');
    await go(page, '/r/units/new');
    await page.click('form button[type=submit]');
    await page.waitForSelector('.faults');
    await picture(page, 'form-faults-zh');
    const at = await page.evaluate(() => document.activeElement.id);
    must(at.startsWith('f-'), 'the focus is in a field, not ' + at);
    must((await page.getAttribute('#' + at, 'aria-invalid')) === 'true', 'the field says that it is wrong');
    const ids = (await page.getAttribute('#' + at, 'aria-describedby')).split(' ');
    must((await page.textContent('#' + ids[ids.length - 1])).length > 1, 'and why');
    await page.context().close();
  });
  await test('form: a unit is made', async () => {
    const page = await visit(base, 'leader');
    await go(page, '/r/units/new');
    const word = await fillRequired(page, 'unit');
    await page.click('form button[type=submit]');
    await page.waitForFunction(() => /\/r\/units\/[^/]+$/.test(location.hash) && !location.hash.endsWith('new'));
    await settled(page);
    must((await page.textContent('h1')).includes(word), 'its page is shown');
    await picture(page, 'record-zh');
    must(!page.faults.length, 'no fault: ' + page.faults.join());
    await page.context().close();
  });
  await test('form: edits are saved by themselves and stand in the history', async () => {
    const page = await visit(base, 'leader');
    const type = await typeOf(page, 'unit');
    const unit = await createByApi(page, 'unit');
    const [name] = await freeTexts(page, unit, type);
    const word = unique('自动保存');
    await edit(page, type, unit);
    await page.fill('#f-' + name, word);
    await saved(page);
    const { data } = await api(page, 'GET', `/units/${unit.id}`);
    must(data.fields[name] === word, 'the server has it without a button');
    must(data.version > unit.version, 'as a new version');
    await go(page, `/r/units/${unit.id}`);
    await page.click('.history summary');
    await page.waitForSelector('.history ins');
    must((await page.textContent('.history ins')).includes(word), 'the history shows the change');
    await picture(page, 'history-zh');
    await page.context().close();
  });
  await test('form: one faulty field holds up no other, and the focus stays where the person types', async () => {
    const page = await visit(base, 'leader');
    const type = await typeOf(page, 'unit');
    const unit = await createByApi(page, 'unit');
    const needed = type.fields.find((field) => field.kind === 'text' && field.required === 'always');
    const [name] = await freeTexts(page, unit, type);
    const word = unique('其余照存');
    await edit(page, type, unit);
    await page.fill('#f-' + needed.name, '');
    await page.fill('#f-' + name, word);
    await page.waitForSelector('#f-' + needed.name + '[aria-invalid=true]');
    await settled(page);
    must((await page.evaluate(() => document.activeElement.id)) === 'f-' + name, 'the focus stays');
    const { data } = await api(page, 'GET', `/units/${unit.id}`);
    must(data.fields[name] === word, 'the good field is saved');
    await page.fill('#f-' + needed.name, unique('改正'));
    await saved(page);
    must((await page.locator('.faults').count()) === 0, 'the fault is gone');
    await page.context().close();
  });
}
