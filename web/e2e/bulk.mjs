// The first load of a district: 82 units and 400 people out of the server's own templates, with five faulty cells each.
import { api, go, must, picture, test, visit } from './lib.mjs';
import { fill } from './sheet.mjs';

const mark = Date.now().toString(36);
const units = () =>
  Array.from({ length: 82 }, (_, n) => ({ 单位名称: `导入单位${mark}${n + 1}`, 单位类别: ['机关', '事业单位'][n % 2], 纳入监管日期: '2024-03-01', 工作人员数: String(20 + n), 重点单位: n % 9 ? '否' : '是', 地址: `示范路${n + 1}号` }));
function faultyUnits() {
  const rows = units();
  rows[3]['单位名称'] = '';
  rows[10]['单位类别'] = '不存在的类别';
  rows[20]['纳入监管日期'] = '2024-13-45';
  rows[20]['工作人员数'] = '许多';
  rows[60]['重点单位'] = '也许';
  return { rows, cells: ['B5', 'E12', 'G22', 'P22', 'I62'] };
}
const people = (kind) => Array.from({ length: 400 }, (_, n) => ({ 姓名: `人员${mark}${n + 1}`, 单位: `导入单位${mark}${(n % 82) + 1}`, 人员类别: kind, 入职日期: '2023-05-01' }));
function faultyPeople(kind) {
  const rows = people(kind);
  rows[0]['姓名'] = '';
  rows[99]['单位'] = '没有这个单位';
  rows[199]['入职日期'] = '昨天';
  rows[199]['人员类别'] = '不详';
  rows[399]['单位'] = '';
  return rows;
}

async function template(page, type) {
  const bytes = await page.evaluate(async (type) => Array.from(new Uint8Array(await (await fetch(`api/v1/${type}/template?language=zh`)).arrayBuffer())), type);
  return Buffer.from(bytes);
}
async function upload(page, type, rows) {
  await go(page, `/r/${type}/import`);
  await page.setInputFiles('#import-file', { name: type + '.xlsx', mimeType: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet', buffer: fill(await template(page, type), rows) });
}
async function commit(page) {
  await page.click('main button.primary');
  await page.waitForSelector('button:has-text("撤销本次导入")', { timeout: 60000 });
  return (await page.textContent('.notice.good')).match(/\d+/g).map(Number);
}
const count = async (page, path) => (await api(page, 'GET', path + '&limit=1&total=1')).data.total;

export default async function (base) {
  await test('bulk: 82 units from XLSX, five faulty cells named, mended, imported', async () => {
    const page = await visit(base, 'leader');
    const { rows, cells } = faultyUnits();
    await upload(page, 'units', rows);
    await page.waitForSelector('table.import-faults', { timeout: 30000 });
    const found = await page.locator('table.import-faults th.cell').allTextContents();
    must(found.slice().sort().join() === cells.slice().sort().join(), `the cells ${cells.join()}, not ${found.join()}`);
    must((await page.textContent('table.import-faults')).includes('不存在的类别'), 'what stood there is shown');
    await picture(page, 'bulk-faults-zh');
    must((await count(page, '/units?q=' + encodeURIComponent('导入单位' + mark))) === 0, 'nothing is written yet');
    await page.click('button:has-text("换一个文件")');
    await upload(page, 'units', units());
    await page.waitForSelector('.notice.good', { timeout: 30000 });
    must((await commit(page))[0] === 82, '82 made');
    must((await count(page, '/units?q=' + encodeURIComponent('导入单位' + mark))) === 82, '82 there');
    must(!page.faults.length, 'no fault: ' + page.faults.join());
    await page.context().close();
  });
  await test('bulk: 400 people from XLSX, five faulty cells, their rows left out', async () => {
    const page = await visit(base, 'leader');
    const { codes } = (await api(page, 'GET', '/schema')).data;
    await upload(page, 'persons', faultyPeople(codes.person_kind[0].label));
    await page.waitForSelector('table.import-faults', { timeout: 60000 });
    const found = await page.locator('table.import-faults tbody tr').allTextContents();
    must(found.length === 5, 'five cells, not ' + found.slice(0, 6).join(' | '));
    await page.check('#import-skip');
    const [made, , skipped] = await commit(page);
    must(made === 396 && skipped === 4, `396 made and 4 left out, not ${made} and ${skipped}`);
    must((await count(page, '/persons?q=' + encodeURIComponent('人员' + mark))) === 396, '396 there');
    await picture(page, 'bulk-done-zh');
    await page.context().close();
  });
}
