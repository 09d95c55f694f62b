import { api, go, must, picture, settled, test, visit } from './lib.mjs';
import { createByApi, pick, typeOf } from './records.mjs';

async function parties(base) {
  const [officer, successor, leader] = [await visit(base, 'officer'), await visit(base, 'successor'), await visit(base, 'unitleader')];
  const who = async (page) => (await api(page, 'GET', '/session')).data;
  const [out, next, boss] = [await who(officer), await who(successor), await who(leader)];
  return { officer, successor, leader, fields: { post: out.posts.find((post) => post.role === 'secrecy_officer').id, outgoing: out.person, incoming: next.person, leader: boss.person, handover_on: new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10) }, boss };
}
async function paper(page, role, person) {
  await page.click(`button[aria-label$="${role.label}"]:has-text("登记纸面签名")`);
  await pick(page, '#sign-person', person);
  await page.setInputFiles('#sign-scan', { name: 'scan.pdf', mimeType: 'application/pdf', buffer: Buffer.from('%PDF-1.4 test') });
  await page.waitForSelector('dialog .help[role=status]');
  await page.fill('#sign-place', '办公室文件柜 2 号');
  await picture(page, 'paper-signature-zh', { fullPage: false });
  await page.click('dialog button[type=submit]');
  await page.waitForSelector('dialog', { state: 'detached' });
  await settled(page);
}

export default async function (base) {
  await test('handover: pack in one click, both officers sign in the session, the leader on paper, then it is done', async () => {
    const { officer, successor, leader, fields, boss: chief } = await parties(base);
    const type = await typeOf(officer, 'handover');
    const record = await createByApi(officer, 'handover', fields);
    const path = `/r/${type.plural}/${record.id}`;
    const move = type.moves.find((one) => one.from.includes(record.state) && one.signatures.length && !one.waives);
    const [out, next, boss] = ['outgoing', 'incoming', 'leader'].map((name) => move.signatures.find((one) => one.role === name));
    await go(officer, path);
    await officer.waitForSelector('#child-handover_item');
    must((await officer.locator('section[aria-labelledby=child-handover_item] tbody tr').count()) > 0, 'the pack is made with the record');
    const box = officer.locator('section[aria-labelledby=child-handover_item] tbody input[type=checkbox]').first();
    if (await box.count()) {
      await box.check();
      await settled(officer);
      await officer.reload();
      await settled(officer);
      must(await box.isChecked(), 'an item is ticked in the table and stays so');
    }
    await picture(officer, 'handover-zh');
    await officer.click(`main .head button:has-text("${move.verb || move.label}")`);
    await officer.click('dialog button[type=submit]');
    await officer.waitForSelector('dialog .faults li');
    must((await officer.locator('dialog .faults li').count()) >= 2, 'the other signatures are asked for'); // who completes it signs with it
    await officer.keyboard.press('Escape');
    await officer.click(`button[aria-label$="${out.label}"]:has-text("签名") >> nth=0`);
    await officer.waitForSelector('.signed');
    await go(successor, path);
    await successor.click(`button[aria-label="签名: ${next.label}"]`);
    await successor.waitForFunction(() => document.querySelectorAll('.signed').length === 2);
    await go(officer, '/');
    await go(officer, path);
    await paper(officer, boss, (await api(officer, 'GET', '/persons/' + chief.person)).data.title);
    await officer.click(`main .head button:has-text("${move.verb || move.label}")`);
    await officer.click('dialog button[type=submit]');
    await officer.waitForSelector('dialog', { state: 'detached' });
    const { data } = await api(officer, 'GET', `/${type.plural}/${record.id}`);
    must(data.state === move.to, 'the handover is done, not ' + data.state);
    must(!officer.faults.length, 'no fault: ' + officer.faults.join());
    for (const page of [officer, successor, leader]) await page.context().close();
  });
  await test('handover: when the predecessor is gone a waiver with a reason lifts that signature', async () => {
    const { officer, successor, leader, fields } = await parties(base);
    const type = await typeOf(officer, 'handover');
    const record = await createByApi(officer, 'handover', fields);
    const waiver = type.moves.find((one) => one.waives && one.from.includes(record.state));
    must(waiver, 'a waiver is declared');
    await go(successor, `/r/${type.plural}/${record.id}`);
    await successor.click(`main .head button:has-text("${waiver.verb || waiver.label}")`);
    await successor.fill('#m-reason', '');
    await successor.click('dialog button[type=submit]');
    await successor.waitForSelector('dialog [aria-invalid=true], dialog .faults');
    await successor.keyboard.press('Escape');
    await successor.click(`summary:has-text("${waiver.label}")`);
    const signs = successor.locator('details.past[open]');
    must(!(await signs.locator('tbody th').allTextContents()).some((text) => text.includes('移交人')), 'the predecessor is not asked');
    for (const sign of waiver.signatures) {
      const page = sign.role === 'leader' ? leader : successor;
      await go(page, '/');
      await go(page, `/r/${type.plural}/${record.id}`);
      const fold = page.locator('details.past', { hasText: waiver.label });
      if ((await fold.getAttribute('open')) === null) await fold.locator('summary').click();
      await fold.locator(`button[aria-label="签名: ${sign.label}"]`).click();
      await fold.locator('.signed').nth(sign.role === 'leader' ? 1 : 0).waitFor();
    }
    await go(successor, '/');
    await go(successor, `/r/${type.plural}/${record.id}`);
    await successor.click(`main .head button:has-text("${waiver.verb || waiver.label}")`);
    await successor.fill('#m-reason', '原任已调离本区');
    await successor.click('dialog button[type=submit]');
    await successor.waitForSelector('dialog', { state: 'detached' });
    const { data } = await api(successor, 'GET', `/${type.plural}/${record.id}`);
    must(data.state === waiver.to, 'the handover is done, not ' + data.state);
    for (const page of [officer, successor, leader]) await page.context().close();
  });
  await test('handover: the pack of a unit in one click, fit to print', async () => {
    const page = await visit(base, 'officer');
    const { data } = await api(page, 'GET', '/session');
    await go(page, '/r/units/' + data.posts[0].unit.id);
    const began = Date.now();
    await page.click('.pack button');
    await page.waitForSelector('.pack table');
    must(Date.now() - began < 2000, 'within two seconds');
    await picture(page, 'pack-zh');
    await page.context().close();
  });
}
