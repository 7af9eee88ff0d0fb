import { createHash } from 'node:crypto';
import { readFile, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import pg from 'pg';
import { compiledEntry } from '../compiled-entry.js';
import { StartupError } from '../errors.js';
import { packageRoot } from '../package-root.js';
import type { Migration } from './migration.js';
import type { MigrationWorkerData, MigrationWorkerReport } from './migration-worker.js';
import type { Connection } from './connection.js';

/**
 * Brings the database to this version's schema.
 *
 * @returns the names of the migrations applied now; empty when the database was already there.
 * @throws StartupError when the database was made by a newer Retort, or a migration fails.
 */
export async function migrate(connection: Connection): Promise<readonly string[]> {
  const migrations = await readMigrations();
  if (await upToDate(connection, migrations)) return [];
  const report = await runWorker({
    connection,
    migrations,
    schema: await readFile(join(packageRoot, 'prisma/schema.prisma'), 'utf8'),
  });
  if (report.kind === 'failed') {
    throw new StartupError(
      `The database schema could not be brought up to date: ${report.message} ` +
        'Nothing was served. Check that the database belongs to Retort and that its user may create tables, then start again.',
    );
  }
  return report.names;
}

async function readMigrations(): Promise<Migration[]> {
  const folder = join(packageRoot, 'prisma/migrations');
  const entries = await readdir(folder, { withFileTypes: true });
  const names = entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
  return Promise.all(
    names
      .sort()
      .map(async (name) => ({ name, sql: await readFile(join(folder, name, 'migration.sql'), 'utf8') })),
  );
}

/** Spares every start but the first the schema engine: its own table says what has been applied, with checksums. */
async function upToDate(connection: Connection, migrations: readonly Migration[]): Promise<boolean> {
  const client = new pg.Client(connection);
  await client.connect();
  try {
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
    return migrations.every(
      ({ name, sql }) => applied.get(name) === createHash('sha256').update(sql).digest('hex'),
    );
  } catch (error) {
    const UNDEFINED_TABLE = '42P01';
    if ((error as { code?: string }).code === UNDEFINED_TABLE) return false;
    throw error;
  } finally {
    await client.end();
  }
}

function runWorker(data: MigrationWorkerData): Promise<MigrationWorkerReport> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(compiledEntry(import.meta.url, './migration-worker.js'), { workerData: data });
    worker.once('message', (report: MigrationWorkerReport) => {
      resolve(report);
      // PrismaPg keeps its pool open; everything it had to do is done and reported.
      void worker.terminate();
    });
    worker.once('error', reject);
    worker.once('exit', () =>
      resolve({ kind: 'failed', message: 'the schema engine stopped without an answer.' }),
    );
  });
}
