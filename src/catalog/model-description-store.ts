import type { Database, Transaction } from '../platform/database/index.js';
import type { DescriptionRecord } from './catalog-records.js';

interface DescriptionRow extends DescriptionRecord {
  readonly untilVersion: number;
}

/** PostgreSQL's largest integer: what a model says now holds for every version that nothing older holds for. */
const FOR_ALL = 2 ** 31 - 1;

/**
 * What a model said of itself at each of its versions. Nothing is written until a model with versions is changed, and
 * then what they were published under: a version's description never changes once there is the version.
 */
export class ModelDescriptionStore {
  constructor(private readonly database: Database) {}

  /** To be called under the model's lock, before it is changed. */
  async keep(tx: Transaction, modelId: string): Promise<void> {
    // A row of the same number is older, and so what that version was published under.
    await tx.$executeRaw`
      INSERT INTO "ModelDescription" ("modelId", "untilVersion", "title", "summary", "domain", "labels", "card")
      SELECT "id", "latestVersion", "title", "summary", "domain", "labels", "card"
      FROM "Model" WHERE "id" = ${modelId}::uuid AND "latestVersion" > 0
      ON CONFLICT DO NOTHING`;
  }

  /** One statement, so that a change at the same time is seen on both sides of it or on neither. */
  async ofVersions(
    modelId: string,
    { from, to }: { readonly from: number; readonly to: number },
  ): Promise<Map<number, DescriptionRecord>> {
    const rows = await this.database.$queryRaw<DescriptionRow[]>`
      (SELECT d."untilVersion", d."title", d."summary", d."domain"::text AS "domain", d."labels", d."card"
       FROM "ModelDescription" d
       WHERE d."modelId" = ${modelId}::uuid AND d."untilVersion" >= ${from}
       ORDER BY d."untilVersion" LIMIT ${Math.max(to - from + 1, 0)})
      UNION ALL
      SELECT ${FOR_ALL}::int, m."title", m."summary", m."domain"::text, m."labels", m."card"
      FROM "Model" m WHERE m."id" = ${modelId}::uuid`;
    rows.sort((a, b) => a.untilVersion - b.untilVersion);
    const descriptions = new Map<number, DescriptionRecord>();
    for (let number = from; number <= to; number += 1) {
      const row = rows.find(({ untilVersion }) => untilVersion >= number);
      if (!row) continue;
      const { title, summary, domain, labels, card } = row;
      descriptions.set(number, { title, summary, domain, labels, card });
    }
    return descriptions;
  }
}
