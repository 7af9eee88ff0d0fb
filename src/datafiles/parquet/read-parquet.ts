import { open } from 'node:fs/promises';
import {
  parquetMetadataAsync,
  parquetScan,
  type AsyncBuffer,
  type Compressors,
  type FileMetaData,
} from 'hyparquet';
import { compressors } from 'hyparquet-compressors';
import type { ByteSource } from '../bytes/byte-source.js';
import type { FileRow, OpenedFile, OpenOptions } from '../rows.js';
import { unreadableFile } from '../unreadable-file.js';
import { DomainError } from '../../platform/errors.js';
import { plainValue } from './plain-value.js';

/** A row group is read whole; what common programs write has a tenth of this. */
const MAX_GROUP_BYTES = 1024 ** 3;
const MAX_GROUP_ROWS = 4_000_000;
const MAX_FOOTER_BYTES = 64 * 1024 ** 2;
const BATCH_ROWS = 1_000;

/** A page says itself how large it will be. */
const bounded: Compressors = Object.fromEntries(
  Object.entries(compressors).map(([codec, unpack]) => [
    codec,
    (input: Uint8Array, size: number) => {
      if (size > MAX_GROUP_BYTES) throw new Error(`a page claims to hold ${size} bytes`);
      return unpack(input, size);
    },
  ]),
);

/** Reads a Parquet file row group by row group, each column of one at a time. @throws DomainError UNREADABLE_FILE */
export async function openParquet(source: ByteSource, options: OpenOptions): Promise<OpenedFile> {
  const { name = 'The file' } = options;
  if (typeof source !== 'string')
    throw unreadableFile(`${name} is Parquet, which is read from its end: it cannot be read as it comes.`);
  const file = await openBuffer(source, options);
  try {
    const metadata = await told(name, () => metadataOf(file, name));
    const columns = topLevelColumns(metadata);
    checkGroups(metadata, name);
    return {
      description: { format: 'PARQUET', columns, decimals: new Map(), usualDecimal: '.' },
      batches: readGroups(file, metadata, columns, options),
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}

interface FileBuffer extends AsyncBuffer {
  close(): Promise<void>;
}

async function openBuffer(path: string, { signal, onBytes }: OpenOptions): Promise<FileBuffer> {
  const handle = await open(path, 'r');
  const { size } = await handle.stat();
  return {
    byteLength: size,
    async slice(start, end = size) {
      signal?.throwIfAborted();
      const bytes = new Uint8Array(Math.max(0, Math.min(end, size) - start));
      const { bytesRead } = await handle.read(bytes, 0, bytes.length, start);
      onBytes?.(bytesRead);
      return bytes.buffer;
    },
    close: () => handle.close(),
  };
}

async function metadataOf(file: AsyncBuffer, name: string): Promise<FileMetaData> {
  const { byteLength } = file;
  const magic = Buffer.from(await file.slice(0, Math.min(4, byteLength)));
  if (magic.toString('latin1') !== 'PAR1' || byteLength < 12) {
    const packed = magic[0] === 0x1f && magic[1] === 0x8b;
    throw unreadableFile(
      packed
        ? `${name} is packed by gzip: expected a Parquet file as it is, which is packed inside.`
        : `${name} is not Parquet: expected it to begin with PAR1.`,
    );
  }
  const tail = new DataView(await file.slice(byteLength - 8));
  if (tail.getUint32(0, true) > Math.min(MAX_FOOTER_BYTES, byteLength - 8))
    throw unreadableFile(`${name} has no Parquet footer at its end: it was cut short. Send it again.`);
  return parquetMetadataAsync(file);
}

/** A nested column is one value. */
function topLevelColumns({ schema }: FileMetaData): string[] {
  const columns: string[] = [];
  let at = 1;
  const skip = (): void => {
    const children = schema[at]?.num_children ?? 0;
    at++;
    for (let child = 0; child < children && at < schema.length; child++) skip();
  };
  while (at < schema.length) {
    columns.push(schema[at]?.name ?? '');
    skip();
  }
  return columns;
}

function checkGroups({ row_groups: groups }: FileMetaData, name: string): void {
  for (const [index, { columns, num_rows: rows }] of groups.entries()) {
    const bytes = columns.reduce(
      (sum, { meta_data: column }) => sum + Number(column?.total_uncompressed_size ?? 0n),
      0,
    );
    if (bytes > MAX_GROUP_BYTES || rows > MAX_GROUP_ROWS)
      throw unreadableFile(
        `Row group ${index + 1} of ${name} has ${rows} rows and ${bytes} bytes: expected at most ${MAX_GROUP_ROWS} rows and ${MAX_GROUP_BYTES} bytes in one. Write it with a smaller row_group_size.`,
      );
  }
}

async function* readGroups(
  file: FileBuffer,
  metadata: FileMetaData,
  columns: readonly string[],
  { name = 'The file', signal }: OpenOptions,
): AsyncGenerator<readonly FileRow[], void, void> {
  try {
    const scan = await told(name, () => parquetScan({ file, metadata, compressors: bounded }));
    for (const { rowStart: start, rowEnd: end } of scan.ranges) {
      const values: ArrayLike<unknown>[] = [];
      for (const column of columns)
        values.push(await told(name, () => scan.readColumn({ column, rowStart: start, rowEnd: end })));
      for (let from = start; from < end; from += BATCH_ROWS) {
        signal?.throwIfAborted();
        yield rowsOf(columns, values, { from, until: Math.min(from + BATCH_ROWS, end), start });
      }
    }
  } finally {
    await file.close();
  }
}

function rowsOf(
  columns: readonly string[],
  values: readonly ArrayLike<unknown>[],
  { from, until, start }: { readonly from: number; readonly until: number; readonly start: number },
): FileRow[] {
  return Array.from({ length: until - from }, (_, index) => ({
    line: from + index + 1,
    row: Object.fromEntries(
      columns.map((column, place) => [column, plainValue(values[place]?.[from - start + index])]),
    ),
  }));
}

async function told<T>(name: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof DomainError || (error as Error).name === 'AbortError') throw error;
    const reason = error instanceof Error ? error.message : String(error);
    throw unreadableFile(`${name} cannot be read as Parquet: ${reason}.`, error);
  }
}
