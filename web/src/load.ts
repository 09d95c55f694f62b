// Fetches what a page shows, again when what it depends on changes, and drops answers that came too late.
import { ref, watch, type Ref } from 'vue';
import { Problem } from './api';
import { language } from './text';

export interface Loaded<T> {
  data: Ref<T | null>;
  error: Ref<unknown>;
  again: () => Promise<void>;
}

export function useLoad<T>(fetcher: () => Promise<T>, on: () => unknown = () => null): Loaded<T> {
  const data = ref(null) as Ref<T | null>;
  const error = ref<unknown>(null);
  let asked = 0;
  async function again() {
    const mine = ++asked;
    error.value = null;
    try {
      const got = await fetcher();
      if (mine === asked) data.value = got;
    } catch (fault) {
      if (!(fault instanceof Problem)) console.error(fault);
      if (mine !== asked) return;
      error.value = fault;
      // While the server is away the page stays as it is, under the message of the frame.
      if (!(fault instanceof Problem) || fault.code !== 'away') data.value = null;
    }
  }
  watch(() => [on(), language.now], again, { immediate: true });
  return { data, error, again };
}
