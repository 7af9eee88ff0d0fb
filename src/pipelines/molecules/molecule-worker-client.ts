import { availableParallelism } from 'node:os';
import { MoleculeCache } from './molecule-cache.js';
import { MoleculeLane } from './molecule-lane.js';
import type { MoleculeNeeds, MoleculeRow } from './molecule-messages.js';

export interface MoleculeWorkerOptions {
  /** One molecule that takes longer costs the worker, and gets TIMEOUT. Drug-like molecules take about 1 ms. */
  readonly timeLimitMs?: number;
  /** Threads that may read side by side; one less than the machine has processors, and at most four, when left out. */
  readonly threads?: number;
  /** For tests: what runs in a thread instead of RDKit. */
  readonly entry?: URL;
}

export interface ReadOptions {
  /** Its caller no longer waits. */
  readonly signal?: AbortSignal | undefined;
  /** As `performance.now()`: what is not read by then is LATE. A minute from now when left out. */
  readonly until?: number | undefined;
}

/** So few that a second thread's start would take longer. */
const ROWS_A_LANE = 256;
/** A message's worth: a turn rarely has time for more. */
const BATCH_ROWS = 256;
const DEFAULT_MS = 60_000;
/** The longest time a timer of Node takes. */
const LONGEST_MS = 2 ** 31 - 1;

const LATE: MoleculeRow = { readable: false, reason: 'LATE' };

/** RDKit in threads of its own. */
export class MoleculeWorker {
  readonly #lanes: readonly MoleculeLane[];
  readonly #cache = new MoleculeCache();

  constructor({ timeLimitMs = 5_000, threads = defaultThreads(), entry }: MoleculeWorkerOptions = {}) {
    this.#lanes = Array.from({ length: threads }, () => new MoleculeLane(timeLimitMs, entry));
  }

  /**
   * Reads SMILES in order; what can not be read has its own row say why. Equal ones are read once.
   *
   * @throws DomainError UNAVAILABLE when RDKit can not be started or the worker was closed; `signal.reason` on abort
   */
  async read(
    smiles: readonly string[],
    needs: MoleculeNeeds,
    { signal, until = performance.now() + DEFAULT_MS }: ReadOptions = {},
  ): Promise<MoleculeRow[]> {
    signal?.throwIfAborted();
    const rows = new Map<string, MoleculeRow>();
    const texts = [...new Set(smiles)].filter((text) => {
      const known = this.#cache.get(text, needs);
      if (known) rows.set(text, known);
      return known === undefined;
    });
    if (texts.length === 0) return smiles.map((text) => rows.get(text) ?? LATE);
    const stop = new AbortController();
    const onAbort = () => stop.abort();
    const isOver = () => stop.signal.aborted;
    const timer = setTimeout(onAbort, Math.min(Math.max(until - performance.now(), 0), LONGEST_MS));
    signal?.addEventListener('abort', onAbort, { once: true });
    try {
      let next = 0;
      const lanes = this.#lanes.slice(0, Math.max(1, Math.ceil(texts.length / ROWS_A_LANE)));
      await Promise.all(
        lanes.map(async (lane) => {
          while (next < texts.length && !isOver()) {
            let batch = texts.slice(next, (next += BATCH_ROWS));
            while (batch.length > 0 && !isOver()) {
              const read = await lane.read(batch, needs, stop.signal);
              for (const [index, row] of read.entries()) {
                const text = batch[index] ?? '';
                rows.set(text, row);
                this.#cache.set(text, needs, row);
              }
              batch = batch.slice(read.length);
            }
          }
        }),
      );
    } finally {
      clearTimeout(timer);
      signal?.removeEventListener('abort', onAbort);
    }
    signal?.throwIfAborted();
    return smiles.map((text) => rows.get(text) ?? LATE);
  }

  /** Starts a thread ahead of the first request. */
  async warmUp(): Promise<void> {
    await this.read(['C'], { descriptors: ['amw'], fingerprints: [] });
  }

  /** Stops the threads; whatever is being read ends in UNAVAILABLE. */
  async close(): Promise<void> {
    this.#cache.clear();
    await Promise.all(this.#lanes.map(async (lane) => lane.close()));
  }
}

/** One processor stays for the rest of the server. */
function defaultThreads(): number {
  return Math.max(1, Math.min(4, availableParallelism() - 1));
}
