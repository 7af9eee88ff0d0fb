import { checkName, type Window } from '../../catalog/index.js';
import type { JobRecord, JobService } from '../../jobs/index.js';
import { DomainError } from '../../platform/errors.js';
import type { EventLog, JsonObject } from '../../platform/events/index.js';
import { similarNames } from '../../platform/similar-names.js';
import { checkReason } from '../../platform/text/check-text.js';
import type { Caller } from '../../security/index.js';
import type { EvaluationSchedule, ScheduleFields } from './evaluation-schedule.js';
import { readRhythm } from './rhythm.js';
import { scheduleChanged } from './schedule-events.js';
import type { ScheduleRunner } from './schedule-runner.js';
import type { ScheduleStore } from './schedule-store.js';

/** More are no longer looked through by people. */
const MAX_SCHEDULES = 1_000;

type Given<T> = T | null | undefined;

export interface CreateSchedule {
  readonly name: string;
  readonly every: string;
  readonly timeZone?: Given<string>;
  readonly enabled?: Given<boolean>;
  /** As `evaluateVersion` takes it. */
  readonly evaluation: JsonObject;
  readonly reason?: Given<string>;
}

export interface UpdateSchedule extends Partial<Omit<CreateSchedule, 'name' | 'every' | 'evaluation'>> {
  /** The name it has. */
  readonly schedule: string;
  readonly name?: Given<string>;
  readonly every?: Given<string>;
  readonly evaluation?: Given<JsonObject>;
}

export interface NamedSchedule {
  readonly schedule: string;
  readonly reason?: Given<string>;
}

/** Evaluations that are made again and again, as people asked for them. */
export class EvaluationSchedules {
  constructor(
    private readonly parts: {
      readonly store: ScheduleStore;
      readonly runner: ScheduleRunner;
      readonly jobs: Pick<JobService, 'check'>;
      readonly events: Pick<EventLog, 'transaction'>;
    },
  ) {}

  /** @throws DomainError INVALID_NAME, INVALID_ARGUMENT, NAME_TAKEN, and what `evaluateVersion` refuses */
  async create(caller: Caller, { reason, ...given }: CreateSchedule): Promise<EvaluationSchedule> {
    const { store, events, runner } = this.parts;
    const why = checkReason(reason);
    const fields = await this.fieldsOf(given, null);
    if ((await store.count()) >= MAX_SCHEDULES)
      throw new DomainError(
        'INVALID_ARGUMENT',
        `Expected at most ${MAX_SCHEDULES} evaluation schedules. Delete one first.`,
      );
    const schedule = await events.transaction(async (tx) => {
      const result = await store.add(tx, fields, caller.actor);
      return { result, events: [scheduleChanged(caller, 'CREATED', result, why)] };
    });
    runner.wake();
    return schedule;
  }

  /** What is left out stays. @throws DomainError SCHEDULE_NOT_FOUND, and as `create` */
  async update(
    caller: Caller,
    { schedule: named, reason, ...given }: UpdateSchedule,
  ): Promise<EvaluationSchedule> {
    const { store, events, runner } = this.parts;
    const why = checkReason(reason);
    const before = await this.require(named);
    const fields = await this.fieldsOf(
      {
        name: given.name ?? before.name,
        every: given.every ?? before.every,
        timeZone: given.timeZone ?? before.timeZone,
        enabled: given.enabled ?? before.enabled,
        evaluation: given.evaluation ?? before.asked,
      },
      before,
    );
    const schedule = await events.transaction(async (tx) => {
      const result = await store.change(tx, before.id, fields);
      return { result, events: [scheduleChanged(caller, 'UPDATED', result, why)] };
    });
    runner.wake();
    return schedule;
  }

  /** A job of it that is not over goes on. @throws DomainError SCHEDULE_NOT_FOUND */
  async remove(caller: Caller, { schedule: named, reason }: NamedSchedule): Promise<EvaluationSchedule> {
    const { store, events } = this.parts;
    const why = checkReason(reason);
    const schedule = await this.require(named);
    await events.transaction(async (tx) => {
      await store.remove(tx, schedule.id);
      return { result: undefined, events: [scheduleChanged(caller, 'DELETED', schedule, why)] };
    });
    return schedule;
  }

  /**
   * Begins what is due later now; when it is due next stays as it is.
   *
   * @throws DomainError SCHEDULE_NOT_FOUND, SCHEDULE_RUNNING, and what `evaluateVersion` refuses
   */
  async run(caller: Caller, { schedule: named, reason }: NamedSchedule): Promise<JobRecord> {
    const why = checkReason(reason);
    return this.parts.runner.runNow(await this.require(named), caller, why);
  }

  /** @throws DomainError SCHEDULE_NOT_FOUND, naming those there are */
  async require(name: string, field: readonly string[] = ['schedule']): Promise<EvaluationSchedule> {
    const found = await this.parts.store.find(name);
    if (found) return found;
    const names = (await this.parts.store.all()).map((schedule) => schedule.name);
    const near = similarNames(name, names);
    const shown = (near.length > 0 ? near : names.slice(0, 10)).map((other) => JSON.stringify(other));
    const hint =
      names.length === 0
        ? 'There is none at all: make one with createEvaluationSchedule.'
        : near.length > 0
          ? `Did you mean ${shown.join(' or ')}?`
          : `There are ${shown.join(', ')}.`;
    throw new DomainError(
      'SCHEDULE_NOT_FOUND',
      `There is no evaluation schedule ${JSON.stringify(name.slice(0, 80))}. ${hint}`,
      { field },
    );
  }

  page(window: Window<string>): Promise<EvaluationSchedule[]> {
    return this.parts.store.page(window);
  }

  count(): Promise<number> {
    return this.parts.store.count();
  }

  byIds(ids: readonly string[]): Promise<EvaluationSchedule[]> {
    return this.parts.store.byIds(ids);
  }

  /** Digests of the files that they read, which are kept for as long. */
  async files(): Promise<ReadonlySet<string>> {
    const schedules = await this.parts.store.all();
    return new Set(
      schedules.flatMap(({ asked }) => (typeof asked.artifact === 'string' ? [asked.artifact] : [])),
    );
  }

  private async fieldsOf(
    { name, every, timeZone, enabled, evaluation }: Omit<CreateSchedule, 'reason'>,
    before: EvaluationSchedule | null,
  ): Promise<ScheduleFields> {
    checkName('evaluation schedule', name, ['name']);
    const zone = timeZone ?? 'UTC';
    const rhythm = readRhythm(every, zone);
    await this.parts.jobs
      .check('EVALUATE_VERSION', evaluation)
      .catch((error: unknown) => Promise.reject(within('evaluation', error)));
    const isSame =
      before?.enabled === true &&
      before.every === every.trim() &&
      before.timeZone === zone &&
      before.nextRunAt;
    const next = isSame ? before.nextRunAt : rhythm.next(new Date(), null);
    return {
      name,
      asked: evaluation,
      every: every.trim(),
      timeZone: zone,
      enabled: enabled ?? true,
      nextRunAt: enabled === false ? null : next,
    };
  }
}

/** Names the field below the one that holds what was refused. */
function within(field: string, error: unknown): unknown {
  if (!(error instanceof DomainError)) return error;
  return new DomainError(error.code, error.message, { field: [field, ...(error.field ?? [])], cause: error });
}
