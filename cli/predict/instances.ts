import { parse } from 'csv-parse/sync';
import { wrongUsage } from '../failure.js';

export const INSTANCE_FORMATS = ['csv', 'jsonl', 'json', 'text'] as const;
export type InstanceFormat = (typeof INSTANCE_FORMATS)[number];

/** Instances of a file, in the form its name or the caller says. @throws Failure USAGE naming the line at fault */
export function readInstances(content: string, name: string, format: InstanceFormat | undefined): unknown[] {
  // Editors on Windows put a mark before the first character.
  const text = content.replace(/^\uFEFF/, '');
  switch (format ?? formatOf(name, text)) {
    case 'csv':
      return readCsv(text, name);
    case 'jsonl':
      return lines(text).map(({ line, number }) => parseJson(line, `${name}, line ${number}`));
    case 'json': {
      const value = parseJson(text, name);
      return Array.isArray(value) ? (value as unknown[]) : [value];
    }
    case 'text':
      return lines(text).map(({ line }) => line);
  }
}

/** `CCO` is text; what begins like JSON and is JSON is JSON. */
export function instanceArgument(text: string): unknown {
  if (!/^\s*[{["]/.test(text)) return text;
  try {
    return JSON.parse(text);
  } catch {
    // A SMILES string may begin with a bracket: [Na+].[Cl-]
    return text;
  }
}

function formatOf(name: string, text: string): InstanceFormat {
  const [, extension = ''] = /\.(\w+)$/.exec(name.toLowerCase()) ?? [];
  const known = BY_EXTENSION[extension];
  if (known !== undefined) return known;
  // Of what comes through a pipe nobody knows the name.
  const [first] = lines(text);
  if (first === undefined || /^\s*[{["]/.test(first.line)) return 'jsonl';
  return first.line.includes(',') ? 'csv' : 'text';
}

const BY_EXTENSION: Readonly<Record<string, InstanceFormat>> = {
  csv: 'csv',
  jsonl: 'jsonl',
  ndjson: 'jsonl',
  json: 'json',
  smi: 'text',
  smiles: 'text',
  txt: 'text',
};

/** One instance a row: an object with the columns' names; numbers where a cell is one, nothing where it is empty. */
function readCsv(text: string, name: string): unknown[] {
  try {
    const rows = parse<Record<string, string>>(text, { columns: true, skip_empty_lines: true, trim: true });
    return rows.map((row) =>
      Object.fromEntries(
        Object.entries(row)
          .filter(([, cell]) => cell !== '')
          .map(([column, cell]) => [column, cellValue(cell)]),
      ),
    );
  } catch (error) {
    throw wrongUsage(
      `${name} is not a CSV table: ${error instanceof Error ? error.message : 'it cannot be read'}.`,
    );
  }
}

// 007 is a name; -0.5e3 is a number.
function cellValue(cell: string): string | number {
  return /^-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?$/.test(cell) ? Number(cell) : cell;
}

function lines(text: string): { readonly line: string; readonly number: number }[] {
  return text
    .split(/\r?\n/)
    .map((line, index) => ({ line: line.trim(), number: index + 1 }))
    .filter(({ line }) => line !== '');
}

function parseJson(text: string, where: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw wrongUsage(
      `${where} is not JSON: ${error instanceof Error ? error.message : 'it cannot be read'}.`,
    );
  }
}
