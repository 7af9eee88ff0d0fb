import { createHash, randomUUID } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import pg from 'pg';
import { StartupError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import type { Connection } from './connection.js';

interface Migration {
  readonly name: string;
  readonly sql: string;
  readonly checksum: string;
}

/** "MIGR" in ASCII: held while this database is migrated. */
const MIGRATION_LOCK = 0x4d494752;

/** Prisma's own table, column for column, so that `prisma migrate status` reads it. */
const HISTORY_TABLE = `CREATE TABLE IF NOT EXISTS _prisma_migrations (
  id VARCHAR(36) PRIMARY KEY NOT NULL,
  checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ,
  migration_name VARCHAR(255) NOT NULL,
  logs TEXT,
  rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(),
  applied_steps_count INTEGER NOT NULL DEFAULT 0
)`;

/**
 * Brings the database to this version's schema: everything that is missing, with its history, in one transaction.
 * A process killed at any moment leaves the old schema or the new one, never a half that the next start trips over.
 *
 * @returns the names of the migrations applied now; empty when the database was already there.
 * @throws StartupError when the database was made by a newer Retort, or a migration fails.
 */
export async function migrate(connection: Connection): Promise<readonly string[]> {
  const migrations = await readMigrations();
  const client = new pg.Client(connection);
  await client.connect();
  try {
    await client.query('BEGIN');
    // A session whose process was killed may still be at work; it holds this until it has ended.
    await client.query('SELECT pg_advisory_xact_lock($1)', [MIGRATION_LOCK]);
    await client.query(HISTORY_TABLE);
    const missing = await missingFrom(client, migrations);
    for (const migration of missing) await apply(client, migration);
    await client.query('COMMIT');
    return missing.map(({ name }) => name);
  } finally {
    await client.end();
  }
}

async function missingFrom(client: pg.Client, migrations: readonly Migration[]): Promise<Migration[]> {
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  const known = new Set(migrations.map(({ name }) => name));
  const newer = rows.find((row) => !known.has(row.migration_name));
  if (newer) {
    throw new StartupError(
      `The database was last used by a newer Retort (it has migration ${newer.migration_name}, unknown here). ` +
        'Start that version, or restore a backup from before the upgrade.',
    );
  }
  const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  const changed = migrations.find(({ name, checksum }) => ![undefined, checksum].includes(applied.get(name)));
  if (changed) {
    throw new StartupError(
      `Migration ${changed.name} is not the one this database was made with. Start the Retort that made it, or restore prisma/migrations from its release.`,
    );
  }
  return migrations.filter(({ name }) => !applied.has(name));
}

async function apply(client: pg.Client, { name, sql, checksum }: Migration): Promise<void> {
  try {
    await client.query(sql);
  } catch (error) {
    const reason = error instanceof Error ? error.message.replaceAll(/\s+/g, ' ') : String(error);
    throw new StartupError(
      `The database schema could not be brought up to date: migration ${name} failed (${reason}). Nothing was changed. ` +
        'Check that the database belongs to Retort and that its user may create tables and schemas (GRANT CREATE ON DATABASE), then start again.',
      { cause: error },
    );
  }
  await client.query(
    `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
     VALUES ($1, $2, now(), $3, 1)`,
    [randomUUID(), checksum, name],
  );
}

async function readMigrations(): Promise<Migration[]> {
  const folder = join(packageRoot, 'prisma/migrations');
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names.sort().map(async (name) => {
      const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
      return { name, sql, checksum: createHash('sha256').update(sql).digest('hex') };
    }),
  );
}
