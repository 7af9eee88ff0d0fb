import type { FileFormat } from '../file-format.js';
import { MOLBLOCK, TITLE } from '../read-sdf.js';

type Row = Readonly<Record<string, unknown>>;

/** Writes rows as lines of text. */
export interface TextRows {
  /** What stands before the first row. */
  readonly header: string;
  row(row: Row): string;
  /** A row whose last columns are in `more`, in the order of the columns: of a table, without an object made of both. */
  rowWith(row: Row, more: readonly unknown[]): string;
}

export type TextFormat = Exclude<FileFormat, 'PARQUET'>;

/** @param columns in their order; of JSON lines and SDF each row has its own */
export function textRows(format: TextFormat, columns: readonly string[]): TextRows {
  switch (format) {
    case 'CSV':
      return tableRows(columns, ',');
    // What stands behind a SMILES is its name to programs that read such files, and a column more to those that read tables.
    case 'TSV':
    case 'SMI':
      return tableRows(columns, '\t');
    case 'JSONL':
      return byName(columns, (row) => `${JSON.stringify(row)}\n`);
    case 'SDF':
      return byName(columns, sdfRecord);
  }
}

function byName(columns: readonly string[], row: TextRows['row']): TextRows {
  return {
    header: '',
    row,
    rowWith: (own, more) => {
      const names = columns.slice(columns.length - more.length);
      return row({ ...own, ...Object.fromEntries(names.map((name, place) => [name, more[place]])) });
    },
  };
}

function tableRows(columns: readonly string[], delimiter: string): TextRows {
  const cell = (value: unknown) =>
    typeof value === 'number' ? cellText(value) : quoted(cellText(value), delimiter);
  const rowWith: TextRows['rowWith'] = (row, more) => {
    const own = columns.length - more.length;
    const cells = columns.map((column, place) => cell(place < own ? row[column] : more[place - own]));
    // Joined rather than added up: what is added up is copied only when it is written, character by character.
    return `${cells.join(delimiter)}\n`;
  };
  return { header: rowWith({}, columns), row: (row) => rowWith(row, []), rowWith };
}

/** RFC 4180: in quotes what would end a cell, or lose a blank. */
function quoted(cell: string, delimiter: string): string {
  return NEEDS_QUOTES.test(cell) || cell.includes(delimiter) ? `"${cell.replaceAll('"', '""')}"` : cell;
}

const NEEDS_QUOTES = /["\r\n]|^\s|\s$/;

export function cellText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : JSON.stringify(value);
}

/** Without atoms where there is no MOL file to write. */
const NO_ATOMS = '\n\n\n  0  0  0  0  0  0  0  0  0  0999 V2000\nM  END\n';

function sdfRecord(row: Row): string {
  const molblock = row[MOLBLOCK];
  const fields = Object.entries(row).filter(
    ([name, value]) => name !== MOLBLOCK && name !== TITLE && value !== null && value !== undefined,
  );
  const data = fields.map(
    ([name, value]) => `>  <${name.replace(/[<>\r\n]/g, '_')}>\n${dataText(value)}\n\n`,
  );
  return `${typeof molblock === 'string' ? molblock : NO_ATOMS}${data.join('')}$$$$\n`;
}

/** An empty line would end the value, and four dollars the record. */
function dataText(value: unknown): string {
  return cellText(value)
    .replace(/\r\n|\r/g, '\n')
    .replace(/\n{2,}/g, '\n')
    .replace(/^\$\$\$\$/gm, ' $$$$$$$$');
}
