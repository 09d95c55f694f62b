import { api, go, must, picture, settled, test, visit } from './lib.mjs';
import { sample, schemaOf, unique } from './records.mjs';

/** Rows of the type unit as CSV with Chinese headings: three good ones, five faulty cells in four rows. */
async function rows(page) {
  const schema = await schemaOf(page);
  const type = schema.types.find((one) => one.name === 'unit');
  const fields = type.fields.filter((field) => ['text', 'code', 'date'].includes(field.kind) && field.max !== 2000);
  const name = fields.find((field) => field.kind === 'text' && field.required === 'always');
  const code = fields.find((field) => field.kind === 'code');
  const date = fields.find((field) => field.kind === 'date');
  const shown = (field) => (field.kind === 'code' ? schema.codes[field.of][0].label : field.kind === 'text' && field.required !== 'always' ? '' : sample(schema, field, '导入'));
  const good = () => Object.fromEntries(fields.map((field) => [field.name, shown(field)]));
  const lines = [good(), { ...good(), [name.name]: '' }, { ...good(), [code.name]: '不存在的类别' }, good(), { ...good(), [date.name]: '2024-13-45' }, { ...good(), [code.name]: '又一个', [date.name]: '昨天' }, good()];
  const csv = (list) => '\ufeff' + [fields.map((field) => field.label)].concat(list.map((line) => fields.map((field) => line[field.name]))).map((line) => line.join(',')).join('\r\n') + '\r\n';
  return { faulty: csv(lines), good: csv([good(), good()]), names: lines.map((line) => line[name.name]) };
}
const upload = (page, text) => page.setInputFiles('#import-file', { name: unique('单位') + '.csv', mimeType: 'text/csv', buffer: Buffer.from(text) });

export default async function (base) {
  await test('import: five faulty cells are named with their address, nothing is written before the word', async () => {
    const page = await visit(base, 'leader');
    const { faulty, names } = await rows(page);
    await go(page, '/r/units/import');
    await upload(page, faulty);
    await page.waitForSelector('table.import-faults');
    await picture(page, 'import-faults-zh');
    const cells = await page.locator('table.import-faults th.cell').allTextContents();
    must(cells.length === 5, 'five cells, not ' + cells.join());
    must(cells.every((cell) => /^[A-Z]+\d+$/.test(cell)), 'each with its address: ' + cells.join());
    must(await page.locator('main button.primary').isDisabled(), 'importing is closed while faulty rows are not skipped');
    const before = await api(page, 'GET', '/units?q=' + encodeURIComponent(names[0]));
    must(before.data.items.length === 0, 'nothing written');
    await page.check('#import-skip');
    await page.click('main button.primary');
    await page.waitForSelector('.notice.good');
    await picture(page, 'import-done-zh');
    const after = await api(page, 'GET', '/units?q=' + encodeURIComponent(names[0]));
    must(after.data.items.length === 1, 'the good rows are written');
    must(!page.faults.length, 'no fault: ' + page.faults.join());
    await page.context().close();
  });
  await test('import: a batch is undone', async () => {
    const page = await visit(base, 'leader', { language: 'zh' });
    const { good } = await rows(page);
    await go(page, '/r/units/import');
    await upload(page, good);
    await page.waitForSelector('.notice.good');
    await page.click('main button.primary');
    await page.waitForSelector('button:has-text("撤销本次导入")');
    await page.click('button:has-text("撤销本次导入")');
    await page.waitForSelector('.notice[role=status]');
    await settled(page);
    const word = good.split('\r\n')[1].split(',')[0];
    const { data } = await api(page, 'GET', '/units?q=' + encodeURIComponent(word));
    must(data.items.every((one) => one.void), 'what was made is void');
    await page.context().close();
  });
  await test('import: a template is there', async () => {
    const page = await visit(base, 'leader');
    await go(page, '/r/units/import');
    const [file] = await Promise.all([page.waitForEvent('download'), page.click('main a.button')]);
    must((await file.failure()) === null, 'the download works');
    await page.context().close();
  });
}
