import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  /** All of the head, its names in lower case. */
  readonly head: string;
  readonly body: Buffer;
}

export interface ConnectionEvents {
  answered(answer: Answer): void;
  /** The server hung up. */
  closed(): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');

/**
 * One keep-alive connection with one request at a time. It shares the machine's cores with the server it measures, so it
 * does no more than it must: requests come as bytes, and answers are read only if they announce their length, as all
 * servers measured here do.
 */
export class HttpConnection {
  readonly #socket: Socket;
  #chunks: Buffer[] = [];
  #received = 0;
  /** Bytes of the whole answer, once its head is there. */
  #expected: number | undefined;
  #answer: { status: number; head: string; bodyAt: number } | undefined;

  private constructor(
    socket: Socket,
    private readonly events: ConnectionEvents,
  ) {
    this.#socket = socket;
    socket.on('data', (chunk) => this.#take(chunk));
    socket.on('error', () => undefined);
    socket.on('close', () => this.events.closed());
  }

  static async open(port: number, events: ConnectionEvents): Promise<HttpConnection> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return new HttpConnection(socket, events);
  }

  send(request: Buffer): void {
    this.#socket.write(request);
  }

  close(): void {
    this.#socket.destroy();
  }

  #take(chunk: Buffer): void {
    this.#chunks.push(chunk);
    this.#received += chunk.length;
    if (this.#expected === undefined) this.#readHead();
    if (this.#expected === undefined || this.#received < this.#expected || !this.#answer) return;
    const { status, head, bodyAt } = this.#answer;
    const all = this.#joined();
    this.#chunks = [];
    this.#received = 0;
    this.#expected = undefined;
    this.events.answered({ status, head, body: all.subarray(bodyAt) });
  }

  #readHead(): void {
    const data = this.#joined();
    const end = data.indexOf(HEAD_END);
    if (end === -1) {
      this.#chunks = [data];
      return;
    }
    const head = data.toString('latin1', 0, end).toLowerCase();
    const length = /\ncontent-length: (\d+)/.exec(head)?.[1];
    if (length === undefined) throw new Error(`Expected an answer with Content-Length, got:\n${head}`);
    const bodyAt = end + HEAD_END.length;
    this.#answer = { status: Number(head.slice(9, 12)), head, bodyAt };
    this.#expected = bodyAt + Number(length);
  }

  #joined(): Buffer {
    const [first] = this.#chunks;
    return this.#chunks.length === 1 && first ? first : Buffer.concat(this.#chunks);
  }
}
