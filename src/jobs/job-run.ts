import { setTimeout as delay } from 'node:timers/promises';
import type { JsonObject, JsonValue } from '../platform/events/index.js';
import { DatabaseUnavailable } from '../platform/failures.js';
import type { Logger } from '../platform/logging.js';
import { backoffMs } from '../platform/backoff.js';
import type { JobProgress, JobRecord, Reached, RunningJob } from './job.js';
import { MAX_LOG, type JobStore, type SavedProgress } from './job-store.js';
import { Pace } from './pace.js';

const RETRY_FIRST_MS = 500;
const RETRY_LONGEST_MS = 5_000;
const MAX_MESSAGE = 500;

/** Why a run ends before its work does. */
export class RunEnded extends Error {
  /**
   * @param reason `changed`: the job was paused or cancelled; `stopping`: the server stops; `lost`: another server may have
   * the job now, and nothing more may be written about this attempt
   */
  constructor(readonly reason: 'changed' | 'stopping' | 'lost') {
    super(`The run of a job was ended: ${reason}`);
  }
}

/** One attempt at a job. */
export class JobRun implements RunningJob {
  readonly signal: AbortSignal;
  private readonly controller = new AbortController();
  private readonly pace = new Pace();
  private reached: Omit<SavedProgress, 'log'>;
  private lines: JobRecord['log'];

  constructor(
    /** As it was when it was begun. */
    readonly job: JobRecord,
    readonly checkpoint: JsonValue | null,
    private readonly parts: {
      readonly store: JobStore;
      readonly logger: Logger;
      readonly onProgress: () => void;
    },
  ) {
    const { done, total, failed, share } = job.progress;
    this.reached = { done, total, failed, share };
    this.lines = job.log;
    this.signal = this.controller.signal;
    this.pace.add(performance.now(), Number(done), share);
  }

  get id(): string {
    return this.job.id;
  }

  get actor(): string {
    return this.job.actor;
  }

  get input(): JsonObject {
    return this.job.input;
  }

  end(reason: RunEnded['reason']): void {
    this.controller.abort(new RunEnded(reason));
  }

  report(reached: Reached): void {
    this.reached = progressOf(reached);
    this.pace.add(performance.now(), reached.done, this.reached.share);
    this.parts.onProgress();
  }

  async save(checkpoint: JsonValue, reached: Reached): Promise<void> {
    const { id, attempt } = this.job;
    const saved = await this.untilWritten(() =>
      this.parts.store.save({ id, attempt }, checkpoint, { ...progressOf(reached), log: this.lines }),
    );
    // It was paused or cancelled, and the word of it is on its way here.
    if (!saved) this.end('changed');
    this.signal.throwIfAborted();
    // Told only now: who saw a step done does not see it undone after the end of the server.
    this.report(reached);
  }

  log(message: string): void {
    const line = { at: new Date(), message: message.slice(0, MAX_MESSAGE) };
    this.lines = [...this.lines, line].slice(-MAX_LOG);
    this.parts.onProgress();
  }

  progressToSave(): SavedProgress {
    return { ...this.reached, log: this.lines };
  }

  /** The job as it is at this moment. */
  record(): JobRecord {
    const { done, total, failed, share } = this.reached;
    const progress: JobProgress = {
      done,
      total,
      failed,
      share,
      rate: this.pace.rate(),
      secondsLeft: this.pace.secondsLeft(),
    };
    return { ...this.job, progress, log: this.lines };
  }

  /**
   * Tries again while the database is away, is full, or is not this server's to write.
   *
   * @throws the signal's reason; what else the work throws
   */
  async untilWritten<T>(work: () => Promise<T>): Promise<T> {
    for (let attempt = 1; ; attempt += 1) {
      this.signal.throwIfAborted();
      try {
        return await work();
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable)) throw error;
        if (attempt === 1)
          this.parts.logger.warn({ err: error, job: this.job.id }, 'a job waits for the database');
      }
      await delay(backoffMs(attempt, RETRY_FIRST_MS, RETRY_LONGEST_MS), undefined, {
        signal: this.signal,
        ref: false,
      }).catch(() => undefined);
    }
  }
}

function progressOf({ done, total, failed = 0, share }: Reached): Omit<SavedProgress, 'log'> {
  const part = share ?? (total === null || total === 0 ? null : done / total);
  return {
    done: BigInt(done),
    total: total === null ? null : BigInt(total),
    failed: BigInt(failed),
    share: part === null ? null : Math.min(1, Math.max(0, part)),
  };
}
