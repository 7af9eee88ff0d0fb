import type { Window } from '../../catalog/index.js';
import type { Database, Prisma, Transaction } from '../../platform/database/index.js';
import type { AlertRecord, AlertSeverity, AlertState } from './alert-records.js';

export interface AlertFilter {
  readonly states?: readonly AlertState[] | undefined;
  readonly severities?: readonly AlertSeverity[] | undefined;
  /** Names, so that what was deleted is found, too. */
  readonly deployment?: string | undefined;
  readonly rule?: string | undefined;
}

/** What becomes of alerts in one look. */
export interface AlertChanges {
  readonly opened: readonly AlertRecord[];
  /** Those that fired, were resolved or told. */
  readonly changed: readonly AlertRecord[];
  /** Ids of those that never fired. */
  readonly dropped: readonly string[];
}

export class AlertStore {
  constructor(private readonly database: Database) {}

  /** All that are pending or firing. */
  async open(): Promise<AlertRecord[]> {
    return this.database.alert.findMany({ where: { state: { not: 'RESOLVED' } } });
  }

  async openOfRules(ruleIds: readonly string[]): Promise<AlertRecord[]> {
    return this.database.alert.findMany({
      where: { ruleId: { in: [...ruleIds] }, state: { not: 'RESOLVED' } },
      orderBy: { deploymentName: 'asc' },
    });
  }

  /** Newest first; positions are ids. */
  async page(filter: AlertFilter, { after, before, take, fromEnd }: Window<string>): Promise<AlertRecord[]> {
    const rows = await this.database.alert.findMany({
      where: {
        ...toWhere(filter),
        id: { ...(after !== undefined && { lt: after }), ...(before !== undefined && { gt: before }) },
      },
      orderBy: { id: fromEnd ? 'asc' : 'desc' },
      take,
    });
    return fromEnd ? rows.reverse() : rows;
  }

  count(filter: AlertFilter): Promise<number> {
    return this.database.alert.count({ where: toWhere(filter) });
  }

  async byIds(ids: readonly string[]): Promise<AlertRecord[]> {
    return this.database.alert.findMany({ where: { id: { in: [...ids] } } });
  }

  /** However many they are, three statements. */
  async apply(tx: Transaction, { opened, changed, dropped }: AlertChanges): Promise<void> {
    if (opened.length > 0) await tx.alert.createMany({ data: [...opened] });
    if (changed.length > 0)
      await tx.$executeRaw`
        UPDATE "Alert" a SET
          "state" = c."state"::"AlertState", "severity" = c."severity"::"AlertSeverity", "value" = c."value",
          "threshold" = c."threshold", "message" = c."message", "firedAt" = c."firedAt", "resolvedAt" = c."resolvedAt",
          "heldMs" = c."heldMs", "unknownMs" = c."unknownMs", "seenAt" = c."seenAt", "notified" = c."notified"
        FROM jsonb_to_recordset(${JSON.stringify(changed)}::jsonb) AS c(
          "id" uuid, "state" text, "severity" text, "value" float8, "threshold" float8, "message" text,
          "firedAt" timestamptz, "resolvedAt" timestamptz, "heldMs" int, "unknownMs" int, "seenAt" timestamptz,
          "notified" bool)
        WHERE a."id" = c."id"`;
    if (dropped.length > 0) await tx.alert.deleteMany({ where: { id: { in: [...dropped] } } });
  }

  /** How far those that are open were seen. */
  async noteSeen(
    alerts: readonly Pick<AlertRecord, 'id' | 'heldMs' | 'unknownMs' | 'seenAt'>[],
  ): Promise<void> {
    await this.database.$executeRaw`
      UPDATE "Alert" a SET "heldMs" = c."heldMs", "unknownMs" = c."unknownMs", "seenAt" = c."seenAt"
      FROM jsonb_to_recordset(${JSON.stringify(alerts)}::jsonb)
        AS c("id" uuid, "heldMs" int, "unknownMs" int, "seenAt" timestamptz)
      WHERE a."id" = c."id"`;
  }

  /** @returns how many */
  async prune(resolvedBefore: Date): Promise<number> {
    const { count } = await this.database.alert.deleteMany({ where: { resolvedAt: { lt: resolvedBefore } } });
    return count;
  }
}

function toWhere({ states, severities, deployment, rule }: AlertFilter): Prisma.AlertWhereInput {
  return {
    ...(states && { state: { in: [...states] } }),
    ...(severities && { severity: { in: [...severities] } }),
    ...(deployment !== undefined && { deploymentName: deployment }),
    ...(rule !== undefined && { ruleName: rule }),
  };
}
