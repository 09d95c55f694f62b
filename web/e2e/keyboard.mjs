import { account, go, must, secret, settled, test, visit } from './lib.mjs';
import { schemaOf, sample, unique } from './records.mjs';

const at = (page) => page.evaluate(() => document.activeElement.id || document.activeElement.textContent.trim());
async function tabTo(page, what, limit = 80) {
  for (let n = 0; n < limit; n++) {
    const found = await page.evaluate((what) => document.activeElement.matches(what), what);
    if (found) return;
    await page.keyboard.press('Tab');
  }
  throw new Error(`expected: ${what} is reached by Tab, stopped at ${await at(page)}`);
}

export default async function (base) {
  await test('keyboard: log in, make a unit, edit it, find it, open it, leave: no mouse', async () => {
    const page = await visit(base);
    await go(page, '/login');
    await tabTo(page, '#login-account');
    await page.keyboard.type(account('leader'));
    await page.keyboard.press('Tab');
    await page.keyboard.type(secret('leader'));
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => !location.hash.includes('login'));
    await settled(page);
    await tabTo(page, 'a[href$="#/r/units"]');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash === '#/r/units');
    await settled(page);
    await page.keyboard.press('n');
    await page.waitForFunction(() => location.hash === '#/r/units/new');
    await settled(page);
    const schema = await schemaOf(page);
    const type = schema.types.find((one) => one.name === 'unit');
    let word = '';
    for (const field of type.fields.filter((one) => one.required === 'always')) {
      await tabTo(page, '#f-' + field.name);
      if (field.kind === 'code') await page.keyboard.press('ArrowDown');
      else {
        const value = field.kind === 'text' ? unique('键盘') : String(sample(schema, field, '键盘'));
        word = word || value;
        await page.keyboard.insertText(value);
      }
    }
    await tabTo(page, 'form button[type=submit]');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => /\/r\/units\/(?!new)[^/]+$/.test(location.hash));
    await settled(page);
    await tabTo(page, 'main a[href$="/edit"]');
    await page.keyboard.press('Enter');
    await page.waitForSelector('form .field');
    await settled(page);
    const free = type.fields.find((field) => field.kind === 'text' && field.required !== 'always');
    await tabTo(page, '#f-' + free.name);
    await page.keyboard.insertText('只用键盘');
    await page.keyboard.press('Tab');
    await page.waitForSelector('.save-state.saved');
    await go(page, '/r/units');
    await page.keyboard.press('/');
    await page.keyboard.insertText(word);
    await page.waitForFunction(() => location.hash.includes('q='));
    await settled(page);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => /\/r\/units\/[^/?]+$/.test(location.hash));
    await settled(page);
    must((await page.textContent('h1')).includes(word), 'the record is open');
    await page.evaluate(() => document.activeElement.blur());
    await tabTo(page, 'header.top button:last-child', 300);
    await page.keyboard.press('Enter');
    await page.waitForFunction(() => location.hash.includes('login'));
    must(!page.faults.length, 'no fault: ' + page.faults.join());
    await page.context().close();
  });
  await test('keyboard: the focus is always seen, never under the head or the foot', async () => {
    const page = await visit(base, 'leader');
    for (const path of ['/', '/r/units', '/r/units/new', '/matrix', '/tree', '/me']) {
      await go(page, path);
      await page.evaluate(() => document.activeElement.blur());
      for (let n = 0; n < 60; n++) {
        await page.keyboard.press('Tab');
        const seen = await page.evaluate(() => {
          const element = document.activeElement;
          if (element === document.body) return true;
          const box = element.getBoundingClientRect();
          const [x, y] = [Math.min(Math.max(box.left + box.width / 2, 1), innerWidth - 1), Math.min(Math.max(box.top + box.height / 2, 1), innerHeight - 1)];
          const hit = document.elementFromPoint(x, y);
          const outline = getComputedStyle(element).outlineStyle;
          const same = hit && (element.contains(hit) || hit.contains(element));
          return (same && outline !== 'none') || `${element.outerHTML.slice(0, 90)} hit ${hit && hit.outerHTML.slice(0, 60)} outline ${outline}`;
        });
        must(seen === true, `${path}: ${seen}`);
      }
    }
    await page.context().close();
  });
  await test('keyboard: the skip link goes to the content; the shortcuts can be switched off', async () => {
    const page = await visit(base, 'leader');
    await page.reload();
    await settled(page);
    await page.keyboard.press('Tab');
    must(await page.evaluate(() => document.activeElement.classList.contains('skip')), 'the skip link comes first');
    await page.keyboard.press('Enter');
    must((await page.evaluate(() => document.activeElement.id)) === 'main', 'and goes to the content');
    await go(page, '/me');
    await page.uncheck('#shortcuts');
    await go(page, '/r/units');
    await page.keyboard.press('n');
    await page.waitForTimeout(200);
    must(!page.url().endsWith('/new'), 'n does nothing now');
    await page.context().close();
  });
}
