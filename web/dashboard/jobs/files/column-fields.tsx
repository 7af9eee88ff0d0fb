import { SelectField, TextField } from '../../components/fields.js';
import { columnFor } from './row-files.js';

interface ColumnFieldProps {
  readonly label: string;
  readonly hint?: string;
  /** The file's columns; null where only the server can read them. */
  readonly columns: readonly string[] | null;
  /** What nothing chosen means. */
  readonly none: string;
  readonly value: string;
  readonly onChange: (column: string) => void;
  readonly fault?: string | null;
}

/** One of a file's columns: chosen where they are known, else typed. */
export function ColumnField({ columns, none, ...field }: ColumnFieldProps) {
  if (columns === null) return <TextField {...field} placeholder={none} />;
  return (
    <SelectField
      {...field}
      options={[
        { value: '', label: none },
        ...[...new Set(columns)]
          .filter((column) => column !== '')
          .map((column) => ({ value: column, label: column })),
      ]}
    />
  );
}

interface ColumnFieldsProps {
  readonly fields: readonly {
    readonly name: string;
    readonly optional: boolean;
    readonly description: string | null;
  }[];
  readonly columns: readonly string[] | null;
  readonly chosen: Readonly<Record<string, string>>;
  readonly onChange: (chosen: Readonly<Record<string, string>>) => void;
}

/** Which column each field of an instance is in. What has the field's own name is found by it. */
export function ColumnFields({ fields, columns, chosen, onChange }: ColumnFieldsProps) {
  return (
    <div className="form-row">
      {fields.map(({ name, optional, description }) => {
        const own = columns === null ? name : columnFor(name, columns);
        return (
          <ColumnField
            key={name}
            label={`Column of ${name}`}
            {...(description !== null && { hint: description })}
            columns={columns}
            none={own ?? (optional ? '(left out)' : 'Choose…')}
            value={chosen[name] ?? ''}
            onChange={(column) => onChange({ ...chosen, [name]: column })}
          />
        );
      })}
    </div>
  );
}
