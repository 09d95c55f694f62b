import { go, must, picture, test, visit } from './lib.mjs';
import { routes } from './routes.mjs';

export default async function (base) {
  const all = await routes(base);
  for (const [name, viewport] of [['200 % of 1280 x 720', { width: 640, height: 360 }], ['320 wide', { width: 320, height: 640 }]]) {
    await test(`zoom: at ${name} nothing must be scrolled sideways but tables in their own box`, async () => {
      for (const { role, paths } of all) {
        const page = await visit(base, role, { viewport, language: role === 'leader' ? 'en' : 'zh' });
        for (const path of paths) {
          await go(page, path);
          const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
          must(wide <= 1, `${path} as ${role}: ${wide} px too wide`);
          if (role !== 'sysadmin' && ['/', '/r/units', '/r/units/new', '/login'].includes(path)) await picture(page, `narrow-${viewport.width}-${role}${path.replace(/\//g, '_')}`, { fullPage: false });
        }
        await page.context().close();
      }
    });
  }
}
