import { Prisma, type Database, type Transaction } from '../platform/database/index.js';
import type { JsonObject, JsonValue } from '../platform/events/index.js';
import type { JobFilter, JobKind, JobLogEntry, JobRecord, JobState } from './job.js';

export interface NewJob {
  readonly kind: JobKind;
  readonly title: string;
  readonly input: JsonObject;
  readonly reason: string | null;
  readonly actor: string;
  readonly requestId: string | null;
}

/** What a run has reached and puts down. */
export interface SavedProgress {
  readonly done: bigint;
  readonly total: bigint | null;
  readonly failed: bigint;
  readonly share: number | null;
  readonly log: readonly JobLogEntry[];
}

/** What comes with a change of state. */
export interface Change extends Partial<SavedProgress> {
  readonly attempt?: { readonly increment: number };
  readonly deaths?: number | { readonly increment: number };
  readonly startedAt?: Date;
  readonly finishedAt?: Date;
  readonly error?: string;
  readonly result?: JsonValue;
}

/** Newest first, by number. */
export interface JobWindow {
  readonly after?: bigint | undefined;
  readonly before?: bigint | undefined;
  readonly take: number;
  readonly fromEnd: boolean;
}

/** Of a job's log, the newest are kept. */
export const MAX_LOG = 100;
/** Read where they are asked for: either may be large. */
const WITHOUT_CONTENT = { checkpoint: true, result: true, requestId: true } as const;

type JobRow = Prisma.JobGetPayload<{ omit: typeof WITHOUT_CONTENT }>;

export class JobStore {
  constructor(private readonly database: Database) {}

  async create(tx: Transaction, job: NewJob): Promise<JobRecord> {
    const { input, ...rest } = job;
    const data = { ...rest, state: 'QUEUED' as const, input: input as Prisma.InputJsonValue };
    return toRecord(await tx.job.create({ data, omit: WITHOUT_CONTENT }));
  }

  async find(id: string): Promise<JobRecord | null> {
    const row = await this.database.job.findUnique({ where: { id }, omit: WITHOUT_CONTENT });
    return row && toRecord(row);
  }

  async byIds(ids: readonly string[]): Promise<JobRecord[]> {
    const rows = await this.database.job.findMany({ where: { id: { in: [...ids] } }, omit: WITHOUT_CONTENT });
    return rows.map(toRecord);
  }

  async page(filter: JobFilter, { after, before, take, fromEnd }: JobWindow): Promise<JobRecord[]> {
    const rows = await this.database.job.findMany({
      where: {
        ...toWhere(filter),
        number: { ...(after !== undefined && { lt: after }), ...(before !== undefined && { gt: before }) },
      },
      orderBy: { number: fromEnd ? 'asc' : 'desc' },
      take,
      omit: WITHOUT_CONTENT,
    });
    const records = rows.map(toRecord);
    return fromEnd ? records.reverse() : records;
  }

  count(filter: JobFilter): Promise<number> {
    return this.database.job.count({ where: toWhere(filter) });
  }

  /** Null for a job without one. */
  async resultOf(id: string): Promise<JsonValue | null> {
    const row = await this.database.job.findUnique({ where: { id }, select: { result: true } });
    return (row?.result ?? null) as JsonValue | null;
  }

  async checkpointOf(id: string): Promise<JsonValue | null> {
    const row = await this.database.job.findUnique({ where: { id }, select: { checkpoint: true } });
    return (row?.checkpoint ?? null) as JsonValue | null;
  }

  /** @returns null when the job is in none of these states, or another attempt runs */
  async change(
    tx: Transaction,
    job: { readonly id: string; readonly from: readonly JobState[]; readonly attempt?: number },
    to: JobState,
    { log, result, ...rest }: Change = {},
  ): Promise<JobRecord | null> {
    const [row] = await tx.job.updateManyAndReturn({
      where: {
        id: job.id,
        state: { in: [...job.from] },
        ...(job.attempt !== undefined && { attempt: job.attempt }),
      },
      data: {
        state: to,
        ...rest,
        ...(log && { log: toJson(log) }),
        ...(result !== undefined && {
          result: result === null ? Prisma.JsonNull : (result as Prisma.InputJsonValue),
        }),
      },
      omit: WITHOUT_CONTENT,
    });
    return row ? toRecord(row) : null;
  }

  /** @returns false when the job runs no longer, or another attempt of it does */
  async save(
    job: { readonly id: string; readonly attempt: number },
    checkpoint: JsonValue,
    { log, ...progress }: SavedProgress,
  ): Promise<boolean> {
    const { count } = await this.database.job.updateMany({
      where: { id: job.id, state: 'RUNNING', attempt: job.attempt },
      data: {
        ...progress,
        deaths: 0,
        log: toJson(log),
        checkpoint: checkpoint === null ? Prisma.JsonNull : (checkpoint as Prisma.InputJsonValue),
      },
    });
    return count > 0;
  }

  /** Those that run or wait for their turn, oldest first, with how often the server ended while each ran. */
  async pending(): Promise<(JobRecord & { readonly deaths: number })[]> {
    const rows = await this.database.job.findMany({
      where: { state: { in: ['QUEUED', 'RUNNING'] } },
      orderBy: { number: 'asc' },
      omit: WITHOUT_CONTENT,
    });
    return rows.map((row) => ({ ...toRecord(row), deaths: row.deaths }));
  }

  /** Of those that run or wait for their turn, oldest first. */
  async pendingIds(): Promise<string[]> {
    const rows = await this.database.job.findMany({
      where: { state: { in: ['QUEUED', 'RUNNING'] } },
      orderBy: { number: 'asc' },
      select: { id: true },
    });
    return rows.map(({ id }) => id);
  }

  /** Removes what was over before the instant. @returns how many */
  async removeFinished(before: Date): Promise<number> {
    const { count } = await this.database.job.deleteMany({ where: { finishedAt: { lt: before } } });
    return count;
  }
}

function toWhere({ states, kinds }: JobFilter): Prisma.JobWhereInput {
  return {
    ...(states && { state: { in: [...states] } }),
    ...(kinds && { kind: { in: [...kinds] } }),
  };
}

function toJson(log: readonly JobLogEntry[]): Prisma.InputJsonValue {
  return log.slice(-MAX_LOG).map(({ at, message }) => ({ at: at.toISOString(), message }));
}

function toRecord(row: JobRow): JobRecord {
  const { id, number, kind, state, title, attempt, error, reason, actor, createdAt, startedAt, finishedAt } =
    row;
  const { done, total, failed, share } = row;
  return {
    id,
    number,
    kind,
    state,
    title,
    input: row.input as JsonObject,
    attempt,
    // Work that is over is whole, however finely its last steps were counted.
    progress: {
      done,
      total,
      failed,
      share: state === 'SUCCEEDED' ? 1 : share,
      rate: null,
      secondsLeft: null,
    },
    error,
    log: (row.log as { at: string; message: string }[]).map(({ at, message }) => ({
      at: new Date(at),
      message,
    })),
    reason,
    actor,
    createdAt,
    startedAt,
    finishedAt,
  };
}
