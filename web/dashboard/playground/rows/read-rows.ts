import type { PlayedField } from '../fields/field-value.js';
import type { InstanceForm } from '../pipeline.js';
import { recordsOfTable } from './records-of-table.js';
import { separatorOf, splitCsv, type CsvRecord } from './split-csv.js';

/** Instances out of a file, as `predict` takes them. */
export interface FileRows {
  readonly instances: readonly unknown[];
  /** How many the file has; of more than `MOST_ROWS` only the first were read. */
  readonly total: number;
}

export const MOST_ROWS = 1_000;
export const MOST_BYTES = 10_000_000;
export const ACCEPTED = ['.csv', '.tsv', '.smi', '.smiles', '.jsonl', '.ndjson', '.json', '.sdf', '.mol'];

/**
 * Reads rows out of the text of a small file, by the end of its name.
 *
 * @throws Error saying what was expected and, where it helps, in which line
 */
export function readRows(
  name: string,
  text: string,
  kind: InstanceForm,
  fields: readonly PlayedField[] = [],
): FileRows {
  const ending = /\.[a-z]+$/.exec(name.toLowerCase())?.[0] ?? '';
  const instances = instancesOf(ending, text, kind, fields);
  if (instances === undefined)
    throw new Error(`${name}: expected a file that ends with ${ACCEPTED.slice(0, -1).join(', ')} or .mol.`);
  if (instances.length === 0) throw new Error(`${name} has no row in it.`);
  return { instances: instances.slice(0, MOST_ROWS), total: instances.length };
}

function instancesOf(
  ending: string,
  text: string,
  kind: InstanceForm,
  fields: readonly PlayedField[],
): unknown[] | undefined {
  switch (ending) {
    case '.csv':
    case '.tsv':
      return fromTable(splitCsv(text, ending === '.tsv' ? '\t' : separatorOf(text)), kind, fields);
    case '.smi':
    case '.smiles':
      return onlyOf(kind, 'molecule', 'SMILES', () =>
        linesOf(text).map(({ content }) => content.split(/\s/, 1)[0] ?? ''),
      );
    case '.jsonl':
    case '.ndjson':
      return linesOf(text).map(({ line, content }) => parsed(content, `Line ${line}`));
    case '.json': {
      const whole = parsed(text, 'The file');
      return Array.isArray(whole) ? (whole as unknown[]) : [whole];
    }
    case '.sdf':
    case '.mol':
      return onlyOf(kind, 'molecule', 'structures', () =>
        molblocksOf(text).map((molblock) => ({ molblock })),
      );
    default:
      return undefined;
  }
}

function onlyOf(kind: InstanceForm, wanted: InstanceForm, what: string, read: () => unknown[]): unknown[] {
  if (kind === wanted) return read();
  throw new Error(`This version takes ${PLURALS[kind]}, and the file holds ${what}.`);
}

const PLURALS: Readonly<Record<InstanceForm, string>> = {
  molecule: 'molecules',
  nuclide: 'nuclides',
  particles: 'sets of particles',
  record: 'records',
};

/** Which columns make an instance; the first set that is there counts. */
const COLUMNS: Readonly<Record<InstanceForm, readonly (readonly string[])[]>> = {
  molecule: [['smiles'], ['canonical_smiles'], ['isosmiles'], ['structure']],
  nuclide: [
    ['z', 'n'],
    ['symbol', 'a'],
  ],
  particles: [],
  record: [],
};

function fromTable(
  records: readonly CsvRecord[],
  kind: InstanceForm,
  fields: readonly PlayedField[],
): unknown[] {
  const [header, ...rows] = records;
  if (header === undefined) return [];
  if (kind === 'particles')
    throw new Error(
      'Particles do not fit into a table: send a .jsonl file with one {"positions": …} a line.',
    );
  if (kind === 'record') return recordsOfTable(records, fields);
  const names = header.cells.map((cell) => cell.trim().toLowerCase());
  const columns = COLUMNS[kind].find((set) => set.every((name) => names.includes(name)));
  if (columns === undefined && kind === 'molecule' && names.length === 1)
    return [header, ...rows].map(({ cells }) => cells[0] ?? '');
  if (columns === undefined)
    throw new Error(
      kind === 'molecule'
        ? `Expected a column named "smiles", got ${listed(header.cells)}.`
        : `Expected the columns "z" and "n", or "symbol" and "a", got ${listed(header.cells)}.`,
    );
  const places = columns.map((name) => names.indexOf(name));
  return rows.map(({ line, cells }) => {
    if (cells.length !== names.length)
      throw new Error(
        `Line ${line}: expected ${names.length} fields as in the first line, got ${cells.length}.`,
      );
    const values = places.map((place) => (cells[place] ?? '').trim());
    if (kind === 'molecule') return values[0];
    return Object.fromEntries(
      columns.map((name, index) => [name, name === 'symbol' ? values[index] : number(values[index] ?? '')]),
    );
  });
}

/** What is no number stays as it is: the server says what is wrong with the row. */
function number(text: string): number | string {
  return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
}

function listed(cells: readonly string[]): string {
  const shown = cells.slice(0, 8).map((cell) => JSON.stringify(cell.slice(0, 40)));
  return `${shown.join(', ')}${cells.length > shown.length ? ', …' : ''}`;
}

function linesOf(text: string): { line: number; content: string }[] {
  return text
    .replace(/^\ufeff/, '')
    .split(/\r\n|\r|\n/)
    .map((content, index) => ({ line: index + 1, content: content.trim() }))
    .filter(({ content }) => content !== '');
}

function molblocksOf(text: string): string[] {
  return text
    .replaceAll(/\r\n?/g, '\n')
    .split(/^\$\$\$\$[^\n]*\n?/m)
    .filter((block) => block.trim() !== '')
    .map((block) => block.replace(/^(M {2}END[^\n]*\n)[^]*$/m, '$1'));
}

function parsed(text: string, where: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    throw new Error(`${where} is not JSON: ${error instanceof Error ? error.message : String(error)}.`, {
      cause: error,
    });
  }
}
