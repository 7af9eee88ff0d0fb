import { wrongUsage } from '../failure.js';
import type { Prediction } from './ask-rows.js';

const FORMATS = { csv: ',', tsv: '\t', jsonl: null } as const;

/** What a file of results is written as, by its name. @throws Failure USAGE */
export function resultFormat(path: string): keyof typeof FORMATS {
  const [, extension = ''] = /\.(\w+)$/.exec(path.toLowerCase()) ?? [];
  if (Object.hasOwn(FORMATS, extension)) return extension as keyof typeof FORMATS;
  throw wrongUsage(`--output: expected a file that ends in .csv, .tsv or .jsonl, got ${path}.`);
}

/**
 * Results as a file, one line each: what the input's file said about the row, then value, unit, warnings and error. Several
 * results get a column each, `value.NAME`.
 */
export async function* resultFile(
  chunks: AsyncIterable<readonly Prediction[]>,
  format: keyof typeof FORMATS,
): AsyncGenerator<Uint8Array> {
  const delimiter = FORMATS[format];
  if (delimiter === null) {
    for await (const chunk of chunks)
      for (const prediction of chunk) yield bytes(`${JSON.stringify(prediction)}\n`);
    return;
  }
  // Which results there are is known with the first answer.
  let waiting: Prediction[] = [];
  let layout: Layout | undefined;
  for await (const chunk of chunks) {
    waiting.push(...chunk);
    if (layout === undefined) {
      layout = layoutOf(waiting, false);
      if (layout === undefined) continue;
      yield bytes(`${row(layout.head, delimiter)}\n`);
    }
    for (const prediction of waiting) yield bytes(`${row(cells(prediction, layout), delimiter)}\n`);
    waiting = [];
  }
  const last = layoutOf(waiting, true);
  if (last === undefined) return;
  yield bytes(`${row(last.head, delimiter)}\n`);
  for (const prediction of waiting) yield bytes(`${row(cells(prediction, last), delimiter)}\n`);
}

interface Layout {
  readonly head: readonly string[];
  readonly carried: readonly string[];
  readonly fields: readonly string[];
  readonly results: readonly string[] | null;
}

/** Undefined as long as no row has a value, unless `final`. */
function layoutOf(predictions: readonly Prediction[], final: boolean): Layout | undefined {
  const answered = predictions.find(({ error }) => error === null);
  const [first] = predictions;
  if ((answered === undefined && !final) || first === undefined) return undefined;
  const sample = answered ?? first;
  const carried = Object.keys(sample.columns);
  const fields = isRecord(sample.instance)
    ? Object.keys(sample.instance).filter((field) => field !== 'molblock')
    : ['instance'];
  const value = answered?.value;
  const results = isRecord(value) ? Object.keys(value) : null;
  const head = [
    'name',
    ...carried,
    ...fields,
    ...(results?.map((result) => `value.${result}`) ?? ['value']),
    'unit',
    'warnings',
    'error',
  ];
  return { head, carried, fields, results };
}

function cells(prediction: Prediction, { carried, fields, results }: Layout): string[] {
  const { name, columns, instance, value, unit, warnings, error } = prediction;
  return [
    name ?? '',
    ...carried.map((column) => columns[column] ?? ''),
    ...fields.map((field) =>
      text(isRecord(instance) ? instance[field] : field === 'instance' ? instance : null),
    ),
    ...(results?.map((result) => text(isRecord(value) ? value[result] : null)) ?? [text(value)]),
    unit ?? '',
    warnings.map(({ code, message }) => `${code}: ${message}`).join('; '),
    error === null ? '' : `${error.code}: ${error.message}`,
  ];
}

function text(value: unknown): string {
  if (value === null || value === undefined) return '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** RFC 4180: in quotes what would end a cell. */
function row(values: readonly string[], delimiter: string): string {
  return values
    .map((value) =>
      /["\r\n]/.test(value) || value.includes(delimiter) || /^\s|\s$/.test(value)
        ? `"${value.replaceAll('"', '""')}"`
        : value,
    )
    .join(delimiter);
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function bytes(line: string): Uint8Array {
  return Buffer.from(line);
}
