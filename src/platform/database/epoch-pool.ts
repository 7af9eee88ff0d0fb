import pg from 'pg';

type Connected = (
  error: Error | undefined,
  client: pg.PoolClient | undefined,
  done: (release?: unknown) => void,
) => void;

/** Connections that say by which epoch they write, for the check in the database, before anyone gets them. */
export class EpochPool extends pg.Pool {
  private readonly named = new WeakMap<pg.PoolClient, bigint>();

  /** @param epoch of this process; null while it has none */
  constructor(
    config: pg.PoolConfig,
    private readonly epoch: () => bigint | null,
  ) {
    super(config);
    // A connection that is lost rejects its statement, and says so by events as well, which unheard end the process. The pool
    // hears those of idle ones alone.
    this.on('connect', (client) => client.on('error', () => undefined));
    // The adapter hears the pool's own, until it lets go of it: some connections end later.
    this.on('error', () => undefined);
  }

  override connect(): Promise<pg.PoolClient>;
  override connect(callback: Connected): void;
  override connect(callback?: Connected): Promise<pg.PoolClient> | void {
    const connected = super.connect().then((client) => this.name(client));
    if (!callback) return connected;
    connected.then(
      (client) => callback(undefined, client, (release) => client.release(release as boolean | Error)),
      (error: unknown) => callback(error as Error, undefined, () => undefined),
    );
  }

  private async name(client: pg.PoolClient): Promise<pg.PoolClient> {
    const epoch = this.epoch();
    if (epoch === null || this.named.get(client) === epoch) return client;
    try {
      await client.query(`SET retort.epoch = '${epoch}'`);
      this.named.set(client, epoch);
      return client;
    } catch (error) {
      client.release(error as Error);
      throw error;
    }
  }
}
