// One way to the server: JSON, problem documents, versions, keys that make a repeated POST harmless.
import { reactive } from 'vue';
import { language } from './text';

export interface Fault {
  pointer: string;
  code: string;
  detail: string;
}

export class Problem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    readonly title: string,
    readonly detail: string,
    readonly errors: Fault[],
    readonly body: Record<string, any>,
    readonly etag: string | null,
  ) {
    super(detail || title);
  }
}

export interface Answer<T> {
  data: T;
  etag: string | null;
}

export interface Options {
  query?: Record<string, string | number | undefined | null>;
  body?: unknown;
  file?: Blob;
  etag?: string | null;
  /** The same key for each repeat of the same wish. */
  key?: string;
  /** Do not offer to log in again when the session has ended. */
  plain?: boolean;
}

/** Whether the server answers at all; the frame of all pages shows it. */
export const server = reactive({ away: false });

let askAgain: (() => Promise<boolean>) | null = null;
/** Says what is to be done when a session ends under an open page: a promise of whether to try again. */
export function onExpired(ask: () => Promise<boolean>): void {
  askAgain = ask;
}

export function newKey(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, '0')).join('');
}

export function apiAddress(path: string, query?: Options['query']): string {
  const parts: string[] = [];
  for (const name of Object.keys(query || {})) {
    const value = query![name];
    if (value !== undefined && value !== null && value !== '') parts.push(encodeURIComponent(name) + '=' + encodeURIComponent(String(value)));
  }
  return 'api/v1' + path + (parts.length ? '?' + parts.join('&') : '');
}

export async function call<T = any>(method: string, path: string, options: Options = {}): Promise<Answer<T>> {
  const headers: Record<string, string> = { Accept: 'application/json, application/problem+json', 'Accept-Language': language.now };
  let body: BodyInit | undefined;
  if (options.file) {
    body = options.file;
    headers['Content-Type'] = options.file.type || 'application/octet-stream';
  } else if (options.body !== undefined) {
    body = JSON.stringify(options.body);
    headers['Content-Type'] = 'application/json';
  }
  if (options.etag) headers['If-Match'] = options.etag;
  if (method === 'POST' && path !== '/session') headers['Idempotency-Key'] = options.key || (options.key = newKey());
  let response: Response;
  try {
    response = await fetch(apiAddress(path, options.query), { method, headers, body, credentials: 'same-origin', cache: 'no-store' });
  } catch {
    server.away = true;
    throw new Problem(0, 'away', '', '', [], {}, null);
  }
  const type = response.headers.get('Content-Type') || '';
  const text = await response.text();
  const json = type.includes('json') && text ? JSON.parse(text) : {};
  if (response.status >= 502 && response.status <= 504 && !json.code) {
    server.away = true;
    throw new Problem(0, 'away', '', '', [], {}, null);
  }
  server.away = false;
  const etag = response.headers.get('ETag');
  if (response.ok) return { data: json as T, etag };
  if (response.status === 401 && !options.plain && askAgain && (await askAgain())) return call<T>(method, path, options);
  throw new Problem(response.status, json.code || '', json.title || response.statusText, json.detail || '', json.errors || [], json, etag);
}

export const get = <T = any>(path: string, query?: Options['query']) => call<T>('GET', path, { query }).then((answer) => answer.data);

export async function upload(file: File, type?: string, record?: string): Promise<any> {
  const { data } = await call('POST', '/attachments', { file, query: { name: file.name, record_type: type, record } });
  return data;
}
