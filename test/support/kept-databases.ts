import { cpSync } from 'node:fs';
import { mkdtemp, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import type { Connection } from '../../src/platform/database/connection.js';
import { openEmbedded, type EmbeddedDatabase } from '../../src/platform/database/embedded.js';
import { createLogger } from '../../src/platform/logging.js';

/**
 * An embedded database that runs for as long as its worker does. To start one takes twenty times as long as to put back what
 * a suite has changed, so the suites that only need some database hand it on to each other.
 */
interface KeptDatabase {
  readonly template: string;
  readonly embedded: EmbeddedDatabase;
  /** As the template was. False when it has become too large to go on with. */
  restore(): Promise<boolean>;
  end(): Promise<void>;
}

/** Rows that were deleted still take their place. */
const TOO_LARGE_BYTES = 16 * 2 ** 20;

/** What of a data directory is the embedded database. */
export const DATABASE_PARTS: readonly string[] = ['database', 'database.initialised'];

const SOCKET = '.s.PGSQL.5432';

const idle: KeptDatabase[] = [];
/** By the data directory of whoever has it. */
const lent = new Map<string, KeptDatabase>();
const logger = createLogger('silent');

/** From now on `startEmbedded` gives this data directory a database as the template's is, and the same again after a stop. */
export async function lendDatabase(dataDirectory: string, template: string): Promise<void> {
  const place = idle.findIndex((kept) => kept.template === template);
  const [kept = await start(template)] = idle.splice(place, place < 0 ? 0 : 1);
  lent.set(dataDirectory, kept);
}

/** What is lent for the data directory, else one in the directory itself. */
export async function startEmbedded(...args: Parameters<typeof openEmbedded>): Promise<EmbeddedDatabase> {
  const kept = lent.get(args[0]);
  if (kept === undefined) return openEmbedded(...args);
  const door = await doorTo(kept.embedded.connection);
  return { connection: door.connection, markInitialised: () => Promise.resolve(), close: door.close };
}

/**
 * A way to the database that is gone once it is closed: what a server that was stopped still does finds no database, and
 * does not change the next suite's.
 */
async function doorTo(connection: Connection): Promise<Pick<EmbeddedDatabase, 'connection' | 'close'>> {
  const { host = '' } = connection;
  if (!host.startsWith('/')) return { connection, close: () => Promise.resolve() };
  const folder = await mkdtemp(join(tmpdir(), 'retort-'));
  await symlink(join(host, SOCKET), join(folder, SOCKET));
  return { connection: { ...connection, host: folder }, close: () => rm(folder, { recursive: true }) };
}

export async function giveBackDatabase(dataDirectory: string): Promise<void> {
  const kept = lent.get(dataDirectory);
  if (kept === undefined) return;
  lent.delete(dataDirectory);
  if (await kept.restore()) idle.push(kept);
  else await kept.end();
}

// A run of one file is done by jest's own process, which ends when nothing is left in it: see global-teardown.js.
Object.assign(globalThis, {
  endKeptDatabases: async () => {
    for (const kept of [...idle.splice(0), ...lent.values()]) await kept.end();
    lent.clear();
  },
});

async function start(template: string): Promise<KeptDatabase> {
  const directory = await mkdtemp(join(tmpdir(), 'retort-kept-'));
  // A quarter of the work of its asynchronous sister, for a thousand small files.
  for (const part of DATABASE_PARTS) cpSync(join(template, part), join(directory, part), { recursive: true });
  const embedded = await openEmbedded(directory, logger);
  const query = async (sql: string): Promise<readonly Record<string, string>[]> => {
    const client = new pg.Client(embedded.connection);
    await client.connect();
    try {
      const results = (await client.query(sql)) as unknown as pg.QueryResult | pg.QueryResult[];
      return ([results].flat().at(-1)?.rows ?? []) as Record<string, string>[];
    } finally {
      await client.end();
    }
  };
  const restoring = await restoringStatements(query);
  return {
    template,
    embedded,
    async restore() {
      const [row] = await query([...restoring, SIZE].join(';\n'));
      return Number(row?.bytes) < TOO_LARGE_BYTES;
    },
    async end() {
      await embedded.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const OWN = `NOT IN ('pg_catalog', 'information_schema', 'kept')`;
// Those that rows lie in: of a divided table, its parts.
const TABLES = `
  SELECT format('%I.%I', nspname, relname) AS name FROM pg_class JOIN pg_namespace ON relnamespace = pg_namespace.oid
  WHERE relkind = 'r' AND nspname ${OWN}`;
const SEQUENCES = `
  SELECT format('%I.%I', schemaname, sequencename) AS name, coalesce(last_value, start_value) AS value,
    last_value IS NOT NULL AS used FROM pg_sequences WHERE schemaname ${OWN}`;
const SIZE = `
  SELECT sum(pg_total_relation_size(pg_class.oid)) AS bytes FROM pg_class JOIN pg_namespace ON relnamespace = pg_namespace.oid
  WHERE relkind = 'r' AND nspname ${OWN}`;

/** What makes the database again what it is now, in all that one server changes: rows and sequences. */
async function restoringStatements(
  query: (sql: string) => Promise<readonly Record<string, string>[]>,
): Promise<string[]> {
  const tables = (await query(TABLES)).map(({ name = '' }) => name);
  const sequences = await query(SEQUENCES);
  const filling: string[] = [];
  await query('CREATE SCHEMA kept');
  for (const [index, table] of tables.entries()) {
    const [{ columns = '', rows = '0' } = {}] = await query(
      `SELECT string_agg(quote_ident(attname), ', ') AS columns, (SELECT count(*) FROM ${table}) AS rows FROM pg_attribute
       WHERE attrelid = '${table}'::regclass AND attnum > 0 AND NOT attisdropped AND attgenerated = ''`,
    );
    if (rows === '0') continue;
    await query(`CREATE TABLE kept.t${index} AS TABLE ${table}`);
    filling.push(`INSERT INTO ${table} (${columns}) SELECT ${columns} FROM kept.t${index}`);
  }
  return [
    'BEGIN',
    // Neither foreign keys nor triggers, so that the order does not matter.
    'SET LOCAL session_replication_role = replica',
    ...tables.map((table) => `DELETE FROM ${table}`),
    ...filling,
    ...sequences.map(({ name, value, used }) => `SELECT setval('${name}', ${value}, ${used})`),
    'COMMIT',
  ];
}
