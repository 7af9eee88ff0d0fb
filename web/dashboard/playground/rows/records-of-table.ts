import { valueOf, type PlayedField } from '../fields/field-value.js';
import { separatorOf, splitCsv, type CsvRecord } from './split-csv.js';

/**
 * Rows of a table as records: fields are found by the names of columns, without regard to case. An empty cell says nothing.
 *
 * @throws Error for a column that is needed and not there, or a row of another length
 */
export function recordsOfTable(
  [header, ...rows]: readonly CsvRecord[],
  fields: readonly PlayedField[],
): Record<string, unknown>[] {
  if (header === undefined) return [];
  const names = header.cells.map((cell) => cell.trim().toLowerCase());
  const places = fields.map(({ name }) => names.indexOf(name.toLowerCase()));
  const missing = fields.filter(({ optional }, index) => !optional && places[index] === -1);
  if (missing.length > 0)
    throw new Error(
      `Expected columns named ${missing.map(({ name }) => JSON.stringify(name)).join(', ')}, got ${header.cells
        .slice(0, 8)
        .map((cell) => JSON.stringify(cell.slice(0, 40)))
        .join(', ')}.`,
    );
  return rows.map(({ line, cells }) => {
    if (cells.length !== names.length)
      throw new Error(
        `Line ${line}: expected ${names.length} fields as in the first line, got ${cells.length}.`,
      );
    const values = fields.map((field, index): [string, unknown] => [
      field.name,
      valueOf(field, cells[places[index] ?? -1] ?? ''),
    ]);
    return Object.fromEntries(values.filter(([, value]) => value !== undefined));
  });
}

/** Rows as they are typed or pasted out of a spreadsheet: a table under its header, or JSON line by line. */
export function typedRecords(text: string, fields: readonly PlayedField[]): unknown[] {
  if (!text.trimStart().startsWith('{')) return recordsOfTable(splitCsv(text, separatorOf(text)), fields);
  return text
    .split(/\r?\n/)
    .filter((line) => line.trim() !== '')
    .map((line, index) => {
      try {
        return JSON.parse(line) as unknown;
      } catch (error) {
        throw new Error(`Line ${index + 1} is not JSON.`, { cause: error });
      }
    });
}

/** Records as a table to go on from; JSON line by line where a value is no single one. */
export function tableOf(instances: readonly unknown[], fields: readonly PlayedField[]): string {
  const records = instances.filter(
    (instance): instance is Record<string, unknown> =>
      typeof instance === 'object' && instance !== null && !Array.isArray(instance),
  );
  const isFlat = records.every((record) =>
    Object.values(record).every((value) => typeof value !== 'object' || value === null),
  );
  if (!isFlat || records.length < instances.length)
    return instances.map((instance) => JSON.stringify(instance)).join('\n');
  const lines = [
    fields.map(({ name }) => name),
    ...records.map((record) => fields.map(({ name }) => cell(record[name]))),
  ];
  return lines.map((cells) => cells.join(',')).join('\n');
}

function cell(value: unknown): string {
  if (value === undefined || value === null) return '';
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  return /[",;\t\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
