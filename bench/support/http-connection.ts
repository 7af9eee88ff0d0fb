import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  /** All of the head, as it came. */
  readonly head: string;
  readonly body: Buffer;
}

export interface ConnectionEvents {
  /** The body's memory is used again afterwards. */
  answered(answer: Answer): void;
  /** The server hung up. */
  closed(): void;
}

const HEAD_END = Buffer.from('\r\n\r\n');
const LENGTH = /\ncontent-length: (\d+)/i;
/** All connections read into this one; what is not a whole answer yet is copied out of it. */
const received = Buffer.allocUnsafeSlow(65_536);

/**
 * One keep-alive connection with one request at a time. It shares the machine's cores with the server it measures, so it
 * does no more than it must: requests come as bytes, and answers are read only if they announce their length, as all
 * servers measured here do.
 */
export class HttpConnection {
  #socket: Socket | undefined;
  #chunks: Buffer[] = [];
  #received = 0;
  /** Bytes of the whole answer, once its head is there. */
  #expected: number | undefined;
  #answer: { status: number; head: string; bodyAt: number } | undefined;

  private constructor(private readonly events: ConnectionEvents) {}

  static async open(port: number, events: ConnectionEvents): Promise<HttpConnection> {
    const connection = new HttpConnection(events);
    const onread = {
      buffer: received,
      callback: (bytes: number) => {
        connection.#take(received.subarray(0, bytes));
        return true;
      },
    };
    const socket = connect({ port, host: '127.0.0.1', noDelay: true, onread });
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    socket.on('error', () => undefined);
    socket.on('close', () => events.closed());
    connection.#socket = socket;
    return connection;
  }

  send(request: Buffer): void {
    this.#socket?.write(request);
  }

  close(): void {
    this.#socket?.destroy();
  }

  /** @param chunk whose memory is written over with the next */
  #take(chunk: Buffer): void {
    if (this.#chunks.length === 0 && this.#expected === undefined) {
      this.#received = chunk.length;
      this.#readHead(chunk);
      if (this.#expected === chunk.length) {
        this.#finish(chunk);
        return;
      }
    } else this.#received += chunk.length;
    this.#chunks.push(Buffer.from(chunk));
    if (this.#expected === undefined) {
      const all = Buffer.concat(this.#chunks);
      this.#chunks = [all];
      this.#readHead(all);
    }
    if (this.#expected !== undefined && this.#received >= this.#expected)
      this.#finish(Buffer.concat(this.#chunks));
  }

  #finish(all: Buffer): void {
    const { status, head, bodyAt } = this.#answer ?? { status: 0, head: '', bodyAt: 0 };
    this.#chunks = [];
    this.#received = 0;
    this.#expected = undefined;
    this.events.answered({ status, head, body: all.subarray(bodyAt) });
  }

  #readHead(data: Buffer): void {
    const end = data.indexOf(HEAD_END);
    if (end === -1) return;
    const head = data.toString('latin1', 0, end);
    const length = LENGTH.exec(head)?.[1];
    if (length === undefined) throw new Error(`Expected an answer with Content-Length, got:\n${head}`);
    const bodyAt = end + HEAD_END.length;
    this.#answer = { status: Number(head.slice(9, 12)), head, bodyAt };
    this.#expected = bodyAt + Number(length);
  }
}
