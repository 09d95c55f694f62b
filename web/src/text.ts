// The words of the pages. Labels of records come from the server; all other text stands in catalogue.txt.
import { reactive } from 'vue';
import catalogue from 'virtual:catalogue';

export type Language = 'zh' | 'en';

const kept = keep('language');
export const language = reactive<{ now: Language }>({ now: kept === 'en' ? 'en' : 'zh' });
const place = new Map(catalogue.keys.map((key, at) => [key, at] as [string, number]));

/** The text of a key in the language of the moment; `{name}` in it is replaced by `holes.name`. */
export function t(key: string, holes?: Record<string, string | number>): string {
  const at = place.get(key);
  const text = at === undefined ? key : catalogue[language.now][at];
  return holes ? text.replace(/\{(\w+)\}/g, (all, name: string) => (name in holes ? String(holes[name]) : all)) : text;
}

export function speak(next: Language): void {
  language.now = next;
  keep('language', next);
  document.documentElement.lang = next === 'zh' ? 'zh-CN' : 'en';
}

/** A choice of this browser: read with one argument, written with two. A browser that keeps nothing is no error. */
export function keep(name: string, value?: string): string | null {
  try {
    if (value === undefined) return localStorage.getItem('lijian.' + name);
    localStorage.setItem('lijian.' + name, value);
    return value;
  } catch {
    return null;
  }
}

/** An instant in the time of China, whatever the clock of this computer is set to. */
export function showInstant(instant: string | null | undefined): string {
  if (!instant) return '';
  const time = Date.parse(instant);
  return isNaN(time) ? instant : new Date(time + 8 * 3600e3).toISOString().slice(0, 16).replace('T', ' ');
}

/** Today in China, as a date. */
export function today(): string {
  return new Date(Date.now() + 8 * 3600e3).toISOString().slice(0, 10);
}

export function showPoints(points: number): string {
  return String(points / 100);
}
