import { api, go, must, picture, settled, test, visit } from './lib.mjs';
import { createByApi, pick, typeOf } from './records.mjs';

async function parties(base) {
  const [officer, successor, leader] = [await visit(base, 'officer'), await visit(base, 'successor'), await visit(base, 'unitleader')];
  const who = async (page) => (await api(page, 'GET', '/session')).data;
  const [out, next] = [await who(officer), await who(successor)];
  return { officer, successor, leader, fields: { unit: out.posts[0].unit.id, outgoing: out.person, incoming: next.person } };
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
    const { officer, successor, leader, fields } = await parties(base);
    const type = await typeOf(officer, 'handover');
    const record = await createByApi(officer, 'handover', fields);
    const path = `/r/${type.plural}/${record.id}`;
    const move = type.moves.find((one) => one.from.includes(record.state) && one.signatures.length);
    const [out, next, boss] = ['outgoing', 'incoming', 'leader'].map((name) => move.signatures.find((one) => one.role === name));
    await go(officer, path);
    await officer.click('.pack button');
    await officer.waitForSelector('.pack table');
    await picture(officer, 'handover-zh');
    await officer.click(`main .head button:has-text("${move.verb || move.label}")`);
    await officer.click('dialog button[type=submit]');
    await officer.waitForSelector('dialog .faults li');
    must((await officer.locator('dialog .faults li').count()) === 3, 'three signatures are asked for');
    await officer.keyboard.press('Escape');
    await officer.click(`button[aria-label$="${out.label}"]:has-text("签名") >> nth=0`);
    await officer.waitForSelector('.signed');
    await go(successor, path);
    await successor.click(`button[aria-label="签名: ${next.label}"]`);
    await successor.waitForFunction(() => document.querySelectorAll('.signed').length === 2);
    await go(officer, '/');
    await go(officer, path);
    await paper(officer, boss, '');
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
    await successor.click('dialog button[type=submit]');
    await successor.waitForSelector('#m-reason[aria-invalid=true]');
    await successor.fill('#m-reason', '原任已调离本区');
    await successor.click('dialog button[type=submit]');
    await successor.waitForSelector('dialog', { state: 'detached' });
    await settled(successor);
    const labels = await successor.locator('.signatures tbody th').allTextContents();
    must(labels.length > 0 && !labels.some((text) => text.includes('移交人')), 'the predecessor is no longer asked: ' + labels.join());
    for (const page of [officer, successor, leader]) await page.context().close();
  });
}
