// Single-key shortcuts, which a person can switch off (they get in the way of speech input).
import { onBeforeUnmount, onMounted, reactive } from 'vue';
import { keep } from './text';

export const shortcuts = reactive({ on: keep('shortcuts') !== 'off' });

export function switchShortcuts(on: boolean): void {
  shortcuts.on = on;
  keep('shortcuts', on ? 'on' : 'off');
}

export function useKeys(keys: Record<string, () => void>): void {
  function press(event: KeyboardEvent) {
    if (!shortcuts.on || event.ctrlKey || event.altKey || event.metaKey || event.defaultPrevented) return;
    const target = event.target as HTMLElement;
    if (target.closest('input, textarea, select, dialog, [contenteditable]')) return;
    const act = keys[event.key];
    if (!act) return;
    event.preventDefault();
    act();
  }
  onMounted(() => document.addEventListener('keydown', press));
  onBeforeUnmount(() => document.removeEventListener('keydown', press));
}
