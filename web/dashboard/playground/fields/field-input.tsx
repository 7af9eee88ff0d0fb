import { useState } from 'react';
import { SelectField, TextField } from '../../components/fields.js';
import { MoleculeField } from '../molecule-field.js';
import { faultIn, rangeText, shapeText, textOfValue, valueOf, type PlayedField } from './field-value.js';
import { FileField } from './file-field.js';

export interface FieldInputProps {
  readonly field: PlayedField;
  readonly value: unknown;
  /** Undefined: nothing is said. */
  readonly onChange: (value: unknown) => void;
}

/** One field of a record. */
export function FieldInput(props: FieldInputProps) {
  const { field, value, onChange } = props;
  switch (field.kind) {
    case 'molecule':
      return (
        <MoleculeField
          label={labelOf(field)}
          text={textOfValue(value)}
          onChange={(text) => onChange(text.trim() === '' ? undefined : text)}
          {...(field.description !== null && { hint: field.description })}
        />
      );
    case 'category':
      return <Selected {...props} options={field.values ?? []} />;
    case 'boolean':
      if (field.shape.length === 0) return <Selected {...props} options={['true', 'false']} />;
      return <Typed {...props} />;
    case 'image':
    case 'spectrum':
    case 'series':
    case 'structure':
      return <FileField {...props} />;
    default:
      return <Typed {...props} />;
  }
}

function Selected({
  field,
  value,
  onChange,
  options,
}: FieldInputProps & { readonly options: readonly string[] }) {
  return (
    <SelectField
      label={labelOf(field)}
      hint={hintOf(field)}
      value={textOfValue(value)}
      onChange={(text) => onChange(valueOf(field, text))}
      options={[
        { value: '', label: field.optional ? '(left out)' : 'Choose…' },
        ...options.map((option) => ({ value: option, label: option })),
      ]}
    />
  );
}

/** Text keeps as it is typed: "1." is no other number than "1", but is on the way to one. */
function Typed({ field, value, onChange }: FieldInputProps) {
  const [typed, setTyped] = useState(() => textOfValue(value));
  const isSame = JSON.stringify(valueOf(field, typed)) === JSON.stringify(value);
  const text = isSame ? typed : textOfValue(value);
  const isList = field.shape.length > 0;
  return (
    <TextField
      label={labelOf(field)}
      hint={hintOf(field)}
      value={text}
      onChange={(next) => {
        setTyped(next);
        onChange(valueOf(field, next));
      }}
      fault={faultIn(field, text)}
      {...((isList || field.kind === 'text') && { lines: 3 })}
      {...(!isList && field.kind === 'integer' && { inputMode: 'numeric' as const })}
    />
  );
}

export function labelOf({ name, unit, optional }: PlayedField): string {
  return `${name}${unit === null || unit === '1' ? '' : ` (${unit})`}${optional ? ', optional' : ''}`;
}

const EXAMPLES: Readonly<Partial<Record<string, string>>> = {
  date: 'Such as 2026-03-01 or 2026-03-01T12:30:00Z.',
  composition: 'Such as Fe2O3 or CuSO4·5H2O.',
  element: 'Such as Fe.',
  nuclide: 'Such as Fe-56.',
  particles: '{"positions": [[x, y, z], …]} as JSON.',
};

/** What it means, what it may be, and how it is written. */
export function hintOf(field: PlayedField): string {
  const { description, kind, shape, unit } = field;
  const range = rangeText(field);
  const isNumber = kind === 'number' || kind === 'integer';
  return [
    description,
    shape.length > 0 ? `A list in JSON, of shape ${shapeText(field)}.` : (EXAMPLES[kind] ?? ''),
    isNumber && range !== '' ? `From ${range}.`.replace(/^From at/, 'At') : '',
    isNumber && shape.length === 0 && unit !== null && unit !== '1'
      ? 'Another unit is written behind the number.'
      : '',
  ]
    .filter((part) => part !== null && part !== '')
    .join(' ');
}
