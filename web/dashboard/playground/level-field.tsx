import { SelectField } from '../components/fields.js';
import { useUrlState } from '../url-state.js';

export const USUAL_LEVEL = 0.9;

const LEVELS = ['0.5', '0.8', '0.9', '0.95', '0.99'].map((value) => ({
  value,
  label: `${Number(value) * 100} %`,
}));

/** How sure intervals are to hold the truth, as it stands in the address. */
export function useLevel(): [number, (level: number) => void] {
  const [text, setText] = useUrlState('level', String(USUAL_LEVEL));
  const level = Number(text);
  return [level > 0 && level < 1 ? level : USUAL_LEVEL, (next) => setText(String(next))];
}

export function LevelField(props: { readonly value: number; readonly onChange: (level: number) => void }) {
  const value = String(props.value);
  const isListed = LEVELS.some((level) => level.value === value);
  return (
    <SelectField
      label="Level of intervals"
      value={value}
      onChange={(level) => props.onChange(Number(level))}
      options={isListed ? LEVELS : [...LEVELS, { value, label: `${Number(value) * 100} %` }]}
    />
  );
}
