import { Store } from '../api/store.js';

const KEPT_AS = 'retort:theme';

/** `system` follows what the reader's own system says. */
export type Theme = 'system' | 'light' | 'dark';

export const THEMES: readonly Theme[] = ['system', 'light', 'dark'];

function begin(): Theme {
  const kept = localStorage.getItem(KEPT_AS);
  return THEMES.find((theme) => theme === kept) ?? 'system';
}

export const theme = new Store<Theme>(begin());

export function chooseTheme(chosen: Theme): void {
  localStorage.setItem(KEPT_AS, chosen);
  theme.set(chosen);
  applyTheme();
}

export function applyTheme(): void {
  const chosen = theme.get();
  if (chosen === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = chosen;
}

const dark = matchMedia('(prefers-color-scheme: dark)');

/** Changes whenever the colours do; what draws on a canvas has to draw anew then. */
export const colours = new Store(0);
const changed = () => colours.set(colours.get() + 1);
theme.subscribe(changed);
dark.addEventListener('change', changed);
