import { setTimeout as delay } from 'node:timers/promises';
import pg from 'pg';
import { backoffMs } from '../backoff.js';
import { StartupError } from '../errors.js';
import { DatabaseUnavailable } from '../failures.js';
import type { Logger } from '../logging.js';
import { withinLimit } from '../within-limit.js';
import { connectionProblem, postgresConnection, withoutSecrets } from './postgres.js';
import { beginEpoch, currentEpoch, guardTables } from './writer-epoch.js';

/** Any constant will do, as long as every Retort uses the same: "RETO" in ASCII. */
const INSTANCE_LOCK = 0x5245544f;
/** How long a start waits for the lock of another session to end by itself. */
const LAST_SESSION_MS = 3_000;
const LOOK_AGAIN_MS = 200;
const RETRY_FIRST_MS = 500;
const RETRY_MAX_MS = 5_000;
/** A session that was cut off without a word is noticed within these two together, here and by the server. */
const HEARTBEAT_MS = 10_000;
const HEARTBEAT_LIMIT_MS = 10_000;
const SERVER_KEEPALIVE =
  'SET tcp_keepalives_idle = 10; SET tcp_keepalives_interval = 5; SET tcp_keepalives_count = 2';

/** Whether this process may write. */
type Hold =
  | { readonly phase: 'held' }
  /** The session that holds the lock was lost; whether somebody else took the lock is not known. */
  | { readonly phase: 'lost'; readonly since: Date }
  | { readonly phase: 'taken'; readonly since: Date }
  /** The lock is back, and what other processes did meanwhile is being read. */
  | { readonly phase: 'catching-up' };

/**
 * Holds one PostgreSQL session for as long as Retort runs, with an advisory lock on it: two processes that both
 * believe they run the deployments of one catalog would undo each other's work. A session that is lost (the database
 * restarted, a firewall forgot it) is made again, and the lock is taken again. Until then this process refuses to write;
 * and should it not know yet, the database refuses, since whoever takes the lock begins an epoch.
 */
export class InstanceLock {
  private client: pg.Client | null = null;
  private retry: NodeJS.Timeout | undefined;
  private heartbeat: NodeJS.Timeout | undefined;
  private attempt = 0;
  private released = false;
  private hold: Hold = { phase: 'held' };
  private ownEpoch: bigint | null = null;
  private forget: () => Promise<void> = () => Promise.resolve();
  private recover: () => void = () => undefined;

  private constructor(
    private readonly databaseUrl: string,
    private readonly logger: Logger,
  ) {}

  /** @throws StartupError when the database cannot be reached or another Retort holds it. */
  static async take(databaseUrl: string, logger: Logger): Promise<InstanceLock> {
    const lock = new InstanceLock(databaseUrl, logger);
    let taken: boolean;
    try {
      taken = await lock.connectWithin(LAST_SESSION_MS);
    } catch (error) {
      throw new StartupError(
        `The database at ${withoutSecrets(databaseUrl)} cannot be used: ${connectionProblem(error)}`,
        { cause: error },
      );
    }
    if (taken) return lock;
    throw new StartupError(
      `The database at ${withoutSecrets(databaseUrl)} is in use by another Retort process. Stop that process, or give this one a database of its own.`,
    );
  }

  /** Once the schema is in place: earlier holders of the lock cannot write any more. */
  async begin(): Promise<void> {
    const { client } = this;
    if (!client) throw new StartupError('The connection to the database was lost. Start again.');
    await guardTables(client);
    this.ownEpoch = await beginEpoch(client);
  }

  /** What the sessions that write must name; null before `begin`. */
  get epoch(): bigint | null {
    return this.ownEpoch;
  }

  /** Why this process must not write, in words for a caller; null when it may. */
  get refusal(): DatabaseUnavailable | null {
    const reason = this.problem;
    return reason === null
      ? null
      : new DatabaseUnavailable(`${reason} Nothing was changed; try again shortly.`);
  }

  /** Why this process must not write; null when it may. */
  get problem(): string | null {
    const { hold } = this;
    switch (hold.phase) {
      case 'held':
        return null;
      case 'lost':
        return `This server lost its lock on the database at ${hold.since.toISOString()} and is taking it again; until then it writes nothing.`;
      case 'taken':
        return `Another Retort process has taken the lock on the database; this server has had none since ${hold.since.toISOString()} and writes nothing. Stop one of the two.`;
      case 'catching-up':
        return 'This server has its lock on the database again and is reading what another process changed meanwhile.';
    }
  }

  /** Since when another process may have written; null while none can have. */
  get deafSince(): Date | null {
    const { hold } = this;
    if (hold.phase === 'held') return null;
    return 'since' in hold ? hold.since : new Date();
  }

  /** Called with the lock back in hand after another process had it: before anything is written, and when it can be. */
  onTakenBack(forget: () => Promise<void>, recover: () => void): void {
    this.forget = forget;
    this.recover = recover;
  }

  async release(): Promise<void> {
    this.released = true;
    clearTimeout(this.retry);
    clearTimeout(this.heartbeat);
    const { client } = this;
    // The server notices the end of a session a moment later: the next server must not meet the lock still held.
    await client?.query('SELECT pg_advisory_unlock($1)', [INSTANCE_LOCK]).catch(() => undefined);
    await client?.end();
  }

  /** The database may notice a moment late that the session of a process that was killed has ended. */
  private async connectWithin(limitMs: number): Promise<boolean> {
    const until = performance.now() + limitMs;
    for (;;) {
      if (await this.connect()) return true;
      if (performance.now() >= until) return false;
      await delay(LOOK_AGAIN_MS);
    }
  }

  /** @returns false when another session holds the lock. */
  private async connect(): Promise<boolean> {
    const client = new pg.Client({ ...postgresConnection(this.databaseUrl), keepAlive: true });
    // The pool reports the outage itself; without a listener an error would end the process.
    client.on('error', () => undefined);
    await client.connect();
    await client.query(SERVER_KEEPALIVE);
    const { rows } = await client.query<{ locked: boolean }>('SELECT pg_try_advisory_lock($1) AS locked', [
      INSTANCE_LOCK,
    ]);
    if (rows[0]?.locked !== true || this.released) {
      await client.end();
      return false;
    }
    this.client = client;
    this.attempt = 0;
    client.once('end', () => this.lost(client));
    this.beat(client);
    return true;
  }

  private beat(client: pg.Client): void {
    this.heartbeat = setTimeout(() => {
      const late = () => new Error(`no answer within ${HEARTBEAT_LIMIT_MS} ms`);
      withinLimit(client.query('SELECT 1 AS instance_lock'), HEARTBEAT_LIMIT_MS, late).then(
        () => {
          if (this.client === client) this.beat(client);
        },
        // No wait for the other end, which does not answer.
        () => this.lost(client),
      );
    }, HEARTBEAT_MS).unref();
  }

  private lost(client: pg.Client): void {
    if (this.client !== client) return;
    this.client = null;
    clearTimeout(this.heartbeat);
    client.end().catch(() => undefined);
    if (this.released) return;
    this.hold = { phase: 'lost', since: new Date() };
    this.logger.warn('the lock on the database was lost; nothing is written until it is held again');
    this.takeAgain();
  }

  private takeAgain(): void {
    if (this.released) return;
    // At once the first time: most often only this session was lost.
    const delay = this.attempt === 0 ? 0 : backoffMs(this.attempt, RETRY_FIRST_MS, RETRY_MAX_MS);
    this.attempt += 1;
    this.retry = setTimeout(() => {
      this.connect().then(
        (taken) => (taken ? this.takenAgain() : this.isTaken()),
        (error: unknown) => {
          this.logger.warn({ err: error }, 'the lock on the database could not be taken again yet');
          this.takeAgain();
        },
      );
    }, delay).unref();
  }

  private isTaken(): void {
    if (this.hold.phase !== 'taken') {
      const since = 'since' in this.hold ? this.hold.since : new Date();
      this.hold = { phase: 'taken', since };
      this.logger.error(
        'another session holds the lock on the database: when it is another Retort process, stop one of the two',
      );
    }
    this.takeAgain();
  }

  private takenAgain(): void {
    const { client } = this;
    if (!client) return;
    this.resume(client).catch((error: unknown) => {
      this.logger.warn({ err: error }, 'what another process changed could not be read yet; trying again');
      // As a loss: the lock is let go, taken again, and all of it is done anew.
      this.lost(client);
    });
  }

  private async resume(client: pg.Client): Promise<void> {
    const isUntouched = this.ownEpoch !== null && (await currentEpoch(client)) === this.ownEpoch;
    if (!isUntouched) {
      this.hold = { phase: 'catching-up' };
      const epoch = await beginEpoch(client);
      await this.forget();
      if (this.client !== client) return;
      // Only now: one that failed half-way is to be done anew, even if nobody else comes in between.
      this.ownEpoch = epoch;
    }
    if (this.client !== client) return;
    this.hold = { phase: 'held' };
    this.logger.info('the lock on the database is held again');
    if (!isUntouched) this.recover();
  }
}
