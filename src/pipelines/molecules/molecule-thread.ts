import { Worker } from 'node:worker_threads';
import { compiledEntry } from '../../platform/children/compiled-entry.js';
import { PROGRESS_ROW, PROGRESS_STOP, PROGRESS_WORDS } from './molecule-messages.js';
import type {
  MoleculeBatch,
  MoleculeNeeds,
  MoleculeRow,
  MoleculeWorkerData,
  WorkerMessage,
} from './molecule-messages.js';

// Compiling the WebAssembly module takes about 0.2 s; a machine under load may need many times that.
const START_LIMIT_MS = 60_000;
/** How long the molecule under way may still take once nobody waits for it. */
const GRACE_MS = 250;

const ENTRY = compiledEntry(import.meta.url, '../molecule-worker.js');

export type Outcome =
  /** The first rows, at least one unless it was stopped before. */
  | { readonly kind: 'rows'; readonly rows: readonly MoleculeRow[] }
  | {
      readonly kind: 'lost';
      /** What it had answered by then. */
      readonly rows: readonly MoleculeRow[];
      /** Which row it was at. */
      readonly culprit: number;
      /** STOPPED: nobody waited any more, and the molecule did not end by itself. */
      readonly reason: 'CRASHED' | 'TIMEOUT' | 'STOPPED';
    };

/** Aborts what is being read: at the end of a request's time, or when its caller is gone. */
export interface StopSignal {
  readonly aborted: boolean;
  addEventListener(type: 'abort', listener: () => void): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** One worker thread with RDKit in it, running one batch at a time. */
export class MoleculeThread {
  #nextId = 0;

  private constructor(
    private readonly worker: Worker,
    private readonly progress: Int32Array,
  ) {}

  static async start(entry: URL = ENTRY): Promise<MoleculeThread> {
    const progress = new SharedArrayBuffer(PROGRESS_WORDS * Int32Array.BYTES_PER_ELEMENT);
    const workerData: MoleculeWorkerData = { progress };
    const worker = new Worker(entry, {
      workerData,
      name: 'molecules',
      resourceLimits: { maxYoungGenerationSizeMb: 8 },
    });
    try {
      await ready(worker);
    } catch (error) {
      await worker.terminate();
      throw error;
    }
    // An idle thread must not keep the process alive; run() holds it while it works. An error ends in `exit`, which
    // the batch under way or the next one finds.
    worker.unref();
    worker.on('error', () => undefined);
    return new MoleculeThread(worker, new Int32Array(progress));
  }

  /** Ends early, with fewer rows, when its turn is over or `stop` aborts. */
  run(
    smiles: readonly string[],
    needs: MoleculeNeeds,
    timeLimitMs: number,
    stop: StopSignal,
  ): Promise<Outcome> {
    const batch: MoleculeBatch = { id: this.#nextId++, smiles, needs };
    const { worker, progress } = this;
    return new Promise((resolve) => {
      Atomics.store(progress, PROGRESS_ROW, 0);
      Atomics.store(progress, PROGRESS_STOP, 0);
      let seen = 0;
      let since = started();
      let grace: NodeJS.Timeout | undefined;
      const rows: MoleculeRow[] = [];
      const lost = (reason: 'CRASHED' | 'TIMEOUT' | 'STOPPED'): Outcome => ({
        kind: 'lost',
        rows,
        culprit: Math.min(Atomics.load(progress, PROGRESS_ROW), smiles.length - 1),
        reason,
      });
      const settle = (outcome: Outcome) => {
        clearInterval(watch);
        clearTimeout(grace);
        stop.removeEventListener('abort', onStop);
        worker.off('message', onMessage).off('exit', onExit);
        worker.unref();
        resolve(outcome);
      };
      const onMessage = (message: WorkerMessage) => {
        if (message.type !== 'rows' || message.id !== batch.id) return;
        rows.push(...message.rows);
        if (message.isLast) settle({ kind: 'rows', rows });
      };
      const onExit = () => settle(lost('CRASHED'));
      const onStop = () => {
        Atomics.store(progress, PROGRESS_STOP, 1);
        grace = setTimeout(() => settle(lost('STOPPED')), GRACE_MS);
      };
      const watch = setInterval(
        () => {
          const now = Atomics.load(progress, PROGRESS_ROW);
          if (now !== seen) [seen, since] = [now, started()];
          else if (spentMs(since) > timeLimitMs) settle(lost('TIMEOUT'));
        },
        Math.max(timeLimitMs / 10, 5),
      );
      worker.on('message', onMessage).on('exit', onExit);
      worker.ref();
      stop.addEventListener('abort', onStop);
      if (stop.aborted) onStop();
      // A thread that died while idle emits nothing more: its id says so.
      if (worker.threadId === -1) onExit();
      else worker.postMessage(batch);
    });
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
  }
}

interface Start {
  readonly at: number;
  readonly cpu: NodeJS.CpuUsage;
}

function started(): Start {
  return { at: performance.now(), cpu: process.cpuUsage() };
}

/**
 * How long a thread can have worked: no longer than the whole process did. On a machine that does other work, time goes by
 * in which nothing is computed, and that is no molecule's fault; ten times the limit is an end all the same.
 */
function spentMs({ at, cpu }: Start): number {
  const elapsed = performance.now() - at;
  const { user, system } = process.cpuUsage(cpu);
  return Math.max(elapsed / 10, Math.min(elapsed, (user + system) / 1_000));
}

/** Resolves with the thread's first message, which says that RDKit is loaded. */
async function ready(worker: Worker): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  try {
    await new Promise<void>((resolve, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`RDKit was not ready within ${START_LIMIT_MS} ms`));
      }, START_LIMIT_MS);
      worker.once('message', () => {
        resolve();
      });
      worker.once('error', reject);
      worker.once('exit', (code) => {
        reject(new Error(`The molecule worker ended with code ${code}`));
      });
    });
  } finally {
    clearTimeout(timer);
  }
}
