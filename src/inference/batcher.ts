import {
  AnswerTooLarge,
  isRunRefused,
  RunnerLost,
  type RunOptions,
  type RunResult,
} from '../runtime/index.js';
import { joinRows, rowsOf, splitRows, type Tensor } from '../tensors/index.js';
import { AbandonedRuns, type Abandonment } from './abandoned-runs.js';
import type { KeyOf } from './batch-key.js';
import { BatchSizing, type SizingSettings } from './batch-sizing.js';
import type { EndListener, Lifetime } from './deadline.js';
import { LostInCompany } from './lost-run.js';
import { ownError } from './own-error.js';
import { PreciseTimer } from './precise-timer.js';
import type { Priority } from './priority.js';
import { RequestQueue, type Ticket } from './request-queue.js';
import { RunInProgress } from './run-in-progress.js';

export type Run = (
  inputs: readonly Tensor[],
  outputs: readonly string[] | undefined,
  options: RunOptions,
) => Promise<RunResult>;

export interface BatchedResult extends RunResult {
  /** Rows that ran together, this request's among them. */
  readonly batchRows: number;
}

export interface JoiningSettings extends SizingSettings {
  readonly maxDelayMicroseconds: number;
  /** Requests of one key may run together. */
  readonly keyOf: KeyOf;
}

export interface BatcherOptions {
  /** Copies of the model that can run at once. */
  readonly replicas: number;
  /** Null when every request runs alone. */
  readonly joining: JoiningSettings | null;
  /** Of one request's answer, in bytes of tensors; a larger one is refused where it was computed. Default: any. */
  readonly maxAnswerBytes?: number;
  /** What becomes of runs that nobody waits for any more; null when they cannot be ended. */
  readonly abandonment?: Abandonment | null;
}

export interface Asking {
  readonly priority: Priority;
  /** Its end takes the request out of the queue; a run that others share goes on. */
  readonly lifetime: Lifetime;
  /** Never joined, and after all others: it shared a run that ended its runner. */
  readonly suspect?: boolean;
}

/**
 * Runs under way for each copy of the model at most: one runs while the next is on its way to it; with one alone it idles
 * for a round trip. The bound is also what models that share a runner share it by: none has more than these in its line.
 */
const UNDER_WAY = 2;
/** A run that takes as long as this is worth keeping its copy of the model busy for; a shorter one is over at once. */
const LONG_RUN_MS = 0.25;
/** So long before its end the run that follows should be on its way. */
const LEAD_MS = 0.2;

/**
 * Queues the requests of one model, and joins those that wait at the same time into one run. By default there is no
 * timer: a model that is idle takes whatever waits, so a lone request never waits for company, and the busier the model,
 * the larger its batches. Requests read from their sockets in the same turn of the event loop count as waiting at the
 * same time. A run that could only wait behind another is put together as late as possible, so that it is larger and what
 * is urgent can still lead it.
 *
 * Invariants: what RequestQueue promises about turns; each request gets its own rows back and no others, and is settled
 * once; a request whose lifetime ends while it waits never runs, and one that runs is answered at once while the others
 * of its batch go on; a run that fails fails only the requests that fail alone. When a runner is lost, each request of the
 * run it was at work on is told LostInCompany, so that it may be asked again as a suspect.
 */
export class Batcher {
  private readonly queue: RequestQueue<Request>;
  private readonly sizing: BatchSizing | null;
  private readonly capacity: number;
  private readonly holding = new PreciseTimer(() => this.dispatch());
  /** In the order they began. */
  private readonly underWay = new Set<RunInProgress>();
  private readonly abandoned: AbandonedRuns | null;
  private dispatching = false;

  constructor(
    private readonly runModel: Run,
    private readonly options: BatcherOptions,
  ) {
    const { joining, replicas } = options;
    this.capacity = UNDER_WAY * replicas;
    this.abandoned =
      options.abandonment == null
        ? null
        : new AbandonedRuns(options.abandonment, () => this.queue.length > 0);
    this.sizing = joining && new BatchSizing(joining);
    this.queue = new RequestQueue({
      holdMs: (joining?.maxDelayMicroseconds ?? 0) / 1_000,
      fullRows: this.sizing?.fullRows ?? 1,
    });
  }

  get queued(): number {
    return this.queue.length;
  }

  /** @param inputs tensors that have passed checkInputs */
  run(
    inputs: readonly Tensor[],
    outputs: readonly string[] | undefined,
    { priority, lifetime, suspect = false }: Asking,
  ): Promise<BatchedResult> {
    return new Promise((resolve, reject) => {
      if (lifetime.reason !== undefined) {
        reject(lifetime.reason);
        return;
      }
      const rows = rowsOf(inputs);
      const { joining } = this.options;
      const key = joining === null || rows === null || suspect ? null : joining.keyOf(inputs, outputs);
      const request = new Request(inputs, outputs, rows ?? 1, lifetime, this.queue, resolve, reject);
      const waiting = { key, rows: request.rows, priority: suspect ? ('LOW' as const) : priority };
      request.ticket = this.queue.add(request, waiting, performance.now());
      lifetime.listen(request);
      this.dispatchSoon();
    });
  }

  /** At the end of this turn of the event loop, when all that has arrived is here. */
  private dispatchSoon(): void {
    if (this.dispatching || this.underWay.size >= this.capacity) return;
    this.dispatching = true;
    setImmediate(() => {
      this.dispatching = false;
      this.dispatch();
    });
  }

  private dispatch(): void {
    if (this.underWay.size >= this.capacity) return;
    const now = performance.now();
    this.queue.release(now);
    while (this.mayBegin(now)) {
      const batch = this.queue.take((leader, waitingRows) =>
        this.sizing === null ? 0 : this.sizing.limit(waitingRows, now - leader.since + this.aheadMs(now)),
      );
      if (batch.length === 0) break;
      void this.runBatch(batch, now);
    }
    const next = this.underWay.size < this.capacity ? this.queue.nextDueAt : null;
    if (next === null) this.holding.clear();
    else this.holding.set(next);
  }

  /** Whether a copy is idle; or soon will be; or as many wait as run, so that there is no larger batch to wait for. */
  private mayBegin(now: number): boolean {
    const { replicas, joining } = this.options;
    if (this.underWay.size < replicas) return true;
    if (this.underWay.size >= this.capacity) return false;
    const newest = [...this.underWay].at(-1);
    if (joining === null || !newest || this.queue.length >= newest.requests) return true;
    const estimatedMs = this.sizing?.estimate.of(newest.rows) ?? 0;
    return estimatedMs >= LONG_RUN_MS && newest.since + estimatedMs - now <= LEAD_MS;
  }

  /** How long the next batch waits for one that is under way, by their estimated ends. */
  private aheadMs(now: number): number {
    const { estimate } = this.sizing ?? {};
    const before = this.underWay.size - this.options.replicas;
    if (!estimate || before < 0) return 0;
    const ends = [...this.underWay].map(({ rows, since }) => Math.max(0, since + estimate.of(rows) - now));
    return ends.toSorted((one, other) => one - other)[before] ?? 0;
  }

  private async runBatch(batch: readonly Request[], since: number): Promise<void> {
    let rows = 0;
    for (const request of batch) rows += request.rows;
    const run = this.begin(batch, rows, since);
    this.underWay.add(run);
    try {
      const [only] = batch;
      if (only && batch.length === 1) await this.runAlone(only, run);
      else await this.runJoined(batch, run);
    } finally {
      run.over = true;
      if (this.underWay.delete(run)) this.dispatchSoon();
    }
  }

  private begin(batch: readonly Request[], rows: number, since: number): RunInProgress {
    const { maxAnswerBytes = 0 } = this.options;
    let endsAt = 0;
    for (const request of batch) endsAt = Math.max(endsAt, request.endsAt);
    const run = new RunInProgress(rows, batch.length, since, maxAnswerBytes, endsAt, (abandoned) =>
      this.abandoned?.add(abandoned),
    );
    for (const request of batch) request.run = run;
    return run;
  }

  /**
   * Before its answers are written: that takes about as long as a long run, and its copy of the model would idle. After a
   * short one it is better to see first what else has arrived in this turn.
   */
  private ended(run: RunInProgress, inferMs: number): void {
    run.over = true;
    this.sizing?.estimate.observe(run.rows, inferMs);
    if (inferMs < LONG_RUN_MS) return;
    this.underWay.delete(run);
    this.dispatch();
  }

  private async runJoined(batch: readonly Request[], run: RunInProgress): Promise<void> {
    const counts = batch.map((request) => request.rows);
    try {
      const joined = joinRows(batch.map(({ inputs }) => inputs));
      const { outputs, inferMs } = await this.runModel(joined, batch[0]?.outputs, run);
      const shares = splitRows(outputs, counts);
      this.ended(run, inferMs);
      for (const [index, request] of batch.entries())
        request.answer({ outputs: shares[index] ?? [], inferMs, batchRows: run.rows });
    } catch (error) {
      if (error instanceof RunnerLost) {
        for (const request of batch) request.refuse(error.atWork ? new LostInCompany(error) : error);
      } else if (isRunRefused(error) || error instanceof AnswerTooLarge) {
        // One request may have spoilt the others' run; alone, each gets what it deserves.
        for (const request of batch) await this.runAlone(request, null);
      } else for (const request of batch) request.refuse(ownError(error));
    }
  }

  /** @param run null when others of its run are still to follow */
  private async runAlone(request: Request, run: RunInProgress | null): Promise<void> {
    if (request.settled) return;
    const { inputs, outputs, rows } = request;
    const own = run ?? this.begin([request], rows, performance.now());
    try {
      const result = await this.runModel(inputs, outputs, own);
      if (run) this.ended(run, result.inferMs);
      else this.sizing?.estimate.observe(rows, result.inferMs);
      request.answer({ ...result, batchRows: rows });
    } catch (error) {
      request.refuse(error);
    } finally {
      own.over = true;
    }
  }
}

/** A request from its arrival until it is settled, which happens once. */
class Request implements EndListener {
  settled = false;
  ticket: Ticket<Request> | null = null;
  /** The latest it is part of. */
  run: RunInProgress | null = null;

  constructor(
    readonly inputs: readonly Tensor[],
    readonly outputs: readonly string[] | undefined,
    readonly rows: number,
    private readonly lifetime: Lifetime,
    private readonly queue: RequestQueue<Request>,
    private readonly resolve: (result: BatchedResult) => void,
    private readonly reject: (error: unknown) => void,
  ) {}

  get endsAt(): number {
    return this.lifetime.endsAt;
  }

  answer(result: BatchedResult): void {
    if (!this.settle()) return;
    this.resolve(result);
  }

  refuse(error: unknown): void {
    if (!this.settle()) return;
    this.reject(error);
  }

  ended(reason: Error): void {
    if (this.ticket) this.queue.remove(this.ticket);
    if (!this.settled) this.run?.left();
    this.refuse(reason);
  }

  private settle(): boolean {
    if (this.settled) return false;
    this.settled = true;
    this.lifetime.unlisten(this);
    return true;
  }
}
