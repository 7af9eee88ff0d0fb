import type { Window } from '../../catalog/index.js';
import { isUniqueViolation } from '../../platform/database-errors.js';
import type { Database, Prisma, Transaction } from '../../platform/database/index.js';
import { DomainError } from '../../platform/errors.js';
import type { JsonObject } from '../../platform/events/index.js';
import type { EvaluationSchedule, ScheduleFields, ScheduleRun } from './evaluation-schedule.js';

type Row = Prisma.EvaluationScheduleGetPayload<object>;

/** Rows of schedules. */
export class ScheduleStore {
  constructor(private readonly database: Database) {}

  async find(name: string): Promise<EvaluationSchedule | null> {
    const row = await this.database.evaluationSchedule.findUnique({ where: { name } });
    return row && toRecord(row);
  }

  async byIds(ids: readonly string[]): Promise<EvaluationSchedule[]> {
    return (await this.database.evaluationSchedule.findMany({ where: { id: { in: [...ids] } } })).map(
      toRecord,
    );
  }

  /** By name; positions are names. */
  async page({ after, before, take, fromEnd }: Window<string>): Promise<EvaluationSchedule[]> {
    const rows = await this.database.evaluationSchedule.findMany({
      where: {
        name: { ...(after !== undefined && { gt: after }), ...(before !== undefined && { lt: before }) },
      },
      orderBy: { name: fromEnd ? 'desc' : 'asc' },
      take,
    });
    const schedules = rows.map(toRecord);
    return fromEnd ? schedules.reverse() : schedules;
  }

  /** In the order of their names. */
  async all(): Promise<EvaluationSchedule[]> {
    return (await this.database.evaluationSchedule.findMany({ orderBy: { name: 'asc' } })).map(toRecord);
  }

  count(): Promise<number> {
    return this.database.evaluationSchedule.count();
  }

  /** The longest overdue first. */
  async due(now: Date): Promise<EvaluationSchedule[]> {
    const rows = await this.database.evaluationSchedule.findMany({
      where: { enabled: true, nextRunAt: { lte: now } },
      orderBy: [{ nextRunAt: 'asc' }, { name: 'asc' }],
    });
    return rows.map(toRecord);
  }

  /** When the next is due; null when none is. */
  async nextAt(): Promise<Date | null> {
    const row = await this.database.evaluationSchedule.findFirst({
      where: { enabled: true, nextRunAt: { not: null } },
      orderBy: { nextRunAt: 'asc' },
      select: { nextRunAt: true },
    });
    return row?.nextRunAt ?? null;
  }

  /** @throws DomainError NAME_TAKEN */
  async add(tx: Transaction, fields: ScheduleFields, createdBy: string): Promise<EvaluationSchedule> {
    const data = { ...fields, asked: JSON.stringify(fields.asked), createdBy };
    return toRecord(await tx.evaluationSchedule.create({ data }).catch(nameTaken(fields.name)));
  }

  /** @throws DomainError NAME_TAKEN */
  async change(tx: Transaction, id: string, fields: ScheduleFields): Promise<EvaluationSchedule> {
    const data = { ...fields, asked: JSON.stringify(fields.asked), updatedAt: new Date() };
    return toRecord(
      await tx.evaluationSchedule.update({ where: { id }, data }).catch(nameTaken(fields.name)),
    );
  }

  /** What a run left; nothing where the schedule was removed, changed or run meanwhile. @returns whether it was written */
  async ran(
    tx: Transaction,
    { id, updatedAt, lastJobId }: EvaluationSchedule,
    run: ScheduleRun,
  ): Promise<boolean> {
    const { count } = await tx.evaluationSchedule.updateMany({
      where: { id, updatedAt, lastJobId },
      data: run,
    });
    return count > 0;
  }

  async remove(tx: Transaction, id: string): Promise<void> {
    await tx.evaluationSchedule.deleteMany({ where: { id } });
  }
}

function toRecord({ asked, ...row }: Row): EvaluationSchedule {
  return { ...row, asked: JSON.parse(asked) as JsonObject };
}

function nameTaken(name: string) {
  return (error: unknown): never => {
    if (!isUniqueViolation(error)) throw error;
    throw new DomainError(
      'NAME_TAKEN',
      `There is an evaluation schedule "${name}" already. Choose another name, or change that one with updateEvaluationSchedule.`,
      { field: ['name'], cause: error },
    );
  };
}
