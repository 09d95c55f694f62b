// Pictures of the main pages in both languages for people to look at; as cases: no raw id, no code without a word, nothing of the other language.
import { api, go, must, picture, settled, test, visit } from './lib.mjs';

/** What stands on the page but no person should read. */
async function raw(page, language) {
  return page.evaluate((language) => {
    const found = [];
    const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    for (let node = walk.nextNode(); node; node = walk.nextNode()) {
      const element = node.parentElement;
      const text = node.nodeValue.trim();
      if (!text || element.closest('.hash, pre, script, #old') || element.offsetParent === null) continue;
      if (/[0-9a-f]{8}-[0-9a-f]{4}-/.test(text)) found.push('an id: ' + text);
      if (/^[a-z]+(_[a-z]+)+$/.test(text) || /undefined|\[object/.test(text)) found.push('a code: ' + text);
      if (language === 'zh' && /^[A-Z]?[a-z]{3,}( [a-z]+)*$/.test(text) && !element.closest('.accounts, .list, header')) found.push('English: ' + text);
      if (language === 'zh' && element.matches('thead th') && /^[A-Za-z]/.test(text)) found.push('English: ' + text);
    }
    for (const link of document.querySelectorAll('main a, main button')) if (link.offsetParent && !link.textContent.trim() && !link.getAttribute('aria-label')) found.push('no word: ' + link.outerHTML.slice(0, 80));
    return found.slice(0, 5);
  }, language);
}

export default async function (base) {
  const officer = await visit(base, 'officer');
  const unit = (await api(officer, 'GET', '/session')).data.posts[0].unit.id;
  await officer.context().close();
  const leader = await visit(base, 'leader');
  const firstOf = async (path) => ((await api(leader, 'GET', path)).data.items[0] || {}).id;
  const [handover, notice, meeting, directive, receipt, assignment] = [await firstOf('/handovers?list=done&limit=1'), await firstOf('/notices?list=issued&limit=1'), await firstOf('/meetings?limit=1'), await firstOf('/directives?limit=1'), await firstOf('/notice_receipts?limit=1'), await firstOf('/assignments?limit=1')];
  const person = await firstOf('/persons?limit=1&unit=' + unit);
  await leader.context().close();
  const pages = [
    ['leader', 'home', '/'], ['leader', 'duties', '/duties'], ['leader', 'units', '/r/units'], ['leader', 'unit', '/r/units/' + unit], ['leader', 'person', '/r/persons/' + person], ['leader', 'matrix', '/matrix'], ['leader', 'tree', '/tree'],
    ['leader', 'handover', '/r/handovers/' + handover], ['leader', 'handovers', '/r/handovers'], ['leader', 'notice', '/r/notices/' + notice], ['leader', 'receipt', '/r/notice_receipts/' + receipt], ['leader', 'meeting', '/r/meetings/' + meeting], ['leader', 'directive', '/r/directives/' + directive],
    ['leader', 'assignment', '/r/assignments/' + assignment], ['leader', 'assignments', '/r/assignments'], ['leader', 'new-handover', '/r/handovers/new'], ['leader', 'week', '/week/' + unit],
    ['officer', 'home', '/'], ['officer', 'notices', '/r/notices'], ['sysadmin', 'home', '/'], ['sysadmin', 'accounts', '/accounts'], ['secadmin', 'accounts', '/accounts'], ['auditadmin', 'log', '/log'],
  ];
  for (const language of ['zh', 'en']) {
    for (const role of ['leader', 'officer', 'sysadmin', 'secadmin', 'auditadmin']) {
      const page = await visit(base, role, { language });
      for (const [, name, path] of pages.filter((one) => one[0] === role)) {
        await test(`look: ${language} ${role} ${name}`, async () => {
          await go(page, path);
          if (await page.locator('.history summary').count()) {
            await page.click('.history summary');
            await settled(page);
          }
          await picture(page, `look-${role}-${name}-${language}`);
          const found = await raw(page, language);
          must(!found.length, found.join(' | '));
        });
      }
      if (role === 'leader') {
        await go(page, '/matrix');
        await page.locator('table.matrix td.bad button').first().click();
        await settled(page);
        await picture(page, `look-why-${language}`, { fullPage: false });
        await page.keyboard.press('Escape');
        await page.setViewportSize({ width: 400, height: 800 });
        for (const [name, path] of [['home', '/'], ['unit', '/r/units/' + unit], ['units', '/r/units']]) {
          await go(page, path);
          await picture(page, `look-narrow-${name}-${language}`, { fullPage: false });
        }
      }
      await page.context().close();
    }
  }
}
