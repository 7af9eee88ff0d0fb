import { asJson, type Window } from '../../../catalog/index.js';
import { isUniqueViolation } from '../../../platform/database-errors.js';
import type { Database, Prisma, Transaction } from '../../../platform/database/index.js';
import { DomainError } from '../../../platform/errors.js';
import type { AlertRuleRecord, AlertWebhook } from '../alert-records.js';
import type { AlertCondition } from './condition.js';

type RuleRow = Prisma.AlertRuleGetPayload<object>;
export type RuleFields = Omit<AlertRuleRecord, 'id' | 'createdAt' | 'updatedAt' | 'createdBy'>;

export class AlertRuleStore {
  constructor(private readonly database: Database) {}

  /** In the order of their names. */
  async all(): Promise<AlertRuleRecord[]> {
    return (await this.database.alertRule.findMany({ orderBy: { name: 'asc' } })).map(toRule);
  }

  /** By name; positions are names. */
  async page({ after, before, take, fromEnd }: Window<string>): Promise<AlertRuleRecord[]> {
    const rows = await this.database.alertRule.findMany({
      where: {
        name: { ...(after !== undefined && { gt: after }), ...(before !== undefined && { lt: before }) },
      },
      orderBy: { name: fromEnd ? 'desc' : 'asc' },
      take,
    });
    const rules = rows.map(toRule);
    return fromEnd ? rules.reverse() : rules;
  }

  count(): Promise<number> {
    return this.database.alertRule.count();
  }

  async byIds(ids: readonly string[]): Promise<AlertRuleRecord[]> {
    return (await this.database.alertRule.findMany({ where: { id: { in: [...ids] } } })).map(toRule);
  }

  /** @throws DomainError NAME_TAKEN */
  async add(tx: Transaction, id: string, fields: RuleFields, createdBy: string): Promise<AlertRuleRecord> {
    const data = { id, ...toColumns(fields), createdBy };
    return toRule(await tx.alertRule.create({ data }).catch(nameTaken(fields.name)));
  }

  /** @throws DomainError NAME_TAKEN */
  async change(tx: Transaction, id: string, fields: RuleFields): Promise<AlertRuleRecord> {
    const data = { ...toColumns(fields), updatedAt: new Date() };
    return toRule(await tx.alertRule.update({ where: { id }, data }).catch(nameTaken(fields.name)));
  }

  async remove(tx: Transaction, id: string): Promise<void> {
    await tx.alertRule.delete({ where: { id } });
  }
}

function toRule({ condition, webhooks, ...row }: RuleRow): AlertRuleRecord {
  return {
    ...row,
    condition: condition as unknown as AlertCondition,
    webhooks: webhooks as unknown as readonly AlertWebhook[],
  };
}

function toColumns({ condition, webhooks, deployments, ...fields }: RuleFields) {
  return {
    ...fields,
    deployments: [...deployments],
    condition: asJson(condition),
    webhooks: asJson(webhooks),
  };
}

function nameTaken(name: string) {
  return (error: unknown): never => {
    if (!isUniqueViolation(error)) throw error;
    throw new DomainError(
      'NAME_TAKEN',
      `There is an alert rule "${name}" already, or one whose name differs only in case. Choose another name, or change that one with updateAlertRule.`,
      { field: ['name'], cause: error },
    );
  };
}
