import { number } from '../terminal/format.js';
import { stack, table } from '../terminal/layout.js';
import type { Prediction } from './ask-rows.js';

export function predictionTable(predictions: readonly Prediction[]): string {
  const versions = new Set(predictions.flatMap(({ version }) => version ?? []));
  const carried = [...new Set(predictions.flatMap(({ columns }) => Object.keys(columns)))];
  const rows = predictions.map(({ instance, name, columns, value, unit, warnings, error, version }) => [
    name ?? '',
    ...carried.map((column) => columns[column] ?? ''),
    shownInstance(instance),
    error === null ? valueText(value) : '–',
    unit === '1' ? '' : (unit ?? ''),
    error === null
      ? warnings.map(({ code, message }) => `${code}: ${message}`).join('; ')
      : `${error.code}: ${error.message}`,
    // Told once below, unless the deployment changed its version half-way.
    versions.size > 1 ? (version ?? '') : '',
  ]);
  const head = ['NAME', ...carried, 'INSTANCE', 'VALUE', 'UNIT', 'REMARKS', 'VERSION'];
  return stack(table(head, rows), versions.size === 1 ? `Computed by ${[...versions].join()}.` : '');
}

/** A SMILES however it was sent; nothing for a MOL file, whose name and data stand beside. */
function shownInstance(instance: unknown): string {
  if (typeof instance === 'string') return instance;
  if (typeof instance === 'object' && instance !== null) {
    if ('molblock' in instance) return '';
    if ('smiles' in instance && typeof instance.smiles === 'string' && Object.keys(instance).length === 1)
      return instance.smiles;
  }
  return JSON.stringify(instance);
}

function valueText(value: unknown): string {
  if (typeof value === 'number') return number(value);
  return typeof value === 'string' ? value : JSON.stringify(value);
}
