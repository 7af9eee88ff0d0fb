import pg from 'pg';
import { StartupError } from '../errors.js';
import type { Connection } from './connection.js';

/** Any constant will do, as long as every Retort uses the same: "RETO" in ASCII. */
const INSTANCE_LOCK = 0x5245544f;
const CONNECT_TIMEOUT_MS = 10_000;

export function postgresConnection(databaseUrl: string): Connection {
  return {
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'retort',
  };
}

export interface InstanceLock {
  release(): Promise<void>;
}

/**
 * Holds one PostgreSQL session for as long as Retort runs, with an advisory lock on it: two processes that both
 * believe they run the deployments of one catalog would undo each other's work.
 *
 * @throws StartupError when the database cannot be reached or another Retort holds it.
 */
export async function lockInstance(databaseUrl: string): Promise<InstanceLock> {
  const client = new pg.Client({ ...postgresConnection(databaseUrl), keepAlive: true });
  // A lost session also loses the lock; the pool reports the outage itself, so this must only not crash.
  client.on('error', () => undefined);
  try {
    await client.connect();
  } catch (error) {
    throw new StartupError(
      `The database at ${withoutSecrets(databaseUrl)} cannot be used: ${reason(error)}`,
      { cause: error },
    );
  }
  const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
    INSTANCE_LOCK,
  ]);
  if (!rows[0]?.locked) {
    await client.end();
    throw new StartupError(
      `The database at ${withoutSecrets(databaseUrl)} is in use by another Retort process. Stop that process, or give this one a database of its own.`,
    );
  }
  return { release: () => client.end() };
}

function withoutSecrets(databaseUrl: string): string {
  const url = new URL(databaseUrl);
  return `${url.hostname}:${url.port || '5432'}${url.pathname}`;
}

/** PostgreSQL's and the system's codes, in words that say what to do. */
function reason(error: unknown): string {
  const { code, message } = error as { code?: string; message: string };
  switch (code) {
    case '28P01':
    case '28000':
      return 'it refused the user name or password. Check them in DATABASE_URL.';
    case '3D000':
      return 'the server has no database of that name. Create it, or correct the end of DATABASE_URL.';
    case 'ECONNREFUSED':
      return 'nothing listens there. Start PostgreSQL, or correct host and port in DATABASE_URL.';
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
      return 'the host name is unknown. Correct the host in DATABASE_URL.';
    case '57P03':
      return 'the server is still starting. Try again in a moment.';
    default:
      return message.includes('timeout')
        ? `no answer within ${CONNECT_TIMEOUT_MS / 1000} s. Check host, port and firewall.`
        : `${message}. Check DATABASE_URL.`;
  }
}
