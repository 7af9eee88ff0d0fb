import { wrongUsage } from '../failure.js';
import { instanceForm, parseColumns } from './column-mapping.js';
import { formatOf, INPUT_FORMATS, type InputFormat } from './formats.js';
import { parsed, readJsonLines, readSmi, readText } from './read-lines.js';
import { readSdf } from './read-sdf.js';
import { readTable } from './read-table.js';
import { rowOf, type Row } from './row.js';
import type { TextSource } from './text-source.js';

/** Options of every command that reads a file of instances. */
export const INPUT_OPTIONS = {
  input: {
    kind: 'text',
    describe:
      'A file of instances, or - for stdin: CSV or TSV with a header, SMILES with names, SDF, JSON lines, a JSON list, or text by lines; gzip is unpacked',
    completes: 'file',
  },
  format: {
    kind: 'choice',
    choices: INPUT_FORMATS,
    describe: 'What the file is, where its name does not tell',
  },
  column: {
    kind: 'texts',
    describe: 'FIELD=COLUMN of a table, where their names differ, such as smiles=structure; several times',
    completes: 'nothing',
  },
} as const;

/**
 * The rows of a source as they come. What is wrong with one is its own fault.
 *
 * @param pipeline of the version that will be asked, which says what an instance is
 * @throws Failure USAGE when the source as a whole cannot be read so
 */
export function readRows(
  source: TextSource,
  format: InputFormat | undefined,
  columns: readonly string[],
  pipeline: unknown,
): AsyncIterable<Row> {
  const chosen = format ?? formatOf(source.name, source.beginning);
  const mapping = parseColumns(columns);
  if (mapping.size > 0 && chosen !== 'csv' && chosen !== 'tsv')
    throw wrongUsage(`--column is about a table: expected CSV or TSV, got ${chosen}.`);
  switch (chosen) {
    case 'csv':
    case 'tsv':
      return readTable(source, chosen, instanceForm(pipeline), mapping);
    case 'smi':
      return readSmi(source);
    case 'sdf':
      return readSdf(source);
    case 'jsonl':
      return readJsonLines(source);
    case 'json':
      return readJsonList(source);
    case 'text':
      return readText(source);
  }
}

/** A whole list at once: JSON says only at its end that it is one. */
async function* readJsonList(source: TextSource): AsyncGenerator<Row> {
  let text = '';
  for await (const piece of source.pieces) text += piece;
  const value = parsed(text);
  if ('fault' in value) throw wrongUsage(`${source.name} is not JSON: ${value.fault}.`);
  const instances: readonly unknown[] = Array.isArray(value.json) ? value.json : [value.json];
  for (const [index, instance] of instances.entries()) yield rowOf(index + 1, instance);
}

/** `CCO` is text; what begins like JSON and is JSON is JSON. */
export function instanceArgument(text: string): unknown {
  if (text !== 'null' && !/^\s*[{["]/.test(text)) return text;
  const value = parsed(text);
  // A SMILES string may begin with a bracket: [Na+].[Cl-]
  return 'json' in value ? value.json : text;
}
