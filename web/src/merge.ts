// Two people changed one record: what merges by itself, and what a person must decide.
import { same, type Value } from './schema';

export type Fields = Record<string, Value | undefined>;
export interface Merge {
  /** What is to be sent on top of the record as it is now. */
  mine: Fields;
  conflicts: { name: string; base: Value | undefined; mine: Value | undefined; theirs: Value | undefined }[];
}

/**
 * @param base the fields as this page last read them
 * @param mine only the fields changed here since
 * @param theirs the fields as the server has them now
 */
export function merge(base: Fields, mine: Fields, theirs: Fields): Merge {
  const result: Merge = { mine: {}, conflicts: [] };
  for (const name of Object.keys(mine)) {
    if (same(mine[name], theirs[name])) continue; // both said the same
    if (same(base[name], theirs[name])) result.mine[name] = mine[name]; // only here
    else if (!same(base[name], mine[name])) result.conflicts.push({ name, base: base[name], mine: mine[name], theirs: theirs[name] });
  }
  return result;
}
