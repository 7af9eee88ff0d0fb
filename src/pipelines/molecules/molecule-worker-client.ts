import { Worker } from 'node:worker_threads';
import { compiledEntry } from '../../platform/compiled-entry.js';
import { DomainError } from '../../platform/errors.js';
import type {
  MoleculeBatch,
  MoleculeNeeds,
  MoleculeRow,
  MoleculeWorkerData,
  Unreadable,
  WorkerMessage,
} from './molecule-messages.js';

export interface MoleculeWorkerOptions {
  /** One molecule that takes longer costs the worker, and gets TIMEOUT. Drug-like molecules take about 1 ms. */
  readonly timeLimitMs?: number;
  /** All molecules of one request together; what is left then gets BUDGET. */
  readonly budgetMs?: number;
  /** For tests: what runs in the thread instead of RDKit. */
  readonly entry?: URL;
}

// Small enough that requests take turns quickly, large enough that messages cost nothing beside the chemistry.
const BATCH_ROWS = 64;
// Compiling the WebAssembly module takes about 0.2 s; a machine under load may need many times that.
const START_LIMIT_MS = 60_000;
const ENTRY = compiledEntry(import.meta.url, '../molecule-worker.js');

type Outcome =
  | { kind: 'rows'; rows: readonly MoleculeRow[] }
  | { kind: 'lost'; culprit: number; reason: 'CRASHED' | 'TIMEOUT' };

/**
 * RDKit in a thread of its own, started when first needed. WebAssembly can not be interrupted, so a molecule that
 * hangs RDKit costs the thread: it is terminated (it holds no native session), a new one takes the other rows.
 */
export class MoleculeWorker {
  readonly #timeLimitMs: number;
  readonly #budgetMs: number;
  readonly #entry: URL;
  #thread: Promise<MoleculeThread> | undefined;
  /** Batches take turns in the order they came, so that one large request does not keep a small one waiting. */
  #turn: Promise<void> = Promise.resolve();
  #closed = false;

  constructor({ timeLimitMs = 5_000, budgetMs = 60_000, entry = ENTRY }: MoleculeWorkerOptions = {}) {
    this.#timeLimitMs = timeLimitMs;
    this.#budgetMs = budgetMs;
    this.#entry = entry;
  }

  /**
   * Reads SMILES in order; what can not be read has its own row say why.
   *
   * @throws DomainError UNAVAILABLE when RDKit can not be started or the worker was closed; `signal.reason` on abort
   */
  async read(smiles: readonly string[], needs: MoleculeNeeds, signal?: AbortSignal): Promise<MoleculeRow[]> {
    const deadline = performance.now() + this.#budgetMs;
    const rows: MoleculeRow[] = [];
    while (rows.length < smiles.length) {
      signal?.throwIfAborted();
      if (performance.now() > deadline) {
        const left = smiles.length - rows.length;
        rows.push(...Array<Unreadable>(left).fill({ readable: false, reason: 'BUDGET' }));
        break;
      }
      rows.push(
        ...(await this.#takeTurn(() =>
          this.#readBatch(smiles.slice(rows.length, rows.length + BATCH_ROWS), needs),
        )),
      );
    }
    return rows;
  }

  /** Starts the thread ahead of the first request. */
  async warmUp(): Promise<void> {
    await this.read(['C'], { descriptors: ['amw'], fingerprints: [] });
  }

  /** Stops the thread; whatever is being read ends in UNAVAILABLE. */
  async close(): Promise<void> {
    this.#closed = true;
    const thread = this.#thread;
    this.#thread = undefined;
    await (await thread?.catch(() => undefined))?.terminate();
    await this.#turn;
  }

  async #takeTurn<T>(work: () => Promise<T>): Promise<T> {
    const mine = this.#turn.then(work);
    this.#turn = mine.then(
      () => undefined,
      () => undefined,
    );
    return mine;
  }

  /** At least one row: up to and including the molecule that cost the thread, or all. */
  async #readBatch(smiles: readonly string[], needs: MoleculeNeeds): Promise<readonly MoleculeRow[]> {
    const outcome = await this.#run(smiles, needs);
    if (outcome.kind === 'rows') return outcome.rows;
    // The rows before the culprit were read but not yet sent; reading them again is quick.
    const before =
      outcome.culprit === 0 ? [] : await this.#readBatch(smiles.slice(0, outcome.culprit), needs);
    if (before.length < outcome.culprit) return before;
    return [...before, { readable: false, reason: outcome.reason }];
  }

  async #run(smiles: readonly string[], needs: MoleculeNeeds): Promise<Outcome> {
    this.#refuseWhenClosed();
    this.#thread ??= MoleculeThread.start(this.#entry);
    let thread: MoleculeThread;
    try {
      thread = await this.#thread;
    } catch (cause) {
      this.#thread = undefined;
      throw new DomainError('UNAVAILABLE', 'RDKit, which reads molecules, could not be started; try again', {
        cause,
      });
    }
    const outcome = await thread.run(smiles, needs, this.#timeLimitMs);
    if (outcome.kind === 'lost') {
      this.#thread = undefined;
      await thread.terminate();
      // close() looks like a crash from here.
      this.#refuseWhenClosed();
    }
    return outcome;
  }

  #refuseWhenClosed(): void {
    if (this.#closed)
      throw new DomainError(
        'UNAVAILABLE',
        'The server is shutting down and reads no more molecules; try again',
      );
  }
}

/** One worker thread, running one batch at a time. */
class MoleculeThread {
  #nextId = 0;

  private constructor(
    private readonly worker: Worker,
    private readonly progress: Int32Array,
  ) {}

  static async start(entry: URL): Promise<MoleculeThread> {
    const progress = new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT);
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

  run(smiles: readonly string[], needs: MoleculeNeeds, timeLimitMs: number): Promise<Outcome> {
    const batch: MoleculeBatch = { id: this.#nextId++, smiles, needs };
    const { worker } = this;
    return new Promise((resolve) => {
      Atomics.store(this.progress, 0, 0);
      let seen = 0;
      let since = performance.now();
      const lost = (reason: 'CRASHED' | 'TIMEOUT'): Outcome => ({
        kind: 'lost',
        culprit: Math.min(Atomics.load(this.progress, 0), smiles.length - 1),
        reason,
      });
      const settle = (outcome: Outcome) => {
        clearInterval(watch);
        worker.off('message', onMessage).off('exit', onExit);
        worker.unref();
        resolve(outcome);
      };
      const onMessage = (message: WorkerMessage) => {
        if (message.type === 'rows' && message.id === batch.id) settle({ kind: 'rows', rows: message.rows });
      };
      const onExit = () => settle(lost('CRASHED'));
      const watch = setInterval(
        () => {
          const now = Atomics.load(this.progress, 0);
          if (now !== seen) [seen, since] = [now, performance.now()];
          else if (performance.now() - since > timeLimitMs) settle(lost('TIMEOUT'));
        },
        Math.max(timeLimitMs / 10, 5),
      );
      worker.on('message', onMessage).on('exit', onExit);
      worker.ref();
      // A thread that died while idle emits nothing more: its id says so.
      if (worker.threadId === -1) onExit();
      else worker.postMessage(batch);
    });
  }

  async terminate(): Promise<void> {
    await this.worker.terminate();
  }
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
