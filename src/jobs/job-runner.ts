import { setTimeout as delay } from 'node:timers/promises';
import { backoffMs } from '../platform/backoff.js';
import type { EventLog, JsonValue } from '../platform/events/index.js';
import { DomainError, type ErrorCode } from '../platform/errors.js';
import { DatabaseUnavailable } from '../platform/failures.js';
import type { Logger } from '../platform/logging.js';
import { isOver, type JobKind, type JobRecord, type JobState, type JobWork } from './job.js';
import type { JobChanges } from './job-changes.js';
import { requeueInterrupted, wakeForgotten } from './interrupted-jobs.js';
import { jobEvent, SYSTEM } from './job-events.js';
import { JobRun, type RunEnded } from './job-run.js';
import type { Change, JobStore } from './job-store.js';
import type { WakeUp, WakeUps } from './wake-ups.js';

/** They share the machine with requests, which come first; two, so that a short one need not wait for a long one. */
const AT_ONCE = 2;
/** How often is looked for wake-ups that were put back; and for any, should the word of one have been missed. */
const LOOK_AGAIN_MS = 2_000;
const LOOK_ANYWAY_MS = 30_000;
const RETRY_FIRST_MS = 500;
const RETRY_LONGEST_MS = 5_000;
/** What is likely to have passed in a while. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['UNAVAILABLE', 'OVERLOADED', 'STORAGE_FULL']);

interface RunnerParts {
  readonly store: JobStore;
  readonly wakeUps: WakeUps;
  readonly events: EventLog;
  readonly logger: Logger;
  readonly changes: JobChanges;
  readonly works: ReadonlyMap<JobKind, JobWork>;
}

/** Begins jobs as they are woken up, a few at a time, and brings each to its end. */
export class JobRunner {
  private readonly runs = new Map<string, { readonly run: JobRun; readonly ended: Promise<void> }>();
  private starting: Promise<void> | null = null;
  private looking: Promise<void> | null = null;
  private lookAgain = false;
  private timer: NodeJS.Timeout | undefined;
  /** Jobs that come again later. */
  private readonly waiting = new Set<string>();
  /** Whether a job may be in no queue although it waits: looked for when the queue is empty. */
  private mayBeForgotten = false;
  private beginning: string | null = null;
  /** Whether the job that is about to run was paused or cancelled. */
  private isChanged = false;
  private phase: 'idle' | 'running' | 'closed' = 'idle';

  constructor(private readonly parts: RunnerParts) {}

  /** Puts what an earlier process left behind back into the queue, and begins. Waits for a database that is away. */
  start(): Promise<void> {
    this.starting ??= this.startWhenPossible().finally(() => (this.starting = null));
    return this.starting;
  }

  private async startWhenPossible(): Promise<void> {
    for (let attempt = 1; this.phase === 'idle'; attempt += 1) {
      try {
        await requeueInterrupted(this.parts);
        this.phase = 'running';
        this.wake();
      } catch (error) {
        if (!(error instanceof DatabaseUnavailable)) throw error;
        this.parts.logger.warn({ err: error }, 'jobs wait for the database');
        await delay(backoffMs(attempt, RETRY_FIRST_MS, RETRY_LONGEST_MS), undefined, { ref: false });
      }
    }
  }

  /** There may be something to begin. */
  wake(): void {
    if (this.phase !== 'running') return;
    this.lookAgain = true;
    // Where there is no room, the end of a run wakes.
    if (this.looking === null && this.runs.size < AT_ONCE) this.looking = this.look();
  }

  /** The job as it is at this moment; undefined when it does not run. */
  live(id: string): JobRecord | undefined {
    const run = this.runs.get(id)?.run;
    return run?.signal.aborted === false ? run.record() : undefined;
  }

  /** The job was paused or cancelled. */
  end(id: string): void {
    if (this.beginning === id) this.isChanged = true;
    this.runs.get(id)?.run.end('changed');
  }

  /** Another server may have the jobs: what runs ends, and nothing is written about it. */
  async forget(): Promise<void> {
    this.phase = 'idle';
    for (const { run } of this.runs.values()) run.end('lost');
    await this.settled();
  }

  /** What runs goes back into the queue. */
  async close(): Promise<void> {
    this.phase = 'closed';
    clearTimeout(this.timer);
    for (const { run } of this.runs.values()) run.end('stopping');
    await this.settled();
  }

  private async settled(): Promise<void> {
    await this.looking;
    await Promise.all([...this.runs.values()].map(({ ended }) => ended));
  }

  private async look(): Promise<void> {
    try {
      while (this.lookAgain && this.phase === 'running' && this.runs.size < AT_ONCE) {
        this.lookAgain = false;
        const wakeUp = await this.parts.wakeUps.next();
        if (wakeUp) {
          this.lookAgain = true;
          await this.begin(wakeUp);
        } else if (this.mayBeForgotten) {
          const isAwaited = (id: string) => this.runs.has(id) || this.waiting.has(id);
          this.lookAgain = await wakeForgotten(this.parts, isAwaited);
          this.mayBeForgotten = false;
        }
      }
    } catch (error) {
      this.parts.logger.error(
        { err: error },
        'the queue of jobs could not be looked at; looking again in a while',
      );
    }
    // Now, and not when the promise settles: a wake in between would be lost.
    this.looking = null;
    clearTimeout(this.timer);
    if (this.phase !== 'running') return;
    const isSoon = this.waiting.size > 0 || this.mayBeForgotten;
    this.timer = setTimeout(
      () => {
        // What was taken while the database went away is known to nobody.
        this.mayBeForgotten ||= !isSoon;
        this.wake();
      },
      isSoon ? LOOK_AGAIN_MS : LOOK_ANYWAY_MS,
    ).unref();
  }

  private async begin(wakeUp: WakeUp): Promise<void> {
    const { store, logger, changes } = this.parts;
    const { jobId } = wakeUp;
    this.beginning = jobId;
    this.isChanged = false;
    this.waiting.delete(jobId);
    try {
      const other = this.runs.get(jobId);
      if (other && !other.run.signal.aborted) {
        // It was paused and resumed before it was begun, and woken up twice.
        await this.parts.wakeUps.done(wakeUp);
        return;
      }
      // A run that was paused a moment ago may still be on its way out.
      await other?.ended;
      const found = await store.find(jobId);
      // One that runs, and not here, was begun and then not gone on with.
      const job =
        found &&
        (await this.change(
          { id: jobId, from: [found.state === 'RUNNING' ? 'RUNNING' : 'QUEUED'] },
          'RUNNING',
          {
            attempt: { increment: 1 },
            startedAt: found.startedAt ?? new Date(),
          },
        ));
      if (!job) {
        await this.parts.wakeUps.done(wakeUp);
        return;
      }
      const checkpoint = await store.checkpointOf(jobId);
      const run = new JobRun(job, checkpoint, { store, logger, onProgress: () => changes.changed(jobId) });
      const ended = this.follow(run, wakeUp).finally(() => {
        this.runs.delete(jobId);
        changes.changed(jobId);
        this.wake();
      });
      this.runs.set(jobId, { run, ended });
      this.endIfOver(run);
    } catch (error) {
      logger.warn({ err: error, job: jobId }, 'a job could not be begun; trying again');
      await this.putBack(wakeUp, error);
    } finally {
      this.beginning = null;
    }
  }

  /** For what came while it was being begun. */
  private endIfOver(run: JobRun): void {
    if (this.isChanged) run.end('changed');
    if (this.phase === 'closed') run.end('stopping');
    if (this.phase === 'idle') run.end('lost');
  }

  /** Never throws. */
  private async follow(run: JobRun, wakeUp: WakeUp): Promise<void> {
    const { logger, works, wakeUps } = this.parts;
    const { id, kind } = run.job;
    try {
      const work = works.get(kind);
      if (!work) throw new DomainError('INTERNAL', `No work is registered for jobs of kind ${kind}`);
      const result = await work.run(run);
      await run.untilWritten(() => this.finish(run, 'SUCCEEDED', { result }));
    } catch (error) {
      const ended = run.signal.aborted ? (run.signal.reason as RunEnded).reason : null;
      if (ended === 'lost') return;
      if (ended === 'stopping') {
        // If it cannot be said now, the next start finds out.
        await this.change(current(run), 'QUEUED', run.progressToSave()).catch(() => undefined);
        return;
      }
      if (ended === null && (await this.failed(run, wakeUp, error))) return;
    }
    await wakeUps.done(wakeUp).catch((error: unknown) => {
      // It is looked at once more by the next server, and then found to be over.
      logger.warn({ err: error, job: id }, 'the wake-up of a job could not be removed');
    });
  }

  /** @returns true when the job is to be tried again later */
  private async failed(run: JobRun, wakeUp: WakeUp, error: unknown): Promise<boolean> {
    const { logger } = this.parts;
    const known = error instanceof DomainError && error.code !== 'INTERNAL';
    if (!known) logger.error({ err: error, job: run.job.id }, 'a job failed unexpectedly');
    const message = known
      ? error.message
      : 'Internal error. The log of the server has the reason under the id of this job.';
    try {
      if (known && PASSING.has(error.code) && wakeUp.mayComeAgain) {
        run.log(`It is tried again in a while: ${message}`);
        await run.untilWritten(() => this.change(current(run), 'QUEUED', run.progressToSave()));
        await this.putBack(wakeUp, error);
        return true;
      }
      await run.untilWritten(() => this.finish(run, 'FAILED', { error: message }));
    } catch (failure) {
      if (!run.signal.aborted)
        logger.error({ err: failure, job: run.job.id }, 'the end of a job could not be written');
    }
    return false;
  }

  private async putBack(wakeUp: WakeUp, error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    try {
      await this.parts.wakeUps.putBack(wakeUp, reason);
      if (wakeUp.mayComeAgain) this.waiting.add(wakeUp.jobId);
      else this.mayBeForgotten = true;
    } catch {
      this.mayBeForgotten = true;
    }
  }

  private finish(
    run: JobRun,
    to: 'SUCCEEDED' | 'FAILED',
    change: { readonly result?: JsonValue; readonly error?: string },
  ): Promise<JobRecord | null> {
    return this.change(current(run), to, { ...run.progressToSave(), ...change });
  }

  /** A change of state by the server itself, with its event. @returns null when the job is in no such state */
  private async change(
    job: { readonly id: string; readonly from: readonly JobState[]; readonly attempt?: number },
    to: JobState,
    change: Change,
  ): Promise<JobRecord | null> {
    const { events, store, changes } = this.parts;
    const changed = await events.transaction(async (tx) => {
      const result = await store.change(tx, job, to, {
        ...change,
        ...(isOver(to) && { finishedAt: new Date() }),
      });
      return { result, events: result ? [jobEvent(result, job.from[0] ?? null, SYSTEM, null)] : [] };
    });
    changes.changed(job.id);
    return changed;
  }
}

function current({ job: { id, attempt } }: JobRun) {
  return { id, from: ['RUNNING'] as const, attempt };
}
