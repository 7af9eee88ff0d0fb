import type { InstanceFieldProps } from '../one-instance.js';
import { FieldInput } from './field-input.js';
import { recordOf } from './field-value.js';

/** The fields of a record, each in the way of its kind. */
export function RecordField({ text, onChange, fields }: InstanceFieldProps) {
  const values = recordOf(text, fields);
  const set = (name: string, value: unknown) => {
    // In the order of the fields, so that equal records are equal texts.
    const known = fields.flatMap((field): [string, unknown][] => {
      const own = field.name === name ? value : values[field.name];
      return own === undefined ? [] : [[field.name, own]];
    });
    onChange(JSON.stringify(Object.fromEntries(known)));
  };
  return (
    <div className="record">
      {fields.map((field) => (
        <FieldInput
          key={field.name}
          field={field}
          value={values[field.name]}
          onChange={(value) => set(field.name, value)}
        />
      ))}
    </div>
  );
}
