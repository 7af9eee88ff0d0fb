import { Icon } from '../components/icon.js';
import { Button } from '../components/button.js';
import { useStore } from '../api/store.js';
import { chooseTheme, theme, THEMES, type Theme } from './theme.js';

const NAMES: Readonly<Record<Theme, string>> = {
  system: 'as the system has it',
  light: 'light',
  dark: 'dark',
};
const ICONS = { system: 'contrast', light: 'sun', dark: 'moon' } as const;

/** Goes round: as the system has it, light, dark. */
export function ThemeSwitch() {
  const now = useStore(theme);
  const next = THEMES[(THEMES.indexOf(now) + 1) % THEMES.length] ?? 'system';
  return (
    <Button
      quiet
      small
      iconOnly
      label={`Colours: ${NAMES[now]}. Change to ${NAMES[next]}`}
      onPress={() => chooseTheme(next)}
    >
      <Icon name={ICONS[now]} />
    </Button>
  );
}
