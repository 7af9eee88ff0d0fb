import { instanceText } from '../instance-text.js';
import type { PredictAnswer } from '../use-prediction.js';

/** Instances and their answers as comma separated values (RFC 4180), one column for each result. */
export function predictionsCsv(
  instances: readonly unknown[],
  predictions: PredictAnswer['predictions'],
): string {
  const results = predictions.find(({ error }) => error === null)?.results ?? [];
  const header = [
    'instance',
    ...results.flatMap(({ name, unit, interval }) => {
      const title = unit === null || unit === '1' ? name : `${name} (${unit})`;
      return interval ? [title, `${title} low`, `${title} high`] : [title];
    }),
    'warnings',
    'error',
  ];
  const lines = predictions.map(({ results: own, warnings, error }, index) => [
    instanceText(instances[index]),
    ...results.flatMap(({ interval }, place) => {
      const value = plain(own[place]?.value);
      const bounds = own[place]?.interval;
      return interval ? [value, plain(bounds?.low), plain(bounds?.high)] : [value];
    }),
    warnings.map(({ message }) => message).join('; '),
    error?.message ?? '',
  ]);
  return [header, ...lines].map((cells) => cells.map(quoted).join(',')).join('\r\n') + '\r\n';
}

function plain(value: unknown): string {
  if (value === undefined || value === null) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function quoted(cell: string): string {
  // A program for tables would run what begins like a formula.
  const inert = /^[=@\t\r]|^[+-](?![\d.])/.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
}
