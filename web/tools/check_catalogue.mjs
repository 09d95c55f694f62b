// Fails on a key that is used and missing, on a key that nobody uses, and on Chinese text outside the catalogue.
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readCatalogue } from './catalogue.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..', 'src');
const { keys, faults } = readCatalogue(readFileSync(join(root, 'catalogue.txt'), 'utf8'));
const used = new Set();

function walk(folder) {
  for (const name of readdirSync(folder).sort()) {
    const path = join(folder, name);
    if (statSync(path).isDirectory()) walk(path);
    else if (/\.(vue|ts)$/.test(name)) look(path);
  }
}

function look(path) {
  const text = readFileSync(path, 'utf8');
  for (const [, key] of text.matchAll(/\bt\(\s*['"]([\w.]+)['"]/g)) used.add(key);
  for (const [, key] of text.matchAll(/\bkey:\s*'([a-z_]+\.[\w.]+)'/g)) used.add(key); // tables of keys: { key: 'a.b' }
  for (const call of text.matchAll(/\bt\(\s*(`|[^'")]*\$\{)/g)) faults.push(`${path}: a key put together from parts: ${call[0]}`);
  text.split('\n').forEach((line, at) => {
    if (/[\u4e00-\u9fff]/.test(line) && !/^\s*(\/\/|\*|\/\*\*|<!--)/.test(line)) faults.push(`${path}:${at + 1}: text outside the catalogue: ${line.trim()}`);
  });
}

walk(root);
for (const key of used) if (!keys.includes(key)) faults.push(`${key} is used and stands nowhere in catalogue.txt`);
for (const key of keys) if (!used.has(key)) faults.push(`${key} stands in catalogue.txt and nobody uses it`);
for (const fault of faults) console.error('catalogue: ' + fault);
if (faults.length) process.exit(1);
console.log(`catalogue: ${keys.length} keys, both languages`);
