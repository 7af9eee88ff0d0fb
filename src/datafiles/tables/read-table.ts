import { atLeast } from '../bytes/byte-source.js';
import { UNDECODABLE } from '../bytes/utf8.js';
import type { Decimal, FileDescription, FileRow, OpenedFile, OpenOptions } from '../rows.js';
import { unreadableFile } from '../unreadable-file.js';
import { DELIMITER_NAMES, delimiterOf } from './delimiter.js';
import { parseSample, TableParser, type Cut } from './parse-table.js';
import { decimalOf } from './numbers.js';

/** By so much of a file its delimiter and its decimal commas are told. */
const SAMPLE_BYTES = 64 * 1024;

/** A table with a header. Its cells stay text; `FieldReader` makes numbers of them. @throws DomainError UNREADABLE_FILE */
export async function openTable(
  text: AsyncGenerator<Buffer, void, void>,
  options: OpenOptions,
): Promise<OpenedFile> {
  const { name = 'The file', format, onTaken } = options;
  const beginning = await atLeast(text, SAMPLE_BYTES);
  if (beginning === null || beginning.toString('latin1').trim() === '')
    throw unreadableFile(
      `${name} is empty: expected a line with the names of the columns, then a row a line.`,
    );
  const sample = wholeRows(beginning);
  const delimiter = options.delimiter ?? (format === 'TSV' ? '\t' : delimiterOf(sample, name));
  if (format === 'CSV' && delimiter !== ',')
    onTaken?.(`cells divided by ${DELIMITER_NAMES[delimiter] ?? JSON.stringify(delimiter)}`);
  const [header = [], ...rows] = parseSample(sample, delimiter);
  const columns = columnNames(header, name);
  const description = describe(columns, rows, options);
  return {
    description,
    batches: readRows(beginning, text, { delimiter, columns, name }),
    close: async () => {
      await text.return();
    },
  };
}

function describe(
  columns: readonly string[],
  rows: readonly (readonly string[])[],
  { format, decimal, onTaken }: OpenOptions,
): FileDescription {
  const decimals = new Map<string, Decimal | 'unclear'>();
  for (const [index, column] of columns.entries()) {
    const seen = decimal ?? decimalOf(rows.map((row) => trimmed(row[index] ?? '')));
    if (seen !== null) decimals.set(column, seen);
  }
  const commas = columns.filter((column) => decimals.get(column) === ',');
  const points = columns.some((column) => decimals.get(column) === '.');
  if (commas.length > 0)
    onTaken?.(`decimal commas in ${commas.map((column) => JSON.stringify(column)).join(', ')}`);
  return { format, columns, decimals, usualDecimal: commas.length > 0 && !points ? ',' : '.' };
}

async function* readRows(
  beginning: Buffer,
  rest: AsyncGenerator<Buffer, void, void>,
  table: { readonly delimiter: string; readonly columns: readonly string[]; readonly name: string },
): AsyncGenerator<readonly FileRow[], void, void> {
  const { columns, name } = table;
  const parser = new TableParser(table.delimiter);
  let isHeader = true;
  const rowsOf = (cuts: readonly Cut[]): FileRow[] => {
    const rows: FileRow[] = [];
    for (const cut of cuts) {
      if (isHeader) {
        if ('fault' in cut) throw unreadableFile(`The header of ${name} cannot be read: ${cut.fault}`);
        isHeader = false;
      } else if ('fault' in cut) rows.push({ line: cut.line, error: cut.fault });
      else {
        const row = rowOf(cut.line, cut.cells, columns);
        if (row !== null) rows.push(row);
      }
    }
    return rows;
  };
  yield rowsOf(parser.cut(beginning));
  for await (const piece of rest) {
    const rows = rowsOf(parser.cut(piece));
    if (rows.length > 0) yield rows;
  }
  yield rowsOf(parser.end());
}

function rowOf(line: number, cells: readonly string[], columns: readonly string[]): FileRow | null {
  const count = columns.length;
  const row: Record<string, string> = {};
  let isEmpty = true;
  let isDecoded = true;
  for (let index = 0; index < count; index++) {
    const cell = trimmed(cells[index] ?? '');
    if (cell !== '') isEmpty = false;
    if (cell.includes(UNDECODABLE)) isDecoded = false;
    row[columns[index] ?? ''] = cell;
  }
  const extra = cells.length > count && cells.slice(count).some((cell) => trimmed(cell) !== '');
  if (isEmpty && !extra) return null;
  if (cells.length < count || extra)
    return { line, row, error: `It has ${cells.length} cells: expected ${count}, as in the header.` };
  if (!isDecoded) return { line, row, error: 'It holds bytes that are not text in UTF-8.' };
  return { line, row };
}

/** Blanks that only look like them stay, and are told by name where they matter. */
function trimmed(cell: string): string {
  const first = cell.charCodeAt(0);
  const last = cell.charCodeAt(cell.length - 1);
  return first <= 32 || last <= 32 ? cell.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '') : cell;
}

function columnNames(header: readonly string[], name: string): string[] {
  const names = header.map((cell, index) => trimmed(cell) || `column ${index + 1}`);
  if (names.includes('__proto__'))
    throw unreadableFile(`${name} has a column "__proto__", which no row can have. Rename it.`);
  const twice = names.find((column, index) => names.indexOf(column) !== index);
  if (twice !== undefined)
    throw unreadableFile(
      `${name} has two columns of the name ${JSON.stringify(twice)}: ${names.map((column) => JSON.stringify(column)).join(', ')}. Rename one.`,
    );
  return names;
}

/** Without what its end may have cut. */
function wholeRows(beginning: Buffer): Buffer {
  if (beginning.length < SAMPLE_BYTES) return beginning;
  const end = Math.max(beginning.lastIndexOf(10), beginning.lastIndexOf(13));
  return end === -1 ? beginning : beginning.subarray(0, end + 1);
}
