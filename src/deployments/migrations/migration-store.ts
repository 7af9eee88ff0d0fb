import type { Prisma, Database, Transaction } from '../../platform/database/index.js';
import type { GuardReport } from '../guards/index.js';
import { OPEN_STATES, type MigrationPlan, type MigrationRecord } from './records.js';

type MigrationRow = Prisma.MigrationGetPayload<object>;

export type MigrationChange = Partial<
  Pick<MigrationRecord, 'state' | 'stateReason' | 'resumesIn' | 'step' | 'stepAt' | 'guards' | 'endedAt'>
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
    return row && toRecord(row);
  }

  async allOpen(): Promise<MigrationRecord[]> {
    const rows = await this.database.migration.findMany({ where: { state: { in: [...OPEN_STATES] } } });
    return rows.map(toRecord);
  }

  /** Newest first within each deployment. */
  async ofDeployments(deploymentIds: readonly string[]): Promise<MigrationRecord[]> {
    const rows = await this.database.migration.findMany({
      where: { deploymentId: { in: [...deploymentIds] } },
      orderBy: [{ deploymentId: 'asc' }, { number: 'desc' }],
    });
    return rows.map(toRecord);
  }

  async add(tx: Transaction, { plan, ...migration }: NewMigration): Promise<MigrationRecord> {
    const { _max } = await tx.migration.aggregate({
      where: { deploymentId: migration.deploymentId },
      _max: { number: true },
    });
    const row = await tx.migration.create({
      data: { ...migration, number: (_max.number ?? 0) + 1, plan: asJson(plan) },
    });
    return toRecord(row);
  }

  async change(
    tx: Transaction,
    id: string,
    { guards, ...change }: MigrationChange,
  ): Promise<MigrationRecord> {
    const row = await tx.migration.update({
      where: { id },
      data: { ...change, ...(guards && { guards: asJson(guards) }) },
    });
    return toRecord(row);
  }
}

function toRecord({ plan, guards, ...row }: MigrationRow): MigrationRecord {
  return {
    ...row,
    resumesIn: row.resumesIn as MigrationRecord['resumesIn'],
    plan: plan as unknown as MigrationPlan,
    guards: guards as unknown as GuardReport[],
  };
}

function asJson(value: unknown): Prisma.InputJsonValue {
  return JSON.parse(JSON.stringify(value)) as Prisma.InputJsonValue;
}
