import {
  ColumnType,
  isUnreadable,
  openRows,
  textRows,
  writeParquet,
  type FileFormat,
} from '../../datafiles/index.js';
import { DomainError } from '../../platform/errors.js';
import type { GrowingFile } from '../files/growing-file.js';

type Row = Readonly<Record<string, unknown>>;

/** Beyond so many, columns are keys of data rather than a table's. */
const MAX_COLUMNS = 2_000;
const WRITE_BYTES = 256 * 1024;

/**
 * Makes a table of rows that were written as lines of JSON, once all columns and what is in them are known: Parquet says both
 * before its end, and a header before its first row.
 *
 * @throws DomainError STORAGE_FULL, UNAVAILABLE, INVALID_ARGUMENT for rows with thousands of columns; the signal's reason
 */
export async function makeResult(
  rowsPath: string,
  file: GrowingFile,
  format: FileFormat,
  signal: AbortSignal,
): Promise<readonly string[]> {
  const types = new Map<string, ColumnType>();
  for await (const rows of rowsOf(rowsPath, signal))
    for (const row of rows)
      for (const [name, value] of Object.entries(row)) {
        let type = types.get(name);
        if (type === undefined) {
          if (types.size === MAX_COLUMNS)
            throw new DomainError(
              'INVALID_ARGUMENT',
              `The rows have more than ${MAX_COLUMNS} columns of different names, which no table has. Ask for outputFormat JSONL.`,
              { field: ['outputFormat'] },
            );
          types.set(name, (type = new ColumnType()));
        }
        type.add(value);
      }
  const columns = [...types.keys()];
  if (format === 'PARQUET')
    await writeParquet(
      (bytes) => file.append(bytes),
      [...types].map(([name, { type }]) => ({ name, type })),
      rowsOf(rowsPath, signal),
    );
  else await writeText(rowsPath, file, textRows(format, columns), signal);
  await file.sync();
  return columns;
}

async function writeText(
  rowsPath: string,
  file: GrowingFile,
  layout: ReturnType<typeof textRows>,
  signal: AbortSignal,
): Promise<void> {
  let text = layout.header;
  for await (const rows of rowsOf(rowsPath, signal)) {
    for (const each of rows) text += layout.row(each);
    if (text.length < WRITE_BYTES) continue;
    await file.append(Buffer.from(text));
    text = '';
  }
  await file.append(Buffer.from(text));
}

async function* rowsOf(path: string, signal: AbortSignal): AsyncGenerator<readonly Row[], void, void> {
  for await (const rows of openRows(path, { format: 'JSONL', signal }).batches())
    yield rows.flatMap((each) => (isUnreadable(each) ? [] : [each.row]));
}
