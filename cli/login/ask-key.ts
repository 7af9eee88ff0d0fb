import { createInterface } from 'node:readline/promises';
import { Writable } from 'node:stream';
import { text as readStream } from 'node:stream/consumers';
import type { Surroundings } from '../surroundings.js';

/** The key as typed, without showing it, or as it comes through a pipe; empty for a server that wants none. */
export async function askKey({ stdin, stderr }: Surroundings, signal: AbortSignal): Promise<string> {
  if (stdin.isTTY !== true) return (await readStream(stdin)).trim();
  stderr.write('Key (empty where the server wants none): ');
  const silent = new Writable({ write: (_chunk, _encoding, done) => done() });
  const terminal = createInterface({ input: stdin, output: silent, terminal: true });
  try {
    return (await terminal.question('', { signal })).trim();
  } finally {
    terminal.close();
    stderr.write('\n');
  }
}
