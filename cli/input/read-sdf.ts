import { faultAt, rowOf, type Row } from './row.js';
import { linesOf, type TextSource } from './text-source.js';

/** So that a file without `$$$$` is not gathered for ever. */
const MAXIMUM_LINES = 50_000;

/** The MOL files of an SDF, with their names and data fields; what is in them is for the server to judge. */
export async function* readSdf(source: TextSource): AsyncGenerator<Row> {
  let record: string[] = [];
  let last = 0;
  for await (const { text, number } of linesOf(source)) {
    last = number;
    if (text.startsWith('$$$$')) {
      yield rowOfRecord(record, number);
      record = [];
    } else if (record.length < MAXIMUM_LINES) record.push(text);
  }
  // The last one of a file that was cut, or a single MOL file.
  if (record.some((line) => line.trim() !== '')) yield rowOfRecord(record, last);
}

function rowOfRecord(record: readonly string[], line: number): Row {
  const end = record.findIndex((each) => /^M {2}END\s*$/.test(each));
  const name = record[0]?.trim() ?? '';
  const own = { name: name === '' ? null : name, columns: dataFields(record.slice(end + 1)) };
  if (end === -1) return faultAt(line, 'The record has no line "M  END" before its $$$$.', own);
  return rowOf(line, { molblock: `${record.slice(0, end + 1).join('\n')}\n` }, own);
}

/** `> <NAME>`, then the lines of its value up to an empty one. */
function dataFields(lines: readonly string[]): Record<string, string> {
  const fields: Record<string, string> = {};
  let name: string | undefined;
  let value: string[] = [];
  const keep = () => {
    if (name !== undefined) fields[name] = value.join('\n').trim();
  };
  for (const line of lines) {
    const [, header] = /^>.*<([^>]*)>/.exec(line) ?? [];
    if (header !== undefined) {
      keep();
      [name, value] = [header, []];
    } else value.push(line);
  }
  keep();
  return fields;
}
