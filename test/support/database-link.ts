import { connect, createServer, type AddressInfo, type Server, type Socket } from 'node:net';

interface Break {
  readonly words: string;
  /** When the words are sent, or when what they belong to was committed. */
  readonly at: 'WORDS' | 'COMMIT';
  left: number;
}

/** A connection to PostgreSQL that can be broken at any moment, between Retort and the real server. */
export class DatabaseLink {
  private readonly pairs = new Set<readonly [Socket, Socket]>();
  private breaks: Break[] = [];
  private isCut = false;

  private constructor(
    private readonly server: Server,
    /** What Retort is to be told. */
    readonly url: string,
  ) {}

  static async open(databaseUrl: string): Promise<DatabaseLink> {
    const { hostname, port } = new URL(databaseUrl);
    const server = createServer((near) => {
      if (link.isCut) near.destroy();
      else link.join(near, connect(Number(port === '' ? 5432 : port), hostname));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = new URL(databaseUrl);
    url.host = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    const link = new DatabaseLink(server, url.href);
    return link;
  }

  /** The next `times` that Retort sends these words, its connection ends before the server has them. */
  breakBefore(words: string, times = 1): void {
    this.breaks.push({ words, at: 'WORDS', left: times });
  }

  /** The next transaction in which Retort sends these words is committed, but the answer to its COMMIT is lost. */
  loseCommitOf(words: string): void {
    this.breaks.push({ words, at: 'COMMIT', left: 1 });
  }

  /** How many of the breaks asked for have not happened yet. */
  get pending(): number {
    return this.breaks.reduce((sum, { left }) => sum + left, 0);
  }

  /** Ends every connection, and every new one from now on. */
  cut(): void {
    this.isCut = true;
    for (const pair of this.pairs) for (const socket of pair) socket.destroy();
  }

  /** New connections are let through again. */
  mend(): void {
    this.isCut = false;
  }

  async close(): Promise<void> {
    this.cut();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private join(near: Socket, far: Socket): void {
    const pair = [near, far] as const;
    this.pairs.add(pair);
    let [committing, deaf] = [false, false];
    const end = () => {
      this.pairs.delete(pair);
      for (const socket of pair) socket.destroy();
    };
    for (const socket of pair) socket.on('error', end).on('close', end);
    near.on('data', (sent) => {
      const broken = this.breaks.find(({ words, left }) => left > 0 && sent.includes(words));
      if (broken) broken.left -= 1;
      if (broken?.at === 'WORDS') {
        end();
        return;
      }
      committing ||= broken?.at === 'COMMIT';
      deaf ||= committing && sent.includes('COMMIT');
      far.write(sent);
    });
    far.on('data', (answer) => {
      if (deaf) end();
      else near.write(answer);
    });
  }
}
