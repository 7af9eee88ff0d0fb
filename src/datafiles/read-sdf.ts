import type { TextLine } from './bytes/lines.js';
import { UNDECODABLE } from './bytes/utf8.js';
import type { FileRow } from './rows.js';

/** So that a file without `$$$$` is not gathered for ever. */
const MAX_LINES = 50_000;

/** Columns of a record beside its data fields; a data field of such a name gets a number behind it. */
export const MOLBLOCK = 'molblock';
export const TITLE = 'name';

/** The MOL files of an SDF, each with its title and its data fields as columns. */
export async function* readSdf(
  lines: AsyncIterable<readonly TextLine[]>,
): AsyncGenerator<readonly FileRow[], void, void> {
  let record: string[] = [];
  let count = 0;
  let start = 1;
  const finish = (next: number): FileRow => {
    const row =
      count > MAX_LINES
        ? { line: start, error: `The record has more than ${MAX_LINES} lines without $$$$ behind them.` }
        : rowOf(record, start);
    [record, count, start] = [[], 0, next];
    return row;
  };
  let last = 0;
  for await (const some of lines) {
    const rows: FileRow[] = [];
    for (const { text, number } of some) {
      last = number;
      if (text.startsWith('$$$$')) rows.push(finish(number + 1));
      else if (++count <= MAX_LINES) record.push(text);
    }
    if (rows.length > 0) yield rows;
  }
  // The last one of a file that was cut, or a single MOL file.
  if (record.some((line) => line.trim() !== '')) yield [finish(last + 1)];
}

function rowOf(record: readonly string[], line: number): FileRow {
  const end = record.findIndex((each) => /^M {2}END\s*$/.test(each));
  const title = record[0]?.trim() ?? '';
  const row: Record<string, unknown> = {
    [MOLBLOCK]: end === -1 ? null : `${record.slice(0, end + 1).join('\n')}\n`,
    [TITLE]: title === '' ? null : title,
  };
  for (const [name, value] of dataFields(record.slice(end + 1))) row[freeName(name, row)] = value;
  if (end === -1)
    return { line, row, error: 'The record has no line "M  END" before its $$$$: expected a MOL file.' };
  if (record.some((each) => each.includes(UNDECODABLE)))
    return { line, row, error: 'The record is not text in UTF-8.' };
  return { line, row };
}

function freeName(name: string, row: Readonly<Record<string, unknown>>): string {
  if (!Object.hasOwn(row, name)) return name;
  for (let number = 2; ; number++) {
    const other = `${name}_${number}`;
    if (!Object.hasOwn(row, other)) return other;
  }
}

/** `> <NAME>`, then the lines of its value up to an empty one. */
function* dataFields(lines: readonly string[]): Generator<readonly [name: string, value: string]> {
  let name: string | undefined;
  let value: string[] = [];
  for (const line of lines) {
    const [, header] = /^>.*<([^>]*)>/.exec(line) ?? [];
    if (header === undefined) value.push(line);
    else {
      if (name !== undefined) yield [name, value.join('\n').trim()];
      [name, value] = [header, []];
    }
  }
  if (name !== undefined) yield [name, value.join('\n').trim()];
}
