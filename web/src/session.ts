// Who sits before the page.
import { reactive } from 'vue';
import { call, Problem } from './api';
import type { Ref } from './schema';
import { loadSchema, schema } from './schema';

export interface Post {
  id: string;
  role: string;
  unit: { id: string; title: string } | null;
  title: string;
  stand_in: boolean;
}
export interface Session {
  account: string;
  name: string;
  must_change: boolean;
  admin: string[];
  person: string | null;
  posts: Post[];
  demo?: boolean;
}

export const session = reactive<{ now: Session | null; known: boolean; expired: boolean }>({ now: null, known: false, expired: false });

export const isAdmin = (role: string) => !!session.now && session.now.admin.includes(role);
export const anyAdmin = () => !!session.now && session.now.admin.length > 0;
export const hasRole = (...roles: string[]) => !!session.now && session.now.posts.some((post) => roles.includes(post.role));
export const isBureau = () => hasRole('bureau_leader', 'inspector');
/** The unit an officer works for: that of the first post. */
export const ownUnit = () => (session.now && !isBureau() && session.now.posts.map((post) => post.unit).find((unit) => !!unit)) || null;

export async function learnSession(): Promise<void> {
  try {
    const { data } = await call<Session>('GET', '/session', { plain: true });
    await enter(data);
  } catch (error) {
    if (!(error instanceof Problem) || (error.status !== 401 && error.status !== 403)) throw error;
    session.now = null;
  }
  session.known = true;
}

async function enter(data: Session): Promise<void> {
  session.now = Object.assign({}, data, { admin: data.admin || [], posts: data.posts || [] });
  if (!data.must_change && !session.now.admin.length && !schema.loaded) await loadSchema();
}

export async function login(account: string, password: string): Promise<void> {
  const { data } = await call<Session>('POST', '/session', { body: { account, password }, plain: true });
  schema.loaded = false;
  await enter(data);
  session.known = true;
  session.expired = false;
}

export async function logout(everywhere: boolean): Promise<void> {
  await call('DELETE', everywhere ? '/sessions' : '/session', { plain: true });
  forget();
}

export function forget(): void {
  session.now = null;
  schema.loaded = false;
  schema.types = [];
}

export const ref = (unit: { id: string; title: string }): Ref => ({ id: unit.id, type: 'unit', title: unit.title });
