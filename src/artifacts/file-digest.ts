import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { CHUNK_BYTES } from './file-chunks.js';

/**
 * `sha256:` and 64 hexadecimal digits, of a file's bytes. Reads through one window: a buffer for each piece would have
 * the garbage collector run for every few of them, over the whole heap.
 *
 * @throws what reading the file throws; the signal's reason
 */
export async function fileDigest(path: string, signal?: AbortSignal): Promise<string> {
  signal?.throwIfAborted();
  const file = await open(path, 'r');
  try {
    const hash = createHash('sha256');
    const window = Buffer.allocUnsafe(CHUNK_BYTES);
    for (;;) {
      const { bytesRead } = await file.read(window, 0, CHUNK_BYTES, null);
      signal?.throwIfAborted();
      if (bytesRead === 0) return `sha256:${hash.digest('hex')}`;
      hash.update(window.subarray(0, bytesRead));
    }
  } finally {
    await file.close();
  }
}
