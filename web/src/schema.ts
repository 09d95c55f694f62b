// What the server says about its records: the pages draw lists and forms from it and know no field by name.
import { reactive } from 'vue';
import { get } from './api';
import { showInstant, showPoints, t } from './text';

export interface Ref {
  id: string;
  type: string;
  title: string;
}
export type Value = string | number | boolean | Ref | null;
export interface Field {
  name: string;
  kind: 'text' | 'int' | 'pt100' | 'bool' | 'code' | 'date' | 'instant' | 'ref' | 'keyed_hash' | 'file_hash';
  of?: string | null;
  min?: number | null;
  max?: number | null;
  required: string;
  group: number;
  flags: string[];
  label: string;
  help?: string | null;
}
export interface SignRole {
  role: string;
  label: string;
  min: number;
  posts: string[];
  modes: string[];
}
export interface Move {
  event: string;
  label: string;
  from: string[];
  to: string;
  reason: boolean;
  waives?: string | null;
  verb?: string | null;
  signatures: SignRole[];
  needs: string[];
}
export interface List {
  name: string;
  label: string;
  columns: string[];
  filters: string[];
  order: string;
}
export interface Type {
  name: string;
  plural: string;
  label: string;
  /** What a list of them is called; the label serves where there is none. */
  label_plural?: string | null;
  scope: string;
  parent?: string | null;
  fields: Field[];
  groups?: { n: number; label: string }[];
  states: { name: string; label: string; end?: boolean }[];
  create: boolean;
  moves: Move[];
  lists: List[];
}
export interface Rec {
  id: string;
  type: string;
  version: number;
  state: string;
  number: string | null;
  title: string;
  void: boolean;
  unit: Ref | null;
  parent: Ref | null;
  happened_on: string | null;
  created_at: string;
  source: string;
  entered_by: Ref | null;
  for_post: Ref | null;
  fields: Record<string, Value | undefined>;
  can?: { write: string[]; moves: string[] };
}
export interface Duty {
  id: string;
  record: Ref;
  verb: string;
  verb_label: string;
  due_on: string | null;
  days_left: number | null;
  minutes: number | null;
  post: Ref | null;
  unit: Ref | null;
  answerer: Ref | null;
  stand_in: boolean;
  overdue: boolean;
  done?: number | null;
  of?: number | null;
}
interface Code {
  code: string;
  label: string;
}

export const schema = reactive<{ types: Type[]; codes: Record<string, Code[]>; roles: Code[]; loaded: boolean }>({ types: [], codes: {}, roles: [], loaded: false });

export async function loadSchema(): Promise<void> {
  const got = await get('/schema');
  schema.types = got.types;
  schema.codes = got.codes || {};
  schema.roles = got.roles || [];
  schema.loaded = true;
}

export const plural = (type: Type) => type.label_plural || type.label;
export const typeOf = (name: string) => schema.types.find((type) => type.name === name);
export const typeOfPlural = (plural: string) => schema.types.find((type) => type.plural === plural);
export const fieldOf = (type: Type, name: string) => type.fields.find((field) => field.name === name);
export const roleLabel = (role: string) => (schema.roles.find((one) => one.code === role) || { label: role }).label;
export const stateLabel = (type: Type | undefined, state: string) => ((type && type.states.find((one) => one.name === state)) || { label: state }).label;
/** Prose: several lines in the form, the whole width on the page. */
export const isLong = (field: Field) => field.kind === 'text' && (field.flags.includes('long') || (field.max || 0) > 200);
export const isRef = (value: unknown): value is Ref => typeof value === 'object' && value !== null && 'id' in value;

/** Where the page of a referred record is; nothing when its type is not for this reader. */
export function recordPath(ref: Ref | null | undefined): string | null {
  const type = ref && typeOf(ref.type);
  return type ? `/r/${type.plural}/${ref!.id}` : null;
}

export function codeLabel(list: string | null | undefined, code: string): string {
  const found = (schema.codes[list || ''] || []).find((one) => one.code === code);
  return found ? found.label : code;
}

export function showValue(field: Field | undefined, value: Value | undefined): string {
  if (value === undefined || value === null || value === '') return '';
  if (isRef(value)) return value.title;
  if (typeof value === 'boolean') return value ? t('value.yes') : t('value.no');
  if (!field) return String(value);
  if (field.kind === 'code') return codeLabel(field.of, String(value));
  if (field.kind === 'pt100') return showPoints(Number(value));
  if (field.kind === 'instant') return showInstant(String(value));
  return String(value);
}

/** What is sent: a reference goes as its id. */
export const plain = (value: Value | undefined) => (isRef(value) ? value.id : value === undefined || value === '' ? null : value);
export const same = (one: Value | undefined, other: Value | undefined) => plain(one) === plain(other);

/** Label of a column: a field, or one of the few things that every record has. */
export function columnLabel(type: Type, name: string): string {
  const field = fieldOf(type, name);
  if (field) return field.label;
  const own = ownColumns.find((column) => column.name === name);
  return own ? t(own.key) : name;
}

export const ownColumns = [
  { name: 'number', key: 'column.number' },
  { name: 'title', key: 'column.title' },
  { name: 'state', key: 'column.state' },
  { name: 'unit', key: 'column.unit' },
  { name: 'parent', key: 'column.parent' },
  { name: 'happened_on', key: 'column.happened_on' },
  { name: 'created_at', key: 'column.created_at' },
  { name: 'source', key: 'column.source' },
];

const sources = [
  { code: 'live', key: 'source.live' },
  { code: 'paper', key: 'source.paper' },
  { code: 'opening', key: 'source.opening' },
  { code: 'import', key: 'source.import' },
  { code: 'package', key: 'source.package' },
];
export function sourceLabel(source: string): string {
  const found = sources.find((one) => one.code === source);
  return found ? t(found.key) : source;
}

export function columnText(type: Type, record: Rec, name: string): string {
  const field = fieldOf(type, name);
  if (field) return showValue(field, record.fields[name]);
  if (name === 'state') return stateLabel(type, record.state);
  if (name === 'created_at') return showInstant(record.created_at);
  if (name === 'source') return sourceLabel(record.source);
  const value = (record as any)[name];
  return isRef(value) ? value.title : value === null || value === undefined ? '' : String(value);
}
