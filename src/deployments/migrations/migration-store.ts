import type { Prisma, Database, Transaction } from '../../platform/database/index.js';
import type { GuardReport } from '../guards/index.js';
import { OPEN_STATES, type MigrationPlan, type MigrationRecord } from './records.js';

type MigrationRow = Prisma.MigrationGetPayload<object>;

export type MigrationChange = Partial<
  Pick<
    MigrationRecord,
    'state' | 'stateReason' | 'resumesIn' | 'step' | 'stepAt' | 'guards' | 'periods' | 'endedAt'
  >
>;

export type NewMigration = Pick<
  MigrationRecord,
  'deploymentId' | 'fromRevision' | 'toRevision' | 'strategy' | 'plan' | 'reason' | 'createdBy'
>;

/** Migrations: at most one of a deployment is open, which the database holds too. */
export class MigrationStore {
  constructor(private readonly database: Database) {}

  async open(deploymentId: string, tx: Transaction = this.database): Promise<MigrationRecord | null> {
    const row = await tx.migration.findFirst({ where: { deploymentId, state: { in: [...OPEN_STATES] } } });
    return row && toMigrationRecord(row);
  }

  async allOpen(): Promise<MigrationRecord[]> {
    const rows = await this.database.migration.findMany({ where: { state: { in: [...OPEN_STATES] } } });
    return rows.map(toMigrationRecord);
  }

  async byIds(ids: readonly string[]): Promise<MigrationRecord[]> {
    const rows = await this.database.migration.findMany({ where: { id: { in: [...ids] } } });
    return rows.map(toMigrationRecord);
  }

  /** Newest first within each deployment. */
  async ofDeployments(deploymentIds: readonly string[]): Promise<MigrationRecord[]> {
    const rows = await this.database.migration.findMany({
      where: { deploymentId: { in: [...deploymentIds] } },
      orderBy: [{ deploymentId: 'asc' }, { number: 'desc' }],
    });
    return rows.map(toMigrationRecord);
  }

  async add(tx: Transaction, { plan, ...migration }: NewMigration): Promise<MigrationRecord> {
    const { _max } = await tx.migration.aggregate({
      where: { deploymentId: migration.deploymentId },
      _max: { number: true },
    });
    const row = await tx.migration.create({
      data: { ...migration, number: (_max.number ?? 0) + 1, plan: asJson(plan) },
    });
    return toMigrationRecord(row);
  }

  async change(
    tx: Transaction,
    migration: MigrationRecord,
    { guards = migration.guards, periods = migration.periods, ...columns }: MigrationChange,
  ): Promise<MigrationRecord> {
    const observed: Observed = { periods, reports: guards };
    const row = await tx.migration.update({
      where: { id: migration.id },
      data: { ...columns, guards: asJson(observed) },
    });
    return toMigrationRecord(row);
  }

  /** For a candidate that is observed anew within a step. */
  beginPeriod(migration: MigrationRecord): Promise<MigrationRecord> {
    return this.change(this.database, migration, { periods: migration.periods + 1 });
  }
}

/** What the column `guards` holds; in a new row, or one of before there were periods, it is the reports alone. */
interface Observed {
  readonly periods: number;
  readonly reports: readonly GuardReport[];
}

export function toMigrationRecord({ plan, guards, ...row }: MigrationRow): MigrationRecord {
  const stored = guards as unknown as Observed | readonly GuardReport[];
  const { periods, reports } = isReports(stored)
    ? { periods: row.step === null ? 0 : row.step + 1, reports: stored }
    : stored;
  return {
    ...row,
    resumesIn: row.resumesIn as MigrationRecord['resumesIn'],
    plan: plan as unknown as MigrationPlan,
    guards: reports,
    periods,
  };
}

function isReports(stored: Observed | readonly GuardReport[]): stored is readonly GuardReport[] {
  return Array.isArray(stored);
}

function asJson(value: unknown): Prisma.InputJsonValue {
  return JSON.parse(JSON.stringify(value)) as Prisma.InputJsonValue;
}
