import { plainBytes, type ByteSource } from './bytes/byte-source.js';
import { linesOf } from './bytes/lines.js';
import { Utf8 } from './bytes/utf8.js';
import { openParquet } from './parquet/read-parquet.js';
import { readJsonLines } from './read-json-lines.js';
import { readSdf } from './read-sdf.js';
import { readSmi, SMI_COLUMNS } from './read-smi.js';
import type { FileDescription, FileRow, FileRows, OpenedFile, OpenOptions } from './rows.js';
import { openTable } from './tables/read-table.js';

/**
 * Opens a file of rows: CSV, TSV, JSON lines, SDF, SMILES or Parquet, packed by gzip or not. Cells of text formats stay text
 * (`FieldReader` reads kinds from them); values of JSON lines and Parquet are what they are there. A row that cannot be read is
 * told by its line, and the others go on.
 *
 * @param source a path, or bytes as they come; Parquet, which is read from its end, needs a path
 */
export function openRows(source: ByteSource, options: OpenOptions): FileRows {
  let opened: Promise<OpenedFile> | undefined;
  const open = () => (opened ??= openFile(source, options));
  async function* batches(): AsyncGenerator<readonly FileRow[], void, void> {
    yield* (await open()).batches;
  }
  return {
    describe: async (): Promise<FileDescription> => (await open()).description,
    batches,
    close: async () => (await opened)?.close(),
    async *[Symbol.asyncIterator]() {
      for await (const some of batches()) yield* some;
    },
  };
}

async function openFile(source: ByteSource, options: OpenOptions): Promise<OpenedFile> {
  const { format, name = 'The file', onTaken } = options;
  if (format === 'PARQUET') return openParquet(source, options);
  const text = new Utf8(name, onTaken).of(plainBytes(source, options));
  if (format === 'CSV' || format === 'TSV') return openTable(text, options);
  const lines = linesOf(text, name);
  const close = async () => {
    await text.return();
  };
  const plain = { format, decimals: new Map(), usualDecimal: options.decimal ?? '.' } as const;
  switch (format) {
    case 'JSONL':
      return { description: { ...plain, columns: null }, batches: readJsonLines(lines), close };
    case 'SDF':
      return { description: { ...plain, columns: null }, batches: readSdf(lines), close };
    case 'SMI':
      return { description: { ...plain, columns: [...SMI_COLUMNS] }, batches: readSmi(lines), close };
  }
}
