import { Prisma, type Database, type Transaction } from '../../../platform/database/index.js';

export interface NewDelivery {
  readonly ruleId: string;
  readonly ruleName: string;
  readonly url: string;
  /** The name of it. */
  readonly secret: string;
  readonly body: string;
}

export interface DueDelivery extends Omit<NewDelivery, 'ruleId'> {
  readonly id: string;
  readonly ruleId: string | null;
  readonly origin: string;
  /** Made so far. */
  readonly attempts: number;
}

/** How the calls of one webhook of one rule went. */
export interface WebhookRecord {
  readonly ruleId: string;
  readonly url: string;
  readonly lastDeliveredAt: Date | null;
  /** Of the newest call, unless it was delivered. */
  readonly problem: string | null;
  readonly waiting: number;
}

/** Calls of webhooks, as rows: a restart forgets none. */
export class DeliveryStore {
  constructor(private readonly database: Database) {}

  async add(tx: Transaction, deliveries: readonly NewDelivery[]): Promise<void> {
    if (deliveries.length === 0) return;
    await tx.webhookDelivery.createMany({
      data: deliveries.map((delivery) => ({ ...delivery, origin: new URL(delivery.url).origin })),
    });
  }

  /** The oldest that is due of each origin but those. */
  async due(now: Date, busyOrigins: readonly string[], take: number): Promise<DueDelivery[]> {
    return this.database.$queryRaw<DueDelivery[]>`
      SELECT DISTINCT ON ("origin") "id", "ruleId", "ruleName", "url", "origin", "secret", "body", "attempts"
      FROM "WebhookDelivery"
      WHERE "state" = 'PENDING' AND "nextAttemptAt" <= ${now} AND "origin" <> ALL(${[...busyOrigins]}::text[])
      ORDER BY "origin", "nextAttemptAt", "id" LIMIT ${take}`;
  }

  /** When the next one is due; null when none waits. */
  async nextDueAt(busyOrigins: readonly string[]): Promise<Date | null> {
    const found = await this.database.webhookDelivery.aggregate({
      where: { state: 'PENDING', origin: { notIn: [...busyOrigins] } },
      _min: { nextAttemptAt: true },
    });
    return found._min.nextAttemptAt;
  }

  async delivered(id: string, attempts: number): Promise<void> {
    await this.end(this.database, id, { state: 'DELIVERED', attempts, problem: null });
  }

  async failed(tx: Transaction, id: string, { attempts, problem }: { attempts: number; problem: string }) {
    await this.end(tx, id, { state: 'FAILED', attempts, problem });
  }

  async retry(id: string, again: { attempts: number; problem: string; nextAttemptAt: Date }): Promise<void> {
    await this.database.webhookDelivery.updateMany({ where: { id }, data: again });
  }

  /** Of a rule that is deleted, or a webhook that it has no longer: nobody waits for them. */
  async cancel(tx: Transaction, ruleId: string, keptUrls: readonly string[]): Promise<void> {
    await tx.webhookDelivery.deleteMany({
      where: { ruleId, state: 'PENDING', url: { notIn: [...keptUrls] } },
    });
  }

  async ofRules(ruleIds: readonly string[]): Promise<WebhookRecord[]> {
    return this.database.$queryRaw<WebhookRecord[]>(Prisma.sql`
      SELECT "ruleId", "url",
        max("endedAt") FILTER (WHERE "state" = 'DELIVERED') AS "lastDeliveredAt",
        (array_agg("problem" ORDER BY "id" DESC))[1] AS "problem",
        (count(*) FILTER (WHERE "state" = 'PENDING'))::int AS "waiting"
      FROM "WebhookDelivery" WHERE "ruleId" = ANY(${[...ruleIds]}::uuid[]) GROUP BY "ruleId", "url"`);
  }

  /** Removes those that ended before. */
  async prune(endedBefore: Date): Promise<void> {
    await this.database.webhookDelivery.deleteMany({ where: { endedAt: { lt: endedBefore } } });
  }

  private async end(
    tx: Transaction,
    id: string,
    data: { state: 'DELIVERED' | 'FAILED'; attempts: number; problem: string | null },
  ): Promise<void> {
    await tx.webhookDelivery.updateMany({ where: { id }, data: { ...data, endedAt: new Date() } });
  }
}
