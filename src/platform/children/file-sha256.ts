import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';

const WINDOW_BYTES = 1024 * 1024;

/** 64 hexadecimal digits, of a file's bytes. Synchronous: for child processes and runner threads. */
export function fileSha256(path: string): string {
  const file = openSync(path, 'r');
  try {
    const hash = createHash('sha256');
    const window = Buffer.allocUnsafe(WINDOW_BYTES);
    for (let read = readSync(file, window); read > 0; read = readSync(file, window))
      hash.update(window.subarray(0, read));
    return hash.digest('hex');
  } finally {
    closeSync(file);
  }
}
