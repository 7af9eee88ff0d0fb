import { PrismaPg } from '@prisma/adapter-pg';
import type { Config } from '../config.js';
import { databaseProblem } from '../database-errors.js';
import type { Logger } from '../logging.js';
import { PrismaClient, Prisma } from './__generated__/prisma/client.js';
import { openEmbedded } from './embedded.js';
import { EpochPool } from './epoch-pool.js';
import { migrate } from './migrations.js';
import { InstanceLock } from './instance-lock.js';
import { postgresConnection, withoutSecrets } from './postgres.js';
import { PooledSql, type SqlExecutor } from './sql-executor.js';
import { storable } from './storable.js';
import type { Connection } from './connection.js';

export { Prisma };
export { type SqlExecutor, sqlWithin } from './sql-executor.js';
export type StartEmbedded = typeof openEmbedded;
export type Database = PrismaClient;
export type Transaction = Prisma.TransactionClient;

export interface DatabaseHandle {
  readonly kind: 'embedded' | 'postgresql';
  /** For messages to people, without secrets: such as `the database at db:5432/retort`. */
  readonly name: string;
  readonly client: Database;
  /** On the same connections, under the same lock. */
  readonly sql: SqlExecutor;
  /** Null where no other process can reach the database: the embedded one, whose directory is locked. */
  readonly writer: Writer | null;
  close(): Promise<void>;
}

/** The right to write, which one process has at a time. */
export interface Writer {
  /** Why this process must not write at the moment; null when it may. */
  readonly problem: string | null;
  /** Since when another process may have written; null while none can have. */
  readonly deafSince: Date | null;
  /**
   * For when this process may write again after another one did.
   *
   * @param forget what was remembered; nothing is written before it is done
   * @param recover called when writing is possible again
   */
  onTakenBack(forget: () => Promise<void>, recover: () => void): void;
}

/**
 * One code path for both databases: PGlite behind a socket and a real PostgreSQL differ only in how they are
 * reached. Returns with the schema in place.
 *
 * @param startEmbedded by default in a thread of its own
 * @throws StartupError when the database is unreachable, in use, newer than this Retort, or cannot be migrated.
 */
export async function openDatabase(
  config: Pick<Config, 'databaseUrl' | 'dataDirectory'>,
  logger: Logger,
  startEmbedded: StartEmbedded = openEmbedded,
): Promise<DatabaseHandle> {
  const backend =
    config.databaseUrl === undefined
      ? await embeddedBackend(config.dataDirectory, logger, startEmbedded)
      : await postgresBackend(config.databaseUrl, logger);
  try {
    const applied = await migrate(backend.connection);
    if (applied.length > 0) logger.info({ migrations: applied }, 'database schema brought up to date');
    await backend.migrated();
  } catch (error) {
    await backend.close();
    throw error;
  }

  const { lock } = backend;
  const pool = new EpochPool({ ...backend.connection, max: backend.poolSize }, () => lock?.epoch ?? null);
  const client = new PrismaClient({
    adapter: new PrismaPg(
      // The adapter brings its own declarations of the same pg.
      pool as unknown as ConstructorParameters<typeof PrismaPg>[0],
      {
        disposeExternalPool: true,
        onPoolError: (error) => logger.warn({ err: error }, 'a database connection was lost'),
        onConnectionError: (error) => logger.warn({ err: error }, 'a database connection failed'),
      },
    ),
    // The embedded database runs one transaction at a time; waiting is normal there and is no failure.
    transactionOptions: { maxWait: 15_000, timeout: 30_000 },
    errorFormat: 'minimal',
  });
  return {
    kind: backend.kind,
    name: backend.name,
    client: guarded(client, lock),
    sql: new PooledSql(pool, () => lock?.refusal ?? null),
    writer: lock,
    async close() {
      await client.$disconnect().finally(() => backend.close());
    },
  };
}

const WRITING =
  /^(?:create|createMany|createManyAndReturn|update|updateMany|updateManyAndReturn|upsert|delete|deleteMany|\$executeRaw|\$executeRawUnsafe)$/;

/**
 * What every query passes, in a transaction or not: nothing is written by a process that must not, what is written is
 * made storable, and a failure is put in words for a caller where there are such (the database is away, or its disk is
 * full).
 */
function guarded(client: PrismaClient, lock: InstanceLock | null): Database {
  return client.$extends({
    query: {
      async $allOperations({ operation, args, query }) {
        if (lock && WRITING.test(operation)) {
          const { refusal } = lock;
          if (refusal) throw refusal;
        }
        try {
          return (await query(withStorableData(args))) as unknown;
        } catch (error) {
          throw databaseProblem(error) ?? error;
        }
      },
    },
  }) as unknown as PrismaClient;
}

/** Parts of a query's arguments that are written. What is only compared with stays: no stored text equals it. */
const WRITTEN = ['data', 'create', 'update'] as const;

function withStorableData<Arguments>(args: Arguments): Arguments {
  if (typeof args !== 'object' || args === null) return args;
  const written = WRITTEN.filter((key) => key in args);
  if (written.length === 0) return args;
  const given = args as Record<string, unknown>;
  return { ...args, ...Object.fromEntries(written.map((key) => [key, storable(given[key])])) };
}

interface Backend {
  readonly kind: DatabaseHandle['kind'];
  readonly name: string;
  readonly connection: Connection;
  readonly poolSize: number;
  readonly lock: InstanceLock | null;
  migrated(): Promise<void>;
  close(): Promise<void>;
}

async function embeddedBackend(
  dataDirectory: string,
  logger: Logger,
  startEmbedded: StartEmbedded,
): Promise<Backend> {
  const embedded = await startEmbedded(dataDirectory, logger);
  return {
    kind: 'embedded',
    name: 'the embedded database in it',
    connection: embedded.connection,
    // PGlite is one session. Its socket server takes turns between connections at each protocol message, so a second
    // connection's Parse can replace the unnamed statement this one is about to Bind: seen as rows of another query.
    // One connection keeps every exchange whole, and costs nothing, since PGlite runs one statement at a time anyway.
    poolSize: 1,
    lock: null,
    migrated: () => embedded.markInitialised(),
    close: () => embedded.close(),
  };
}

async function postgresBackend(databaseUrl: string, logger: Logger): Promise<Backend> {
  const lock = await InstanceLock.take(databaseUrl, logger);
  return {
    kind: 'postgresql',
    name: `the database at ${withoutSecrets(databaseUrl)}`,
    connection: postgresConnection(databaseUrl),
    poolSize: 10,
    lock,
    migrated: () => lock.begin(),
    close: () => lock.release(),
  };
}
