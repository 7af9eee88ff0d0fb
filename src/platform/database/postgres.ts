import pg from 'pg';
import { StartupError } from '../errors.js';
import type { Logger } from '../logging.js';
import type { Connection } from './connection.js';

/** Any constant will do, as long as every Retort uses the same: "RETO" in ASCII. */
const INSTANCE_LOCK = 0x5245544f;
const CONNECT_TIMEOUT_MS = 10_000;
const RETRY_MIN_MS = 500;
const RETRY_MAX_MS = 30_000;

export function postgresConnection(databaseUrl: string): Connection {
  return {
    connectionString: databaseUrl,
    connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
    application_name: 'retort',
  };
}

/**
 * Holds one PostgreSQL session for as long as Retort runs, with an advisory lock on it: two processes that both
 * believe they run the deployments of one catalog would undo each other's work. A session that is lost (the database
 * restarted, a firewall forgot it) is made again, and the lock is taken again.
 */
export class InstanceLock {
  private client: pg.Client | null = null;
  private retry: NodeJS.Timeout | undefined;
  private attempt = 0;
  private released = false;

  private constructor(
    private readonly databaseUrl: string,
    private readonly logger: Logger,
  ) {}

  /** @throws StartupError when the database cannot be reached or another Retort holds it. */
  static async take(databaseUrl: string, logger: Logger): Promise<InstanceLock> {
    const lock = new InstanceLock(databaseUrl, logger);
    let taken: boolean;
    try {
      taken = await lock.connect();
    } catch (error) {
      throw new StartupError(
        `The database at ${withoutSecrets(databaseUrl)} cannot be used: ${reason(error)}`,
        { cause: error },
      );
    }
    if (taken) return lock;
    throw new StartupError(
      `The database at ${withoutSecrets(databaseUrl)} is in use by another Retort process. Stop that process, or give this one a database of its own.`,
    );
  }

  async release(): Promise<void> {
    this.released = true;
    clearTimeout(this.retry);
    const { client } = this;
    // The server notices the end of a session a moment later: whoever starts next must not meet the lock still held.
    await client?.query('SELECT pg_advisory_unlock($1)', [INSTANCE_LOCK]).catch(() => undefined);
    await client?.end();
  }

  /** @returns false when another session holds the lock. */
  private async connect(): Promise<boolean> {
    const client = new pg.Client({ ...postgresConnection(this.databaseUrl), keepAlive: true });
    // The pool reports the outage itself; without a listener an error would end the process.
    client.on('error', () => undefined);
    await client.connect();
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
      INSTANCE_LOCK,
    ]);
    if (rows[0]?.locked !== true || this.released) {
      await client.end();
      return false;
    }
    this.client = client;
    this.attempt = 0;
    client.once('end', () => {
      this.client = null;
      this.takeAgain();
    });
    return true;
  }

  private takeAgain(): void {
    if (this.released) return;
    const delay = Math.min(RETRY_MAX_MS, RETRY_MIN_MS * 2 ** this.attempt);
    this.attempt += 1;
    this.retry = setTimeout(() => {
      this.connect().then(
        (taken) => {
          if (taken) this.logger.info('the lock on the database is held again');
          else {
            this.logger.error(
              'another session holds the lock on the database: when it is another Retort process, stop one of the two',
            );
            this.takeAgain();
          }
        },
        (error: unknown) => {
          this.logger.warn({ err: error }, 'the lock on the database could not be taken again yet');
          this.takeAgain();
        },
      );
    }, delay).unref();
  }
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
