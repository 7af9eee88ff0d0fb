import PgBoss from 'pg-boss';
import { sqlWithin, type SqlExecutor, type Transaction } from '../platform/database/index.js';
import type { Logger } from '../platform/logging.js';

/**
 * Both come into being with the migration `jobs`, and here where a backup without them was restored: what they hold is
 * made anew at each start.
 */
const SCHEMA = 'retort_pgboss';
const QUEUE = 'jobs';
/** A wake-up is given up after two minutes of putting it back; a job that runs a day is still the same server's. */
const QUEUE_SETTINGS = {
  retryLimit: 6,
  retryDelay: 2,
  retryBackoff: true,
  expireInSeconds: 82_800,
  retentionMinutes: 525_600,
} as const;

/** That a job is to be begun. */
export interface WakeUp {
  readonly id: string;
  readonly jobId: string;
  /** Whether it may be put back to come again later, and has not come too often already. */
  readonly mayComeAgain: boolean;
}

/**
 * What jobs are woken up by, in the order they came and with growing delays: pg-boss, on Retort's own connections. It is not
 * asked to call back (`work`), since it then neither waits for what it writes nor bears a database that is away; a
 * wake-up that was followed is deleted, so that at rest there is none.
 */
export class WakeUps {
  private constructor(private readonly boss: PgBoss) {}

  static async open(sql: SqlExecutor, logger: Logger): Promise<WakeUps> {
    const boss = new PgBoss({
      db: { executeSql: (text: string, values?: unknown[]) => sql.executeSql(text, values?.map(plain)) },
      schema: SCHEMA,
      supervise: false,
      schedule: false,
    });
    boss.on('error', (error) => logger.warn({ err: error }, 'the queue of jobs met an error'));
    await boss.start();
    if (!(await boss.getQueue(QUEUE))) await boss.createQueue(QUEUE, { name: QUEUE, ...QUEUE_SETTINGS });
    return new WakeUps(boss);
  }

  /** Comes into effect when the transaction does. */
  async send(tx: Transaction, jobId: string): Promise<void> {
    const within = sqlWithin(tx);
    await this.boss.send(
      QUEUE,
      { jobId },
      { db: { executeSql: (text: string, values: unknown[]) => within.executeSql(text, values.map(plain)) } },
    );
  }

  /** The next that is due, which is nobody else's then; null when none is, or the database is away. */
  async next(): Promise<WakeUp | null> {
    const [found] = await this.boss.fetch<{ jobId: string }>(QUEUE, { batchSize: 1, includeMetadata: true });
    if (!found) return null;
    const { id, data, retryCount, retryLimit } = found as PgBoss.JobWithMetadata<{ jobId: string }>;
    return { id, jobId: data.jobId, mayComeAgain: retryCount < retryLimit };
  }

  /** It was followed. */
  async done({ id }: WakeUp): Promise<void> {
    await this.boss.deleteJob(QUEUE, id);
  }

  /** It comes again after 2 s, 4 s and so on. */
  async putBack({ id }: WakeUp, reason: string): Promise<void> {
    await this.boss.fail(QUEUE, id, { reason });
  }

  /** Removes all of them, those too that were taken by a server that has ended. */
  async clear(): Promise<void> {
    await this.boss.clearStorage();
  }
}

/** Objects as the text that jsonb is read from: both ways to the database know that. */
function plain(value: unknown): unknown {
  return typeof value === 'object' && value !== null && !Array.isArray(value) && !(value instanceof Date)
    ? JSON.stringify(value)
    : value;
}
