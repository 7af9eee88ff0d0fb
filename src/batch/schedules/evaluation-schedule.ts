import type { JsonObject } from '../../platform/events/index.js';

/** An evaluation that is made again and again. */
export interface EvaluationSchedule {
  readonly id: string;
  readonly name: string;
  /** What `evaluateVersion` is asked each time; a deployment means the version that it serves then. */
  readonly asked: JsonObject;
  /** A cron expression, or an ISO 8601 duration. */
  readonly every: string;
  /** Of a cron expression. */
  readonly timeZone: string;
  readonly enabled: boolean;
  /** Null while it is not enabled. */
  readonly nextRunAt: Date | null;
  readonly lastRunAt: Date | null;
  /** Of the last run, which may be removed by now. */
  readonly lastJobId: string | null;
  /** Why the last run could not begin; null when it could. */
  readonly problem: string | null;
  readonly createdAt: Date;
  readonly updatedAt: Date;
  readonly createdBy: string;
}

/** What people say of it. */
export type ScheduleFields = Pick<
  EvaluationSchedule,
  'name' | 'asked' | 'every' | 'timeZone' | 'enabled' | 'nextRunAt'
>;

/** What its runs say of it. */
export type ScheduleRun = Partial<
  Pick<EvaluationSchedule, 'nextRunAt' | 'lastRunAt' | 'lastJobId' | 'problem'>
>;
