// What is said once to the person, seen and read aloud; and what a failed call means in words.
import { reactive, watchEffect } from 'vue';
import { Problem } from './api';
import { t } from './text';

export const said = reactive({ text: '', count: 0 });

export function say(text: string): void {
  said.text = text;
  said.count++;
}

export function problemText(error: unknown): string {
  if (error instanceof Problem) {
    if (error.code === 'away') return t('problem.away');
    return [error.title, error.detail].filter((part, at, all) => part && all.indexOf(part) === at).join(': ') || t('problem.unknown', { status: error.status });
  }
  console.error(error);
  return t('problem.own');
}

/** Keeps the title of the window at what `title` gives. */
export function pageTitle(title: () => string): void {
  watchEffect(() => {
    const text = title();
    document.title = (text ? text + ' - ' : '') + t('app.name');
  });
}

let ids = 0;
export const newId = (prefix: string) => `${prefix}-${++ids}`;

/** Makes a file of a text and hands it to the browser. */
export function download(name: string, text: string): void {
  const link = document.createElement('a');
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }));
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
