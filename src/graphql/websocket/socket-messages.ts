import { isUtf8 } from 'node:buffer';
import { CloseCode } from 'graphql-ws';
import type { WebSocket } from 'ws';
import type { RequestBodies, Reservation } from '../../http/index.js';
import { DomainError } from '../../platform/errors.js';
import { readJson } from '../http/json-body.js';

/** Below this, what a message becomes is not worth counting. */
const COUNTED_BYTES = 4_096;
const TOO_LARGE = 1009;
const TRY_AGAIN = 1013;
const MAX_REASON_BYTES = 120;

/** A message that the protocol can read, and the variables that were read apart from it. */
export interface ReadMessage {
  readonly text: string;
  readonly large: { readonly id: string; readonly variables: unknown } | null;
}

/** Why a socket must close. */
export class SocketRefusal extends Error {
  constructor(
    readonly closeCode: number,
    reason: string,
  ) {
    // A close frame holds no more.
    super(
      Buffer.from(reason)
        .subarray(0, MAX_REASON_BYTES)
        .toString('utf8')
        .replace(/\uFFFD$/, ''),
    );
  }
}

interface Receiver {
  /** Ends with the operation that the message asks for. */
  pass(message: ReadMessage): Promise<void>;
  fail(error: unknown): void;
}

/** Hands messages on in the order in which they came, which is part of the protocol, though some take longer to read. */
export class SocketMessages {
  private last: Promise<void> | null = null;

  constructor(
    private readonly socket: WebSocket,
    private readonly bodies: RequestBodies,
    private readonly receiver: Receiver,
  ) {}

  take(data: Buffer): void {
    const reading = this.last ? this.last.then(() => this.read(data)) : this.read(data);
    if (!reading) return;
    this.socket.pause();
    const last = reading.then(() => {
      if (this.last !== last) return;
      this.last = null;
      this.socket.resume();
    });
    this.last = last;
  }

  /** Undefined when it has been handed on already. */
  private read(data: Buffer): Promise<void> | undefined {
    if (this.socket.readyState !== this.socket.OPEN) return undefined;
    const reservation = this.bodies.memory.open();
    const pass = (message: ReadMessage): void => {
      this.receiver
        .pass(message)
        .catch((error: unknown) => this.receiver.fail(error))
        .finally(() => reservation.release());
    };
    const fail = (error: unknown): void => {
      reservation.release();
      this.receiver.fail(error);
    };
    try {
      const read = readMessage(this.bodies, data, reservation);
      if (read instanceof Promise) return read.then(pass).catch(fail);
      pass(read);
    } catch (error) {
      fail(error);
    }
    return undefined;
  }
}

/**
 * Reads a message within the server's limits, as `readJson` reads bodies.
 *
 * @throws SocketRefusal
 */
function readMessage(
  bodies: RequestBodies,
  data: Buffer,
  reservation: Reservation,
): ReadMessage | Promise<ReadMessage> {
  if (!isUtf8(data)) throw new SocketRefusal(CloseCode.BadRequest, 'Expected messages as UTF-8');
  if (data.length <= bodies.largeJsonBytes) {
    try {
      if (data.length >= COUNTED_BYTES) bodies.admitSmall(data, reservation);
    } catch (error) {
      throw refusalOf(error);
    }
    return { text: data.toString('utf8'), large: null };
  }
  return new Promise((resolve, reject) => {
    readJson(bodies, data, { reservation, parse: (text) => JSON.parse(text) as unknown }, (error, parsed) => {
      if (error) reject(refusalOf(error));
      else resolve(withoutVariables(parsed));
    });
  });
}

/** The variables, where large messages have their weight, are handed on as they are. */
function withoutVariables(parsed: unknown): ReadMessage {
  const message = (parsed ?? {}) as {
    id?: unknown;
    type?: unknown;
    payload?: Record<string, unknown> | null;
  };
  const { id, type, payload } = message;
  if (type !== 'subscribe' || typeof id !== 'string' || typeof payload !== 'object' || payload === null)
    return { text: JSON.stringify(parsed), large: null };
  const { variables, ...others } = payload;
  // The protocol refuses messages that are not objects.
  if (typeof variables !== 'object' || variables === null)
    return { text: JSON.stringify(parsed), large: null };
  return { text: JSON.stringify({ ...message, payload: others }), large: { id, variables } };
}

function refusalOf(error: unknown): SocketRefusal {
  if (error instanceof DomainError)
    return new SocketRefusal(error.code === 'INVALID_ARGUMENT' ? TOO_LARGE : TRY_AGAIN, error.message);
  return new SocketRefusal(CloseCode.BadRequest, 'Invalid message received');
}
