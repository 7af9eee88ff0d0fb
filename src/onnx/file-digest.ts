import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

const WINDOW_BYTES = 1024 * 1024;

/** `sha256:` and 64 hexadecimal digits, of a file's bytes. Synchronous: for a child process. */
export function fileDigest(path: string): string {
  const file = openSync(path, 'r');
  try {
    const hash = createHash('sha256');
    const window = Buffer.allocUnsafe(WINDOW_BYTES);
    for (let read = readSync(file, window); read > 0; read = readSync(file, window))
      hash.update(window.subarray(0, read));
    return `sha256:${hash.digest('hex')}`;
  } finally {
    closeSync(file);
  }
}
