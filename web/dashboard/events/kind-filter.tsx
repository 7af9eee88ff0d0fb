import { ToggleButton } from 'react-aria-components/ToggleButton';
import { ToggleButtonGroup } from 'react-aria-components/ToggleButtonGroup';
import type { Option } from '../components/fields.js';

interface KindFilterProps {
  readonly options: readonly Option[];
  readonly value: readonly string[];
  readonly onChange: (value: readonly string[]) => void;
}

/** Which kinds of events: all while none is chosen. */
export function KindFilter({ options, value, onChange }: KindFilterProps) {
  return (
    <div className="field">
      <span className="label">Kinds</span>
      <ToggleButtonGroup
        className="choices"
        aria-label="Kinds of events; all while none is chosen"
        selectionMode="multiple"
        selectedKeys={value}
        onSelectionChange={(keys) => onChange([...keys].map(String))}
      >
        {options.map((option) => (
          <ToggleButton key={option.value} id={option.value} className="choice">
            {option.label}
          </ToggleButton>
        ))}
      </ToggleButtonGroup>
    </div>
  );
}
