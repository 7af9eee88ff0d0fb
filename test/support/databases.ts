import { randomBytes } from 'node:crypto';
import { cpSync, readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { createLogger } from '../../src/platform/logging.js';
import { counted } from './costs.js';
import { isLongRun } from './depth.js';
import { openDatabase, type DatabaseHandle } from '../../src/platform/database/index.js';
import { giveBackDatabase, lendDatabase, startEmbedded } from './kept-databases.js';

export type DatabaseKind = 'embedded' | 'postgresql';

const server = process.env.TEST_DATABASE_URL;

/**
 * For describe.each of what may differ between the two: the embedded database always, and real PostgreSQL wherever
 * TEST_DATABASE_URL names a server.
 */
export const databaseKinds: readonly DatabaseKind[] = server ? ['embedded', 'postgresql'] : ['embedded'];

/** For what knows of no database, and has one only because a server has: both only in `npm run test:long`. */
export const anyDatabaseKind: readonly DatabaseKind[] = isLongRun ? databaseKinds : ['embedded'];

export interface TestDatabase {
  readonly dataDirectory: string;
  readonly databaseUrl: string | undefined;
  drop(): Promise<void>;
}

/** Leaves nothing of the template but PostgreSQL itself, whose own making (initdb) takes four seconds of computing. */
export const FORGET_SCHEMA = `
  DO $$ DECLARE schema TEXT; BEGIN
    FOR schema IN SELECT nspname FROM pg_namespace WHERE nspname !~ '^pg_' AND nspname <> 'information_schema'
    LOOP EXECUTE format('DROP SCHEMA %I CASCADE', schema); END LOOP;
  END $$;
  CREATE SCHEMA public;`;

/** A data directory, or what else its database is copied from: the name of one on the PostgreSQL server. */
export interface DatabaseTemplate {
  readonly directory?: string;
  readonly postgres?: string;
}

/** A data directory of its own and a database with the schema in place, copied from the run's template. */
export async function createTestDatabase(
  kind: DatabaseKind,
  { directory = required('RETORT_TEST_TEMPLATE'), postgres }: DatabaseTemplate = {},
): Promise<TestDatabase> {
  const dataDirectory = await mkdtemp(join(tmpdir(), 'retort-test-'));
  const removeDirectory = () => rm(dataDirectory, { recursive: true, force: true });
  if (kind === 'embedded') {
    await compiledOnce();
    // A quarter of the work of its asynchronous sister, for a thousand small files.
    cpSync(directory, dataDirectory, { recursive: true });
    return { dataDirectory, databaseUrl: undefined, drop: removeDirectory };
  }
  const name = `${required('RETORT_TEST_DATABASES')}${randomBytes(6).toString('hex')}`;
  await asAdmin(`CREATE DATABASE ${name} TEMPLATE ${postgres ?? required('RETORT_TEST_PG_TEMPLATE')}`);
  const url = new URL(required('TEST_DATABASE_URL'));
  url.pathname = `/${name}`;
  return {
    dataDirectory,
    databaseUrl: url.href,
    async drop() {
      await asAdmin(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
      await removeDirectory();
    },
  };
}

let compiled: Promise<WebAssembly.Module> | undefined;

/**
 * Holds PostgreSQL's compiled code for as long as this process lives. V8 shares it with every thread that loads the
 * same bytes, and drops it with the last of them: each database would compile it anew.
 */
async function compiledOnce(): Promise<void> {
  compiled ??= WebAssembly.compile(
    readFileSync(new URL('pglite.wasm', import.meta.resolve('@electric-sql/pglite'))),
  );
  await compiled;
}

/**
 * The same for a server or a store in this process; an embedded one is not in the data directory, and `startEmbedded` finds
 * it.
 */
export async function lendTestDatabase(
  kind: DatabaseKind,
  template: DatabaseTemplate = {},
): Promise<TestDatabase> {
  if (kind === 'postgresql') return createTestDatabase(kind, template);
  const dataDirectory = await mkdtemp(join(tmpdir(), 'retort-test-'));
  await compiledOnce();
  await lendDatabase(dataDirectory, template.directory ?? required('RETORT_TEST_TEMPLATE'));
  return {
    dataDirectory,
    databaseUrl: undefined,
    async drop() {
      await giveBackDatabase(dataDirectory);
      await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}

/** Opens the database of a test for a look beside the server, or after it. */
export async function openDatabaseOf(database: Omit<TestDatabase, 'drop'>): Promise<DatabaseHandle> {
  return openDatabase(database, createLogger('silent'), startEmbedded);
}

/** An opened database for suites that test a store or service without the whole server. */
export async function openTestDatabase(kind: DatabaseKind): Promise<DatabaseHandle> {
  const database = await counted(`database lent, ${kind}`, () => lendTestDatabase(kind));
  const handle = await counted(`database opened, ${kind}`, () => openDatabaseOf(database));
  return {
    ...handle,
    async close() {
      await handle.close();
      await counted(`database given back, ${kind}`, () => database.drop());
    },
  };
}

async function asAdmin(statement: string): Promise<void> {
  const admin = new pg.Client({ connectionString: required('TEST_DATABASE_URL') });
  await admin.connect();
  try {
    await admin.query(statement);
  } finally {
    await admin.end();
  }
}

function required(name: string): string {
  const value = process.env[name];
  if (!value) throw new Error(`${name} is not set; run the tests with npm test.`);
  return value;
}
