import type pg from 'pg';
import { databaseProblem } from '../database-errors.js';
import type { Prisma } from './__generated__/prisma/client.js';

/** Runs SQL that Prisma does not write: that of libraries with tables of their own. */
export interface SqlExecutor {
  /** @throws DatabaseUnavailable when the database is away, full, or not this process' to write */
  executeSql(text: string, values?: readonly unknown[]): Promise<{ rows: Record<string, unknown>[] }>;
}

/** One statement at a time on a connection of the pool, with the epoch that it names; nothing of it outlives the call. */
export class PooledSql implements SqlExecutor {
  constructor(
    private readonly pool: pg.Pool,
    /** Why this process must not write; null when it may. */
    private readonly refusal: () => Error | null,
  ) {}

  async executeSql(
    text: string,
    values: readonly unknown[] = [],
  ): Promise<{ rows: Record<string, unknown>[] }> {
    const refusal = this.refusal();
    if (refusal) throw refusal;
    try {
      const client = await this.pool.connect();
      try {
        const { rows } = await client.query<Record<string, unknown>>(text, [...values]);
        return { rows };
      } finally {
        // One that was lost is dropped by the pool; one whose statement was refused is as good as before.
        client.release();
      }
    } catch (error) {
      throw databaseProblem(error) ?? error;
    }
  }
}

/** The same inside a transaction of Prisma's. */
export function sqlWithin(tx: Prisma.TransactionClient): SqlExecutor {
  return {
    executeSql: async (text, values = []) => ({
      rows: await tx.$queryRawUnsafe<Record<string, unknown>[]>(text, ...values),
    }),
  };
}
