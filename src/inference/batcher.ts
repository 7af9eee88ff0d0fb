import { batchKey, joinRows, rowsOf, splitRows, type RunResult, type Tensor } from '../onnx/index.js';
import { DomainError } from '../platform/errors.js';

export type Run = (inputs: readonly Tensor[], outputs: readonly string[] | undefined) => Promise<RunResult>;

export interface BatchedResult extends RunResult {
  /** Rows that ran together, this request's among them. */
  readonly batchRows: number;
}

interface Waiting {
  readonly key: string;
  readonly inputs: readonly Tensor[];
  readonly outputs: readonly string[] | undefined;
  readonly rows: number;
  readonly resolve: (result: BatchedResult) => void;
  readonly reject: (error: unknown) => void;
}

/** One batch runs while the next is on its way to the worker: with one alone the worker idles for a round trip. */
const IN_FLIGHT = 2;

/**
 * Joins requests that wait at the same time into one run. There is no timer: a model that is idle takes whatever
 * waits, so a lone request never waits for company, and the busier the model, the larger its batches.
 *
 * Invariants: requests of one key keep their order; each gets its own rows back and no others; a request that is
 * aborted while it waits never runs; a run that fails fails only the requests that fail alone.
 */
export class Batcher {
  private waiting: Waiting[] = [];
  private inFlight = 0;

  constructor(
    private readonly runModel: Run,
    private readonly maxRows: number,
  ) {}

  get queued(): number {
    return this.waiting.length;
  }

  /**
   * @param inputs tensors whose first dimension counts rows; they have passed checkInputs
   * @param signal leaves the queue when it aborts; what runs already is not stopped
   */
  run(
    inputs: readonly Tensor[],
    outputs: readonly string[] | undefined,
    signal: AbortSignal,
  ): Promise<BatchedResult> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const rows = rowsOf(inputs);
      const onAbort = () => {
        const place = this.waiting.indexOf(request);
        if (place === -1) return;
        this.waiting.splice(place, 1);
        reject(signal.reason as Error);
      };
      const request: Waiting = {
        key: rows === null ? `alone ${Math.random()}` : batchKey(inputs, outputs),
        inputs,
        outputs,
        rows: rows ?? 1,
        resolve: (result) => {
          signal.removeEventListener('abort', onAbort);
          resolve(result);
        },
        reject: (error) => {
          signal.removeEventListener('abort', onAbort);
          reject(error);
        },
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.waiting.push(request);
      this.dispatch();
    });
  }

  private dispatch(): void {
    while (this.inFlight < IN_FLIGHT && this.waiting.length > 0) {
      const batch = this.takeBatch();
      this.inFlight += 1;
      void this.runBatch(batch).finally(() => {
        this.inFlight -= 1;
        this.dispatch();
      });
    }
  }

  /** The request that has waited longest, and those like it that fit beside it. */
  private takeBatch(): Waiting[] {
    const [first, ...others] = this.waiting;
    if (!first) return [];
    const batch = [first];
    const left: Waiting[] = [];
    let { rows } = first;
    for (const request of others) {
      if (request.key === first.key && rows + request.rows <= this.maxRows) {
        batch.push(request);
        rows += request.rows;
      } else left.push(request);
    }
    this.waiting = left;
    return batch;
  }

  private async runBatch(batch: readonly Waiting[]): Promise<void> {
    const [first] = batch;
    if (!first) return;
    if (batch.length === 1) {
      await this.runAlone(first);
      return;
    }
    const counts = batch.map(({ rows }) => rows);
    const total = counts.reduce((sum, rows) => sum + rows, 0);
    let shares: Tensor[][];
    let inferMs: number;
    try {
      const result = await this.runModel(joinRows(batch.map(({ inputs }) => inputs)), first.outputs);
      shares = splitRows(result.outputs, counts);
      ({ inferMs } = result);
    } catch (error) {
      // One request may have spoilt the others' run; alone, each gets what it deserves. A model that is gone is
      // gone for all of them.
      if (error instanceof DomainError && error.code === 'RUN_FAILED')
        for (const request of batch) await this.runAlone(request);
      else for (const { reject } of batch) reject(error);
      return;
    }
    for (const [index, { resolve }] of batch.entries()) {
      resolve({ outputs: shares[index] ?? [], inferMs, batchRows: total });
    }
  }

  private async runAlone({ inputs, outputs, rows, resolve, reject }: Waiting): Promise<void> {
    try {
      resolve({ ...(await this.runModel(inputs, outputs)), batchRows: rows });
    } catch (error) {
      reject(error);
    }
  }
}
