import type { FileFormat } from '../../__generated__/operations.js';
import { separatorOf, splitCsv } from '../../playground/rows/split-csv.js';

const FORMATS: Readonly<Partial<Record<string, FileFormat>>> = {
  csv: 'CSV',
  tsv: 'TSV',
  jsonl: 'JSONL',
  ndjson: 'JSONL',
  sdf: 'SDF',
  sd: 'SDF',
  smi: 'SMI',
  smiles: 'SMI',
  parquet: 'PARQUET',
};

export const ROW_FILES = [...Object.keys(FORMATS).map((ending) => `.${ending}`), '.gz'];

/** The format of a file of rows by the end of its name, packed or not; null for another. */
export function rowFormat(name: string): FileFormat | null {
  const ending = name.toLowerCase().replace(/\.gz$/, '').split('.').at(-1) ?? '';
  return FORMATS[ending] ?? null;
}

/** Enough for a header of a thousand columns. */
const HEAD_BYTES = 200_000;

/** The names of a file's columns; null where only the server can read them. */
export async function columnsIn(file: File): Promise<readonly string[] | null> {
  const format = rowFormat(file.name);
  if (format !== 'CSV' && format !== 'TSV' && format !== 'JSONL') return null;
  const [line = ''] = (await headOf(file)).replace(/^\ufeff/, '').split(/\r\n|\r|\n/, 1);
  try {
    if (format !== 'JSONL')
      return (
        splitCsv(line, format === 'TSV' ? '\t' : separatorOf(line))[0]?.cells.map((cell) => cell.trim()) ??
        null
      );
    const row = JSON.parse(line) as unknown;
    return typeof row === 'object' && row !== null && !Array.isArray(row) ? Object.keys(row) : null;
  } catch {
    // The server says what is wrong with it, with the line.
    return null;
  }
}

async function headOf(file: File): Promise<string> {
  if (!file.name.toLowerCase().endsWith('.gz')) return file.slice(0, HEAD_BYTES).text();
  const reader = file.stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const decoder = new TextDecoder();
  let text = '';
  while (text.length < HEAD_BYTES && !text.includes('\n')) {
    const { done, value } = await reader.read();
    if (done) break;
    text += decoder.decode(value, { stream: true });
  }
  void reader.cancel();
  return text;
}

/** The column that a field is read from when nobody says another. */
export function columnFor(field: string, columns: readonly string[]): string | undefined {
  return columns.find((column) => column.toLowerCase() === field.toLowerCase());
}
