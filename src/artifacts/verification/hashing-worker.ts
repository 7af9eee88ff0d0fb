import { createHash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { setPriority } from 'node:os';
import { parentPort } from 'node:worker_threads';
import { BACKGROUND_PRIORITY } from '../../platform/children/process-priority.js';
import type { HashReport, HashRequest } from './hashing-messages.js';

// Entry of the thread that hashes files behind everything else; hashing-thread.ts starts it.
const port = parentPort;
if (port === null) throw new Error('This file is the entry of a worker thread');

const WINDOW_BYTES = 1024 * 1024;
const REPORT_MS = 100;
/** It rests for as long as it works: memory and disk are shared with those who come first, whatever its priority. */
const REST_SHARE = 1;

// Only there does 0 mean this thread; elsewhere it is the whole process.
if (process.platform === 'linux') {
  try {
    setPriority(0, BACKGROUND_PRIORITY);
  } catch {
    // A sandbox may forbid it: it works all the same.
  }
}

const window = Buffer.allocUnsafeSlow(WINDOW_BYTES);
const never = new Int32Array(new SharedArrayBuffer(4));
const send = (report: HashReport) => port.postMessage(report);

port.on('message', ({ path }: HashRequest) => {
  try {
    send({ kind: 'hashed', digest: digestOf(path) });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    send({ kind: 'failed', code, message });
  }
});

function digestOf(path: string): string {
  const file = openSync(path, 'r');
  try {
    const hash = createHash('sha256');
    let reported = performance.now();
    for (let bytes = 0; ;) {
      const begun = performance.now();
      const read = readSync(file, window);
      if (read === 0) return `sha256:${hash.digest('hex')}`;
      hash.update(window.subarray(0, read));
      bytes += read;
      const now = performance.now();
      if (now - reported > REPORT_MS) {
        send({ kind: 'progress', bytes });
        reported = now;
      }
      Atomics.wait(never, 0, 0, (now - begun) * REST_SHARE);
    }
  } finally {
    closeSync(file);
  }
}
