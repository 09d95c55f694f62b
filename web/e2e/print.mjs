import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { api, go, must, picture, settled, test, visit } from './lib.mjs';

async function printed(page, name) {
  await page.emulateMedia({ media: 'print' });
  await page.setViewportSize({ width: 674, height: 960 }); // 178 mm of text on A4
  const seen = await page.evaluate(() => ({
    chrome: Array.from(document.querySelectorAll('.top, .menu, .no-print')).filter((element) => element.offsetParent !== null).length,
    wide: document.documentElement.scrollWidth - innerWidth,
  }));
  must(seen.chrome === 0, name + ': no menu on paper');
  must(seen.wide <= 1, `${name}: fits the width of A4, ${seen.wide} too wide`);
  const pdf = await page.pdf({ preferCSSPageSize: true });
  must(/\/MediaBox\s*\[\s*0 0 59[45](\.\d+)? 84[12]/.test(pdf.toString('latin1')), name + ': A4 upright');
  await picture(page, 'print-' + name);
  if (process.env.LIJIAN_PICTURES) {
    mkdirSync(process.env.LIJIAN_PICTURES, { recursive: true });
    writeFileSync(join(process.env.LIJIAN_PICTURES, `print-${name}.pdf`), pdf);
  }
  await page.emulateMedia({ media: 'screen' });
  await page.setViewportSize({ width: 1280, height: 720 });
}

export default async function (base) {
  await test('print: list, matrix, record, form and import are fit for A4', async () => {
    const page = await visit(base, 'leader');
    const unit = (await api(page, 'GET', '/units?limit=1')).data.items[0];
    for (const [path, name] of [['/r/units', 'list'], ['/matrix', 'matrix'], ['/r/units/' + unit.id, 'record'], ['/r/units/new', 'form'], ['/', 'home'], ['/week', 'weeks']]) {
      await go(page, path);
      await printed(page, name);
    }
    await page.context().close();
  });
  await test('print: handover with its pack, weekly sheet of a unit', async () => {
    const page = await visit(base, 'officer');
    const handover = (await api(page, 'GET', '/handovers?limit=1')).data.items[0];
    if (handover) {
      await go(page, '/r/handovers/' + handover.id);
      await printed(page, 'handover');
    }
    const session = (await api(page, 'GET', '/session')).data;
    await go(page, '/week/' + session.posts[0].unit.id);
    await settled(page);
    await printed(page, 'week');
    await page.context().close();
  });
}
