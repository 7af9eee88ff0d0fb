import { openRows, type FileFormat, type FileRow, type OpenOptions } from '../../src/datafiles/index.js';

/** All that a reader tells of these bytes. */
export async function readAll(
  bytes: Uint8Array | string,
  format: FileFormat,
  options: Partial<OpenOptions> & { readonly pieceBytes?: number } = {},
) {
  const { pieceBytes = 7, ...others } = options;
  const taken: string[] = [];
  const rows = openRows(pieces(Buffer.from(bytes), pieceBytes), {
    format,
    name: 'table',
    onTaken: (what) => taken.push(what),
    ...others,
  });
  const description = await rows.describe();
  const read: FileRow[] = [];
  for await (const row of rows) read.push(row);
  return { description, rows: read, taken };
}

/** So small that everything is cut somewhere. */
async function* pieces(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}
