import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import pg from 'pg';
import { packageRoot } from '../../src/platform/package-root.js';
import { FORGET_SCHEMA, type TestDatabase } from './databases.js';

const folder = join(packageRoot, 'prisma/migrations');
const HISTORY = `CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;

/** The schema of an older Retort, as statements: all migrations before the first that `isNewer` says. */
export async function olderSchema(isNewer: (migration: string) => boolean): Promise<string[]> {
  const names = (await readdir(folder)).filter((name) => /^\d/.test(name)).sort();
  const statements = [HISTORY];
  for (const name of names.slice(0, names.findIndex(isNewer))) {
    const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
    const checksum = createHash('sha256').update(sql).digest('hex');
    statements.push(
      sql,
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
       VALUES ('${randomUUID()}', '${checksum}', now(), '${name}', 1)`,
    );
  }
  return statements;
}

/** Puts these statements in the place of everything that is in the database. */
export async function refillDatabase(
  { dataDirectory, databaseUrl }: Pick<TestDatabase, 'dataDirectory' | 'databaseUrl'>,
  statements: readonly string[],
): Promise<void> {
  const sql = `${FORGET_SCHEMA}\n${statements.join(';\n')}`;
  if (databaseUrl !== undefined) {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(sql);
    await client.end();
    return;
  }
  const database = await PGlite.create(join(dataDirectory, 'database'));
  await database.exec(sql);
  await database.close();
}
