import { connect, type Socket } from 'node:net';

export interface Answer {
  readonly status: number;
  /** All of the head, as it came: most answers are known by their bodies, and nobody reads it. */
  readonly head: () => string;
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
const STATUS_AT = 9;
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
  #bodyAt = 0;
  /** Where the last answer had its length: the next most likely has it there, too. */
  #lengthAt = -1;

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
    if (this.#received === 0) {
      this.#expected = this.#readHead(chunk);
      if (this.#expected === chunk.length) {
        this.#finish(chunk);
        return;
      }
    }
    this.#received += chunk.length;
    this.#chunks.push(Buffer.from(chunk));
    if (this.#expected === undefined) {
      const all = Buffer.concat(this.#chunks);
      this.#chunks = [all];
      this.#expected = this.#readHead(all);
    }
    if (this.#received >= (this.#expected ?? Infinity)) this.#finish(Buffer.concat(this.#chunks));
  }

  #finish(all: Buffer): void {
    const bodyAt = this.#bodyAt;
    this.#chunks = [];
    this.#received = 0;
    this.#expected = undefined;
    this.events.answered({
      status: numberAt(all, STATUS_AT),
      head: () => all.toString('latin1', 0, bodyAt),
      body: all.subarray(bodyAt),
    });
  }

  /** @returns how many bytes the whole answer has; undefined while its head is not there */
  #readHead(data: Buffer): number | undefined {
    const end = data.indexOf(HEAD_END);
    if (end === -1) return undefined;
    if (!isLength(data, this.#lengthAt)) {
      const head = data.toString('latin1', 0, end);
      const found = LENGTH.exec(head);
      if (found === null) throw new Error(`Expected an answer with Content-Length, got:\n${head}`);
      this.#lengthAt = found.index + '\ncontent-length: '.length;
    }
    this.#bodyAt = end + HEAD_END.length;
    return this.#bodyAt + numberAt(data, this.#lengthAt);
  }
}

const NAMES = ['\ncontent-length: ', '\nContent-Length: '].map((name) => Buffer.from(name));

/** Whether the number of a Content-Length begins here. */
function isLength(data: Buffer, at: number): boolean {
  return NAMES.some(
    (name) => at >= name.length && data.compare(name, 0, name.length, at - name.length, at) === 0,
  );
}

/** A whole number in digits, up to the first byte that is none. */
function numberAt(data: Buffer, at: number): number {
  let number = 0;
  for (let place = at; ; place += 1) {
    const digit = (data[place] ?? 0) - 0x30;
    if (digit < 0 || digit > 9) return number;
    number = number * 10 + digit;
  }
}
