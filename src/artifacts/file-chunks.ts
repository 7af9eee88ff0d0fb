import { open } from 'node:fs/promises';

/** Each piece costs a turn of a thread of the pool, some hundredths of a millisecond; hashing one, a sixth of one. */
export const CHUNK_BYTES = 256 * 1024;

/** Both inclusive; the whole file without. */
export interface FileRange {
  readonly start?: number;
  readonly end?: number;
}

/** A file's bytes in pieces, each with memory of its own. @throws what reading the file throws */
export async function* fileChunks(
  path: string,
  { start = 0, end = Infinity }: FileRange,
): AsyncGenerator<Buffer> {
  const file = await open(path, 'r');
  try {
    for (let at = start; at <= end;) {
      const chunk = Buffer.allocUnsafe(Math.min(CHUNK_BYTES, end - at + 1));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
      if (bytesRead === 0) return;
      at += bytesRead;
      yield chunk.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
