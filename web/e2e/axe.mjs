import { createRequire } from 'node:module';
import { readFileSync } from 'node:fs';
import { go, must, settled, test, visit } from './lib.mjs';
import { routes } from './routes.mjs';

const source = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
async function judge(page, name) {
  await page.evaluate(() => scrollTo(0, 0)); // nothing half under the head
  if (!(await page.evaluate(() => 'axe' in window))) await page.evaluate(source);
  const { violations } = await page.evaluate(() => window.axe.run(document, { resultTypes: ['violations'], rules: { 'target-size': { enabled: true } } }));
  const said = violations.map((one) => `${one.id}: ${one.nodes.slice(0, 3).map((node) => node.html.slice(0, 140)).join(' | ')}`);
  must(!said.length, `${name}: no violations, found\n# ${said.join('\n# ')}`);
}

export default async function (base) {
  const all = await routes(base);
  for (const language of ['zh', 'en']) {
    for (const { role, paths } of all) {
      const page = await visit(base, role, { language });
      for (const path of paths) {
        await test(`axe: ${language} ${role || 'nobody'} ${path}`, async () => {
          await go(page, path);
          await judge(page, path);
        });
      }
      await page.context().close();
    }
    await test(`axe: ${language} open dialogs, faults, history`, async () => {
      const page = await visit(base, 'leader', { language });
      await go(page, '/r/units');
      await page.locator('main .head button').last().click();
      await judge(page, 'columns');
      await go(page, '/r/units/new');
      await page.click('form button[type=submit]');
      await page.waitForSelector('.faults');
      await page.click('details summary');
      await judge(page, 'faults');
      await go(page, '/matrix');
      await page.locator('table.matrix td button').first().click();
      await settled(page);
      await judge(page, 'why');
      await go(page, '/r/units');
      await page.locator('a.row-link').first().click();
      await page.waitForSelector('.history summary');
      await page.click('.history summary');
      await settled(page);
      await judge(page, 'history');
      await page.locator('main .head button').first().click();
      await judge(page, 'move');
      await page.context().close();
    });
  }
}
