import type { Database, Transaction } from '../../platform/database/index.js';
import type { SilenceRecord } from './alert-records.js';

/** Whose alerts are silent; not both are null. */
export interface SilenceScope {
  readonly ruleId: string | null;
  readonly deploymentName: string | null;
}

export class SilenceStore {
  constructor(private readonly database: Database) {}

  async active(now: Date): Promise<SilenceRecord[]> {
    return this.database.alertSilence.findMany({ where: { until: { gt: now } } });
  }

  /** Takes the place of the one of the same scope. */
  async set(tx: Transaction, silence: SilenceRecord): Promise<void> {
    await this.remove(tx, silence);
    await tx.alertSilence.create({ data: silence });
  }

  async remove(tx: Transaction, { ruleId, deploymentName }: SilenceScope): Promise<void> {
    await tx.alertSilence.deleteMany({ where: { ruleId, deploymentName } });
  }

  async prune(now: Date): Promise<void> {
    await this.database.alertSilence.deleteMany({ where: { until: { lt: now } } });
  }
}
