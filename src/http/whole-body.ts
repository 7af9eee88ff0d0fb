import { IncomingMessage } from 'node:http';
import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify';
import { unpack } from './bodies/unpack.js';
import { bodyTooSlow, requestBodiesOf, type RequestBodies, type Reservation } from './bodies/index.js';

type Done = (error: Error | null, body?: Buffer) => void;

/** Smaller bodies are a matter of how many connections there are, and cost more to count than they take. */
const COUNTED_BYTES = 4_096;

/** A body on its way to being whole. */
class Reading {
  readonly chunks: Buffer[] = [];
  bytes = 0;

  constructor(
    readonly limit: number,
    private readonly bodies: RequestBodies,
    readonly reservation: Reservation,
    private readonly onTooSlow: () => void,
    readonly done: Done,
  ) {
    bodies.watch.add(this);
  }

  /** @returns the refusal when it is more than may be taken */
  take(chunk: Buffer): Error | null {
    this.bytes += chunk.length;
    if (this.bytes > this.limit) return new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE();
    if (this.bytes >= COUNTED_BYTES && !this.reservation.resize(this.bytes))
      return this.bodies.memory.refusal();
    this.chunks.push(chunk);
    return null;
  }

  tooSlow(): void {
    this.onTooSlow();
  }

  stop(): void {
    this.bodies.watch.delete(this);
  }

  whole(): Buffer | undefined {
    const [first] = this.chunks;
    return this.chunks.length === 1 ? first : Buffer.concat(this.chunks, this.bytes);
  }
}

/**
 * A request whose body can be had whole. The listeners, ticks and copies of a stream cost more than all else that a small
 * body takes, and most come in one piece, right behind their heads. Until the whole is asked for, and when it turns out to
 * be too large, this is a stream like any other. Given to the HTTP server as its class of requests.
 */
export class WholeBodyMessage extends IncomingMessage {
  #state: 'stream' | 'whole' = 'stream';
  #reading: Reading | null = null;
  #begun = false;
  #reservation: Reservation | null = null;

  /**
   * @param reservation grows with what comes, and is released when the answer is out or the caller has left
   * @param done called once, also when the caller leaves in the middle
   * @returns false when the body is on its way as a stream already
   */
  readWhole(limit: number, bodies: RequestBodies, reservation: Reservation, done: Done): boolean {
    if (this.#begun) return false;
    this.#reservation = reservation;
    this.#reading = new Reading(limit, bodies, reservation, () => this.#giveUp(bodyTooSlow()), done);
    return true;
  }

  /** The parser hands over the body piece by piece, and null at its end. */
  override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    this.#begun = true;
    const reading = this.#reading;
    if (reading === null) return super.push(chunk, encoding);
    if (chunk === null) {
      reading.stop();
      this.#reading = null;
      this.#state = 'whole';
      reading.done(null, reading.whole());
      return false;
    }
    const refusal = reading.take(chunk);
    if (refusal === null) return true;
    this.#giveUp(refusal);
    return super.push(chunk, encoding);
  }

  /** The server lets what nobody read flow away when it has answered; of a body that was had whole nothing is left. */
  override resume(): this {
    if (this.#state === 'stream') return super.resume();
    this.#reservation?.release();
    return this;
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (this.#state === 'whole') {
      // The body has no reader any more: the response tells that the caller left.
      this.#reservation?.release();
      callback();
      return;
    }
    const reading = this.#reading;
    super._destroy(error, callback);
    if (reading !== null) process.nextTick(() => this.#giveUp(unreadable(error)));
  }

  #giveUp(error: Error): void {
    const reading = this.#reading;
    this.#reading = null;
    this.#reservation?.release();
    reading?.stop();
    reading?.done(error);
  }
}

/**
 * What a body is read into: called with the whole of it. What it makes may take more memory than the body did; it then
 * resizes the reservation.
 */
export type ParseBody = (
  request: FastifyRequest,
  body: Buffer,
  done: (error: Error | null, body?: unknown) => void,
  reservation: Reservation,
) => void;

/** Makes `parse` read the bodies of a content type, as Fastify's own parsers do, within the server's limits. */
export function parseWholeBodies(
  app: FastifyInstance,
  contentType: string | string[],
  parse: ParseBody,
): void {
  const limit = app.initialConfig.bodyLimit ?? Infinity;
  const bodies = requestBodiesOf(app);
  app.addContentTypeParser(contentType, (request, payload, done) => {
    const reservation = bodies.memory.open();
    const read: Done = (error, body) => {
      if (error !== null || body === undefined) done(error);
      else {
        const encoding = request.headers['content-encoding'];
        if (encoding === undefined) parse(request, body, done, reservation);
        else {
          unpack(body, { encoding, limit, reservation, memory: bodies.memory }, (refused, unpacked) => {
            if (refused !== null || unpacked === undefined) done(refused);
            else parse(request, unpacked, done, reservation);
          });
        }
      }
    };
    const announced = Number(request.headers['content-length']);
    if (announced > limit) read(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
    else if (announced >= COUNTED_BYTES && announced > bodies.memory.free) read(bodies.memory.refusal());
    else if (!(payload instanceof WholeBodyMessage && payload.readWhole(limit, bodies, reservation, read)))
      readStream(
        payload,
        new Reading(limit, bodies, reservation, () => payload.destroy(bodyTooSlow()), read),
      );
  });
}

/** A body that something has begun to read before. Its memory is counted until it is whole. */
function readStream(payload: IncomingMessage, reading: Reading): void {
  const settle = (error: Error | null, body?: Buffer): void => {
    payload.off('data', take).off('end', end).off('error', fail);
    reading.stop();
    reading.done(error, body);
    reading.reservation.release();
  };
  const take = (chunk: Buffer): void => {
    const refusal = reading.take(chunk);
    if (refusal !== null) settle(refusal);
  };
  const end = (): void => settle(null, Buffer.concat(reading.chunks, reading.bytes));
  const fail = (error: Error): void => settle(unreadable(error));
  payload.on('data', take).on('end', end).on('error', fail);
}

/** No fault of the server's. */
function unreadable(error: Error | null): Error {
  return Object.assign(error ?? new Error('the body ended early'), { statusCode: 400 });
}
