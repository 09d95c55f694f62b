// Runs the browser tests: node e2e/run.mjs [name ...]. LIJIAN_BASE=http://host/ takes a running server, else the mock is started;
// LIJIAN_DEMO=1: that server has the demonstration folder with its accounts.
import { start } from '../mock/server.mjs';
import { prepare } from './demo.mjs';
import { launch, plan } from './lib.mjs';

const all = ['start', 'login', 'list', 'form', 'conflict', 'import', 'bulk', 'handover', 'pages', 'admin', 'keyboard', 'away', 'print', 'zoom', 'look', 'axe'];
const names = process.argv.length > 2 ? process.argv.slice(2) : all.filter((name) => process.env.LIJIAN_DEMO || !['bulk', 'look'].includes(name)); // the mock reads no XLSX
const mock = process.env.LIJIAN_BASE ? null : await start();
const base = mock ? mock.base : process.env.LIJIAN_BASE.replace(/\/?$/, '/');
if (process.env.LIJIAN_DEMO) await prepare(base);
const browser = await launch();
for (const name of names) await (await import(`./${name}.mjs`)).default(base);
const good = plan();
await browser.close();
if (mock) mock.server.close();
process.exit(good ? 0 : 1);
