// Fills forms from the schema, so that the tests know no record type by its fields.
import { api, go, must, settled } from './lib.mjs';

export const unique = (word) => `${word}${Date.now().toString(36)}${Math.floor(Math.random() * 1000)}`;
export const schemaOf = async (page) => (await api(page, 'GET', '/schema')).data;
export async function typeOf(page, name) {
  const type = (await schemaOf(page)).types.find((one) => one.name === name);
  must(type, `the schema has the type ${name}`);
  return type;
}

/** A value that a field takes. */
export function sample(schema, field, word) {
  if (field.kind === 'text' || field.kind === 'keyed_hash') return unique(word).slice(0, field.max || 200);
  if (field.kind === 'int' || field.kind === 'pt100') return Math.max(field.min || 0, 1);
  if (field.kind === 'bool') return true;
  if (field.kind === 'code') return schema.codes[field.of][0].code;
  if (field.kind === 'date') return '2024-05-06';
  if (field.kind === 'instant') return '2024-05-06T01:00:00Z';
  return null;
}
const required = (type) => type.fields.filter((field) => field.required === 'always');

/** Types into the form of the page what is required. Gives the word that the record can be found by. */
export async function fillRequired(page, typeName, given = {}) {
  const schema = await schemaOf(page);
  const type = schema.types.find((one) => one.name === typeName);
  let word = '';
  for (const field of type.fields) {
    if (field.required !== 'always' && !(field.name in given)) continue;
    const value = field.name in given ? given[field.name] : sample(schema, field, '测试');
    const id = '#f-' + field.name;
    if (field.kind === 'ref') await pick(page, id, value || '');
    else if (field.kind === 'code' || field.kind === 'bool') await page.selectOption(id, String(value));
    else if (field.kind === 'instant') await page.fill(id, '2024-05-06T09:00');
    else await page.fill(id, String(value));
    if (field.kind === 'text' && !word) word = String(value);
  }
  return word;
}

/** Chooses in a record box what is found by a text. */
export async function pick(page, id, text) {
  await page.click(id);
  await page.fill(id, text);
  const list = '#' + (await page.getAttribute(id, 'aria-controls'));
  await page.waitForSelector(`${list} [role=option]:not([aria-disabled])`);
  await page.waitForTimeout(400);
  await page.click(`${list} [role=option]:not([aria-disabled])`);
}

/** Makes a record by the interface alone. */
export async function createByApi(page, typeName, given = {}) {
  const schema = await schemaOf(page);
  const type = schema.types.find((one) => one.name === typeName);
  const fields = { ...given };
  for (const field of required(type)) {
    if (field.name in fields) continue;
    if (field.kind === 'ref') fields[field.name] = (await api(page, 'GET', `/${schema.types.find((one) => one.name === field.of).plural}?limit=1`)).data.items[0].id;
    else fields[field.name] = sample(schema, field, '测试');
  }
  const made = await api(page, 'POST', '/' + type.plural, { fields }, { 'Idempotency-Key': unique('k') });
  must(made.status === 201, `creating a ${typeName} gives 201, not ${made.status} ${JSON.stringify(made.data)}`);
  return made.data;
}

/** Text fields of a type that anybody may leave empty, and that this reader may write. */
export async function freeTexts(page, record, type) {
  const { data } = await api(page, 'GET', `/${type.plural}/${record.id}`);
  return type.fields.filter((field) => field.kind === 'text' && field.required !== 'always' && data.can.write.includes(field.name)).map((field) => field.name);
}

export async function edit(page, type, record) {
  await go(page, `/r/${type.plural}/${record.id}/edit`);
  await page.waitForSelector('form .field');
}
export async function saved(page) {
  await page.waitForSelector('.save-state.saved', { timeout: 8000 });
  await settled(page);
}
