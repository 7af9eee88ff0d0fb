import type { Database, SqlExecutor, Transaction } from '../platform/database/index.js';
import { DomainError } from '../platform/errors.js';
import type { EventLog, JsonObject, JsonValue } from '../platform/events/index.js';
import type { Logger } from '../platform/logging.js';
import { isOver, type JobFilter, type JobKind, type JobRecord, type JobState, type JobWork } from './job.js';
import { JobChanges } from './job-changes.js';
import { jobEvent } from './job-events.js';
import { JobRunner } from './job-runner.js';
import { JobStore, type Change, type JobWindow } from './job-store.js';
import { WakeUps } from './wake-ups.js';
import { checkReason } from '../platform/text/check-text.js';

/** More would be forgotten by whoever asked for them before their turn comes. */
const MAX_UNFINISHED = 1_000;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;

interface Caller {
  readonly actor: string;
  /** Left out where Retort does it by itself. */
  readonly requestId?: string | undefined;
}

export interface StartRequest {
  readonly kind: JobKind;
  /** What the kind of job is asked for. */
  readonly asked: JsonObject;
  readonly reason?: string | null | undefined;
  /** Part of the transaction that makes the job. */
  readonly also?: (tx: Transaction, job: JobRecord) => Promise<void>;
}

export interface JobRequest {
  readonly id: string;
  readonly reason?: string | null | undefined;
}

export interface JobParts {
  readonly database: Database;
  readonly sql: SqlExecutor;
  readonly events: EventLog;
  readonly logger: Logger;
}

/**
 * Long work with progress. What a job has reached lies in the database, and it goes on from there after a pause and after
 * the end of the server, however that came.
 */
export class JobService {
  private readonly works = new Map<JobKind, JobWork>();
  private readonly changes = new JobChanges();
  private readonly runner: JobRunner;

  private constructor(
    private readonly parts: JobParts,
    private readonly store: JobStore,
    private readonly wakeUps: WakeUps,
  ) {
    this.runner = new JobRunner({ ...parts, store, wakeUps, changes: this.changes, works: this.works });
  }

  /** Nothing runs before `begin`. @throws StartupError */
  static async open(parts: JobParts): Promise<JobService> {
    return new JobService(parts, new JobStore(parts.database), await WakeUps.open(parts.sql, parts.logger));
  }

  /** Before `begin`. */
  register(work: JobWork): void {
    this.works.set(work.kind, work);
  }

  /**
   * Goes on with what was left, and begins what is asked for from now on; when another server had the jobs meanwhile, after
   * `forget`. Waits for a database that is away.
   */
  begin(): void {
    this.runner.start().then(
      () => this.changes.allChanged(),
      (error: unknown) => this.parts.logger.error({ err: error }, 'jobs could not be gone on with'),
    );
  }

  /** What is to be done, without doing it. @throws DomainError what the kind of job refuses */
  async check(
    kind: JobKind,
    asked: JsonObject,
  ): Promise<{ readonly input: JsonObject; readonly title: string }> {
    const work = this.works.get(kind);
    if (!work) throw new DomainError('INTERNAL', `No work is registered for jobs of kind ${kind}`);
    return work.prepare(asked);
  }

  /** @throws DomainError what the kind of job refuses; OVERLOADED, INVALID_ARGUMENT */
  async start(caller: Caller, { kind, asked, reason: given, also }: StartRequest): Promise<JobRecord> {
    const reason = checkReason(given?.trim() === '' ? null : given);
    const prepared = await this.check(kind, asked);
    const unfinished = await this.store.count({ states: ['QUEUED', 'RUNNING', 'PAUSED'] });
    if (unfinished >= MAX_UNFINISHED)
      throw new DomainError(
        'OVERLOADED',
        `${unfinished} jobs are not over yet, and no more may wait. Cancel some, or try again later.`,
        { retryAfterMs: 60_000 },
      );
    const { actor, requestId = null } = caller;
    const job = await this.parts.events.transaction(async (tx) => {
      const result = await this.store.create(tx, { ...prepared, kind, reason, actor, requestId });
      await also?.(tx, result);
      await this.wakeUps.send(tx, result.id);
      return { result, events: [jobEvent(result, null, caller, reason)] };
    });
    this.runner.wake();
    return job;
  }

  /**
   * Its work ends at once and is gone on with from what it saved last. One that is paused stays so.
   *
   * @throws DomainError JOB_NOT_FOUND, JOB_OVER
   */
  async pause(caller: Caller, request: JobRequest): Promise<JobRecord> {
    return this.change(caller, request, ['QUEUED', 'RUNNING'], 'PAUSED', (job) => {
      if (job.state === 'PAUSED') return job;
      throw over(job, 'paused');
    });
  }

  /** @throws DomainError JOB_NOT_FOUND, JOB_NOT_PAUSED */
  async resume(caller: Caller, request: JobRequest): Promise<JobRecord> {
    const job = await this.change(
      caller,
      request,
      ['PAUSED'],
      'QUEUED',
      ({ state }) => {
        throw new DomainError(
          'JOB_NOT_PAUSED',
          `Expected a job that is paused, got one that is ${state}. ${isOver(state) ? 'Start another.' : 'It goes on by itself.'}`,
          { field: ['id'] },
        );
      },
      (tx, id) => this.wakeUps.send(tx, id),
    );
    this.runner.wake();
    return job;
  }

  /** Its work ends at once, for good. @throws DomainError JOB_NOT_FOUND, JOB_OVER */
  async cancel(caller: Caller, request: JobRequest): Promise<JobRecord> {
    return this.change(caller, request, ['QUEUED', 'RUNNING', 'PAUSED'], 'CANCELLED', (job) => {
      throw over(job, 'cancelled');
    });
  }

  /** @returns null when there is none */
  async find(id: string): Promise<JobRecord | null> {
    return UUID.test(id) ? (this.runner.live(id) ?? this.store.find(id)) : null;
  }

  async byIds(ids: readonly string[]): Promise<JobRecord[]> {
    return this.alive(await this.store.byIds(ids));
  }

  /** Newest first. */
  async page(filter: JobFilter, window: JobWindow): Promise<JobRecord[]> {
    return this.alive(await this.store.page(filter, window));
  }

  count(filter: JobFilter): Promise<number> {
    return this.store.count(filter);
  }

  /** Null without one. */
  resultOf(id: string): Promise<JsonValue | null> {
    return this.store.resultOf(id);
  }

  /**
   * The job now, and whenever it has changed, until it is over: at most five times a second.
   *
   * @throws DomainError JOB_NOT_FOUND
   */
  async *watch(id: string, signal: AbortSignal): AsyncGenerator<JobRecord, void, void> {
    if (!(await this.find(id))) throw unknown(id);
    yield* this.changes.watch(id, () => this.find(id), signal);
  }

  /** Removes what was over before the instant. @returns how many */
  removeFinished(before: Date): Promise<number> {
    return this.store.removeFinished(before);
  }

  /** Another server may have gone on with the jobs: what runs here ends, unsaid. */
  forget(): Promise<void> {
    return this.runner.forget();
  }

  /** What runs goes back into the queue. */
  close(): Promise<void> {
    return this.runner.close();
  }

  /** One that runs is as it is now rather than as it was put down last. */
  private alive(jobs: readonly JobRecord[]): JobRecord[] {
    return jobs.map((job) => (job.state === 'RUNNING' ? (this.runner.live(job.id) ?? job) : job));
  }

  private async change(
    caller: Caller,
    { id, reason: given }: JobRequest,
    from: readonly JobState[],
    to: JobState,
    otherwise: (job: JobRecord) => JobRecord,
    also?: (tx: Transaction, id: string) => Promise<void>,
  ): Promise<JobRecord> {
    const reason = checkReason(given?.trim() === '' ? null : given);
    const change: Change = isOver(to) ? { finishedAt: new Date() } : {};
    // Read first, for the event; whoever changes it in between makes the change below miss.
    for (;;) {
      const before = UUID.test(id) ? await this.store.find(id) : null;
      if (!before) throw unknown(id);
      if (!from.includes(before.state)) return otherwise(before);
      const changed = await this.parts.events.transaction(async (tx) => {
        const result = await this.store.change(tx, { id, from: [before.state] }, to, change);
        if (result) await also?.(tx, id);
        return { result, events: result ? [jobEvent(result, before.state, caller, reason)] : [] };
      });
      if (!changed) continue;
      this.runner.end(id);
      this.changes.changed(id);
      return changed;
    }
  }
}

function unknown(id: string): DomainError {
  return new DomainError(
    'JOB_NOT_FOUND',
    `Expected the id of a job that is kept here, got ${JSON.stringify(id.slice(0, 80))}. The list of jobs has their ids; those that are over are removed after a while.`,
    { field: ['id'] },
  );
}

function over({ state }: JobRecord, what: string): DomainError {
  return new DomainError(
    'JOB_OVER',
    `Expected a job that is not over yet, got one that is ${state}: it cannot be ${what}.`,
    {
      field: ['id'],
    },
  );
}
