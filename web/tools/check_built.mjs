// Measures and judges web/dist: size, syntax, style sheets, hosts, inline code. With --twice: builds again and compares the bytes.
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';
import { parse } from 'acorn';

const budget = 150 * 1024;
const web = join(dirname(fileURLToPath(import.meta.url)), '..');
const dist = join(web, 'dist');
const faults = [];

// Younger than Chromium 86, or code made of text. (Vue wraps toSorted and toReversed of arrays and calls them only for those who do.)
const youngScript = ['structuredClone', 'Object.hasOwn', 'randomUUID', '.findLast(', '.replaceChildren(', 'Promise.withResolvers', 'scheduler.postTask', '.showPopover(', 'serviceWorker', 'Array.fromAsync', 'AbortSignal.timeout', 'eval(', 'new Function(', '.innerHTML=`', 'document.write'];
const youngStyle = [':where(', ':has(', ':is(', '@container', '@layer', '@scope', '@import', 'aspect-ratio', 'accent-color', 'color-mix', 'inset:', 'inset-', 'margin-inline', 'padding-inline', 'dvh', 'svh', 'overflow:clip', 'subgrid', 'text-wrap', 'backdrop-filter', '@font-face', 'url(', 'content-visibility', 'scrollbar-gutter', '&:'];
const namespaces = ['http://www.w3.org/2000/svg', 'http://www.w3.org/1998/Math/MathML', 'http://www.w3.org/1999/xlink'];

function files(folder) {
  return readdirSync(folder).sort().flatMap((name) => (statSync(join(folder, name)).isDirectory() ? files(join(folder, name)) : [join(folder, name)]));
}

let total = 0;
for (const path of files(dist)) {
  const name = relative(dist, path);
  const bytes = readFileSync(path);
  const size = gzipSync(bytes, { level: 9 }).length;
  total += size;
  console.log(`${String(size).padStart(8)} gzip ${String(bytes.length).padStart(8)} ${name}`);
  let text = bytes.toString('utf8');
  for (const space of namespaces) text = text.split(space).join('');
  for (const [host] of text.matchAll(/(?:https?|wss?):\/\/[\w.-]+/g)) faults.push(`${name}: names the host ${host}`);
  if (name.endsWith('.js')) script(name, text);
  if (name.endsWith('.css')) style(name, text);
  if (name.endsWith('.html')) page(name, text);
}
console.log(`${String(total).padStart(8)} gzip in all, budget ${budget}`);
if (total > budget) faults.push(`${total} bytes gzip are above the budget of ${budget}`);

function script(name, text) {
  try {
    // Old.js runs in IE mode, so it must be what that knows.
    if (name === 'old.js') parse(text, { ecmaVersion: 3 });
    else parse(text, { ecmaVersion: 2019, sourceType: 'module' });
  } catch (error) {
    faults.push(`${name}: not ES2019: ${error.message}: ${text.slice(Math.max(0, error.pos - 40), error.pos + 40)}`);
  }
  for (const young of youngScript) if (text.includes(young)) faults.push(`${name}: uses ${young}`);
  if (/[.\])]at\(-/.test(text)) faults.push(`${name}: uses at() of arrays`);
  if (/[^\w.]import\(/.test(text)) faults.push(`${name}: uses import()`);
}

function style(name, text) {
  const flat = text.replace(/\/\*[^]*?\*\//g, '').replace(/\s*([:;{},])\s*/g, '$1');
  for (const young of youngStyle) if (flat.includes(young)) faults.push(`${name}: uses ${young}`);
  for (const [, rule] of flat.matchAll(/\{([^{}]*)\}/g)) {
    if (/display:(inline-)?flex/.test(rule) && /(^|;)(gap|row-gap|column-gap):/.test(rule)) faults.push(`${name}: gap in a flex box: ${rule}`);
  }
}

function page(name, text) {
  for (const [all, attributes, code] of text.matchAll(/<script([^>]*)>([^]*?)<\/script>/g)) if (code.trim() || !/src=/.test(attributes)) faults.push(`${name}: inline script: ${all.slice(0, 80)}`);
  if (/<style/i.test(text) || /\sstyle=/i.test(text)) faults.push(`${name}: inline style`);
  if (/\son\w+=/i.test(text)) faults.push(`${name}: inline handler`);
}

if (process.argv.includes('--twice')) {
  const { build } = await import('vite');
  const again = mkdtempSync(join(tmpdir(), 'lijian-web-'));
  await build({ root: web, configFile: join(web, 'vite.config.ts'), logLevel: 'error', build: { outDir: again, emptyOutDir: true } });
  const [one, two] = [dist, again].map((folder) => files(folder).map((path) => relative(folder, path)));
  if (one.join() !== two.join()) faults.push('a second build has other files: ' + two.join(' '));
  else for (const name of one) if (!readFileSync(join(dist, name)).equals(readFileSync(join(again, name)))) faults.push(`${name}: a second build has other bytes`);
  rmSync(again, { recursive: true });
  console.log('built twice, compared');
}

for (const fault of faults) console.error('built: ' + fault);
process.exit(faults.length ? 1 : 0);
