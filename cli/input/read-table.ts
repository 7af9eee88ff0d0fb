import { Readable } from 'node:stream';
import { parse, type CsvError } from 'csv-parse';
import { wrongUsage } from '../failure.js';
import { mapCells, mapColumns, type ColumnMapping, type InstanceForm } from './column-mapping.js';
import { faultAt, rowOf, type Row } from './row.js';
import type { TextSource } from './text-source.js';

interface Parsed {
  readonly record: readonly string[];
  readonly info: { readonly lines: number };
}

/** A table with a header, comma or tab between its cells; a semicolon, where the header has no comma. @throws Failure USAGE */
export async function* readTable(
  source: TextSource,
  format: 'csv' | 'tsv',
  form: InstanceForm | null,
  columns: ReadonlyMap<string, string>,
): AsyncGenerator<Row> {
  const parser = Readable.from(source.pieces, { objectMode: true }).compose(
    parse({
      delimiter: format === 'tsv' ? '\t' : delimiterOf(source.beginning),
      info: true,
      relax_column_count: true,
      relax_quotes: format === 'tsv',
      skip_empty_lines: true,
      trim: format === 'csv',
    }),
  ) as AsyncIterable<Parsed>;
  let header: readonly string[] | undefined;
  let mapping: ColumnMapping | undefined;
  try {
    for await (const { record, info } of parser) {
      const cells = record.map(trimmed);
      if (header === undefined || mapping === undefined) {
        header = cells;
        mapping = mapColumns(header, form, columns, source.name);
        continue;
      }
      if (cells.every((cell) => cell === '')) continue;
      const count = header.length;
      const extra = cells.slice(count).some((cell) => cell !== '');
      if (cells.length < count || extra)
        yield faultAt(info.lines, `It has ${cells.length} cells: expected ${count}, as in the header.`);
      else yield rowOf(info.lines, null, mapCells(cells, mapping));
    }
  } catch (error) {
    if (!isCsvError(error)) throw error;
    throw wrongUsage(`${source.name} is not a table of ${format.toUpperCase()}: ${error.message}.`);
  }
}

function delimiterOf(beginning: string): string {
  const [header = ''] = beginning.replace(/^[\r\n]+/, '').split(/[\r\n]/, 1);
  if (header.includes(',')) return ',';
  return [';', '\t'].find((delimiter) => header.includes(delimiter)) ?? ',';
}

/** Blanks that only look like them stay, and are told by name where they matter. */
function trimmed(cell: string): string {
  return cell.replace(/^[ \t\r\n]+|[ \t\r\n]+$/g, '');
}

function isCsvError(error: unknown): error is CsvError {
  return (
    error instanceof Error &&
    (error as { readonly code?: unknown }).code?.toString().startsWith('CSV_') === true
  );
}
