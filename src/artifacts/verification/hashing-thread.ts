import { Worker } from 'node:worker_threads';
import { compiledEntry } from '../../platform/children/compiled-entry.js';
import { WorkerUnavailable } from '../../platform/failures.js';
import type { HashReport, HashRequest } from './hashing-messages.js';

/** A thread of low priority that hashes one file after another; it is started for a piece of work and ended after it. */
export class HashingThread {
  private readonly worker = new Worker(compiledEntry(import.meta.url, './hashing-worker.js'));

  constructor() {
    // Who waits has listeners of their own.
    this.worker.on('error', () => undefined);
  }

  /**
   * `sha256:` and 64 hexadecimal digits, of the file's bytes. One file at a time.
   *
   * @param onProgress called with the bytes read so far, some ten times a second
   * @throws what reading the file throws; the signal's reason, at once; WorkerUnavailable
   */
  digestOf(path: string, signal: AbortSignal, onProgress: (bytes: number) => void): Promise<string> {
    signal.throwIfAborted();
    const { worker } = this;
    return new Promise((resolve, reject) => {
      const settle = (act: () => void) => {
        signal.removeEventListener('abort', onAbort);
        worker.off('message', onReport).off('exit', onExit);
        act();
      };
      const onAbort = () => settle(() => reject(signal.reason as Error));
      const onExit = () =>
        settle(() => reject(new WorkerUnavailable('The thread that hashes files ended. Try again.')));
      const onReport = (report: HashReport) => {
        if (report.kind === 'progress') onProgress(report.bytes);
        else if (report.kind === 'hashed') settle(() => resolve(report.digest));
        else settle(() => reject(Object.assign(new Error(report.message), { code: report.code })));
      };
      signal.addEventListener('abort', onAbort);
      worker.on('message', onReport).on('exit', onExit);
      worker.postMessage({ path } satisfies HashRequest);
    });
  }

  /** Also in the middle of a file. */
  async close(): Promise<void> {
    await this.worker.terminate();
  }
}
