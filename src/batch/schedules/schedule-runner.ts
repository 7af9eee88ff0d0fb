import { isOver, type JobRecord, type JobService } from '../../jobs/index.js';
import { DomainError, type ErrorCode } from '../../platform/errors.js';
import type { EventLog } from '../../platform/events/index.js';
import { DatabaseUnavailable } from '../../platform/failures.js';
import type { Logger } from '../../platform/logging.js';
import type { Caller } from '../../security/index.js';
import type { EvaluationSchedule } from './evaluation-schedule.js';
import { readRhythm } from './rhythm.js';
import { scheduleFailed } from './schedule-events.js';
import type { ScheduleStore } from './schedule-store.js';

/** What is likely to have passed in a while: what was due stays due. */
const PASSING: ReadonlySet<ErrorCode> = new Set(['UNAVAILABLE', 'OVERLOADED', 'STORAGE_FULL']);
const RETRY_MS = 30_000;
/** Clocks are set, and timers count what has passed: so often is looked anyway. */
const LONGEST_REST_MS = 600_000;
const STILL_RUNS = 'the run before is not over yet, so this one was left out';

/**
 * Begins the jobs of schedules when they are due. When that is lies in the database, so it outlives the server; whatever was
 * missed meanwhile is one run. A schedule has one job at a time.
 */
export class ScheduleRunner {
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> = Promise.resolve();
  private phase: 'idle' | 'running' | 'closed' = 'idle';
  private isAway = false;

  constructor(
    private readonly parts: {
      readonly store: ScheduleStore;
      readonly jobs: Pick<JobService, 'start' | 'find'>;
      readonly events: Pick<EventLog, 'transaction'>;
      readonly logger: Logger;
    },
  ) {}

  /** Once jobs may begin. */
  begin(): void {
    if (this.phase === 'closed') return;
    this.phase = 'running';
    this.wake();
  }

  /** Another server may begin them from now on. */
  async forget(): Promise<void> {
    if (this.phase === 'running') this.phase = 'idle';
    clearTimeout(this.timer);
    await this.looking;
  }

  async close(): Promise<void> {
    this.phase = 'closed';
    clearTimeout(this.timer);
    await this.looking;
  }

  /** Something may be due, or at another time. */
  wake(): void {
    if (this.phase !== 'running') return;
    clearTimeout(this.timer);
    this.looking = this.looking.then(() => this.look());
  }

  /** Begins whatever is due. @throws DomainError UNAVAILABLE */
  async runDue(now: Date): Promise<void> {
    const failures: unknown[] = [];
    for (const schedule of await this.parts.store.due(now))
      await this.runOne(schedule, now).catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
  }

  /** @throws DomainError SCHEDULE_RUNNING, and what the job refuses */
  async runNow(schedule: EvaluationSchedule, caller: Caller, reason: string | null): Promise<JobRecord> {
    const running = await this.unfinished(schedule);
    if (running)
      throw new DomainError(
        'SCHEDULE_RUNNING',
        `Expected a schedule whose last run is over, got ${schedule.name}, which is being run (${running.title}). Wait for it, or cancel its job.`,
        { field: ['schedule'] },
      );
    return this.start(schedule, caller, { reason, nextRunAt: schedule.nextRunAt, now: new Date() });
  }

  private async runOne(schedule: EvaluationSchedule, now: Date): Promise<void> {
    const nextRunAt = readRhythm(schedule.every, schedule.timeZone).next(now, schedule.nextRunAt);
    if (await this.unfinished(schedule)) return this.skip(schedule, nextRunAt, STILL_RUNS);
    try {
      await this.start(schedule, { actor: schedule.createdBy }, { reason: null, nextRunAt, now });
    } catch (error) {
      if (!(error instanceof DomainError) || PASSING.has(error.code)) throw error;
      await this.skip(schedule, nextRunAt, error.message);
    }
  }

  /** The job that it began last, unless that is over. */
  private async unfinished({ lastJobId }: EvaluationSchedule): Promise<JobRecord | null> {
    const last = lastJobId === null ? null : await this.parts.jobs.find(lastJobId);
    return last && !isOver(last.state) ? last : null;
  }

  /** The job and when it is due next, or neither. */
  private start(
    schedule: EvaluationSchedule,
    caller: Pick<Caller, 'actor'> & Partial<Caller>,
    {
      reason,
      nextRunAt,
      now,
    }: { readonly reason: string | null; readonly nextRunAt: Date | null; readonly now: Date },
  ): Promise<JobRecord> {
    const { jobs, store } = this.parts;
    const given = typeof schedule.asked.reason === 'string' ? schedule.asked.reason : null;
    return jobs.start(caller, {
      kind: 'EVALUATE_VERSION',
      asked: { ...schedule.asked, schedule: schedule.name },
      reason: reason ?? given ?? `as schedule ${schedule.name} asks`,
      also: async (tx, { id }) => {
        const run = { nextRunAt, lastRunAt: now, lastJobId: id, problem: null };
        if (!(await store.ran(tx, schedule, run))) throw changedMeanwhile(schedule);
      },
    });
  }

  private async skip(schedule: EvaluationSchedule, nextRunAt: Date, problem: string): Promise<void> {
    const { store, events } = this.parts;
    await events.transaction(async (tx) => {
      const isTold = await store.ran(tx, schedule, { nextRunAt, problem });
      // What fails the same way again and again is told once.
      const isNew = isTold && problem !== schedule.problem;
      return { result: undefined, events: isNew ? [scheduleFailed(schedule, problem)] : [] };
    });
  }

  private async look(): Promise<void> {
    if (this.phase !== 'running') return;
    let rest = LONGEST_REST_MS;
    try {
      await this.runDue(new Date());
      const next = await this.parts.store.nextAt();
      if (next) rest = Math.min(rest, Math.max(0, next.getTime() - Date.now()));
      this.isAway = false;
    } catch (error) {
      rest = RETRY_MS;
      if (!this.isAway || !(error instanceof DatabaseUnavailable))
        this.parts.logger.warn({ err: error }, 'scheduled evaluations could not begin; trying again');
      this.isAway = true;
    }
    if (this.isRunning()) this.timer = setTimeout(() => this.wake(), rest).unref();
  }

  private isRunning(): boolean {
    return this.phase === 'running';
  }
}

function changedMeanwhile({ name }: EvaluationSchedule): DomainError {
  return new DomainError('UNAVAILABLE', `Evaluation schedule ${name} was changed just now. Try again.`);
}
