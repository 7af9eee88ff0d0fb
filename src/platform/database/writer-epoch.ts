import type pg from 'pg';

/** How long a server that takes over waits for the last transactions of the one before. */
const LAST_TRANSACTIONS_MS = 5_000;
const LOCK_NOT_AVAILABLE = '55P03';

/**
 * Every table gets the trigger that checks the epoch, those of later migrations too: what writes without it could undo
 * what another server has done.
 */
const ATTACH_TRIGGERS = `DO $$
DECLARE
  unguarded regclass;
BEGIN
  FOR unguarded IN
    SELECT c.oid FROM pg_class c
    WHERE c.relnamespace IN (current_schema()::regnamespace, to_regnamespace('retort_pgboss'))
      AND c.relkind IN ('r', 'p') AND NOT c.relispartition
      AND c.relname NOT IN ('WriterEpoch', '_prisma_migrations')
      AND NOT EXISTS (SELECT 1 FROM pg_trigger t WHERE t.tgrelid = c.oid AND t.tgname = 'check_writer_epoch')
  LOOP
    EXECUTE format('CREATE TRIGGER check_writer_epoch BEFORE INSERT OR UPDATE OR DELETE OR TRUNCATE ON %s '
      'FOR EACH STATEMENT EXECUTE FUNCTION "checkWriterEpoch"()', unguarded);
  END LOOP;
END
$$`;

export async function guardTables(client: pg.Client): Promise<void> {
  await client.query(ATTACH_TRIGGERS);
}

export async function currentEpoch(client: pg.Client): Promise<bigint> {
  const { rows } = await client.query<{ epoch: string }>('SELECT "epoch" FROM "WriterEpoch" WHERE "id" = 1');
  return BigInt(rows[0]?.epoch ?? 0);
}

/**
 * Begins an epoch: from its commit on, every session of an earlier one is refused. For the holder of the instance lock.
 */
export async function beginEpoch(client: pg.Client): Promise<bigint> {
  await client.query(`SET lock_timeout = ${LAST_TRANSACTIONS_MS}`);
  for (let attempt = 1; ; attempt += 1) {
    try {
      const { rows } = await client.query<{ epoch: string }>(
        'UPDATE "WriterEpoch" SET "epoch" = "epoch" + 1 WHERE "id" = 1 RETURNING "epoch"',
      );
      return BigInt(rows[0]?.epoch ?? 0);
    } catch (error) {
      if ((error as { code?: string }).code !== LOCK_NOT_AVAILABLE || attempt > 3) throw error;
      // What still holds a transaction open after so long belongs to a server that is gone or cut off.
      await client.query(
        `SELECT pg_terminate_backend(pid) FROM pg_stat_activity
         WHERE application_name = 'retort' AND datname = current_database() AND pid <> pg_backend_pid()
           AND xact_start < now() - make_interval(secs => $1)`,
        [LAST_TRANSACTIONS_MS / 1_000],
      );
    }
  }
}
