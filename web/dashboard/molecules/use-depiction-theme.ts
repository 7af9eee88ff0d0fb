import { useStore } from '../api/store.js';
import { colours, theme } from '../shell/theme.js';

/** Which colours a picture must have to stand on the page. */
export function useDepictionTheme(): 'LIGHT' | 'DARK' {
  useStore(colours);
  const chosen = useStore(theme);
  if (chosen !== 'system') return chosen === 'dark' ? 'DARK' : 'LIGHT';
  return matchMedia('(prefers-color-scheme: dark)').matches ? 'DARK' : 'LIGHT';
}
