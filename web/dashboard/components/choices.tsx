import { ToggleButton } from 'react-aria-components/ToggleButton';
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup';
import type { Option } from './fields.js';

interface ChoicesProps {
  /** What is chosen here, for screen readers. */
  readonly label: string;
  readonly options: readonly Option[];
  readonly value: string;
  readonly onChange: (value: string) => void;
}

/** One of a few that stand side by side. */
export function Choices({ label, options, value, onChange }: ChoicesProps) {
  return (
    <ToggleButtonGroup
      className="choices"
      aria-label={label}
      selectionMode="single"
      disallowEmptySelection
      selectedKeys={[value]}
      onSelectionChange={(keys) => {
        for (const key of keys) onChange(String(key));
      }}
    >
      {options.map((option) => (
        <ToggleButton key={option.value} id={option.value} className="choice">
          {option.label}
        </ToggleButton>
      ))}
    </ToggleButtonGroup>
  );
}
