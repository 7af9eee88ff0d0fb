import { IncomingMessage } from 'node:http';
import { errorCodes, type FastifyInstance, type FastifyRequest } from 'fastify';

type Done = (error: Error | null, body?: Buffer) => void;

interface Reading {
  readonly limit: number;
  readonly done: Done;
  readonly chunks: Buffer[];
  bytes: number;
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

  /**
   * @param done called once, also when the caller leaves in the middle
   * @returns false when the body is on its way as a stream already
   */
  readWhole(limit: number, done: Done): boolean {
    if (this.#begun) return false;
    this.#reading = { limit, done, chunks: [], bytes: 0 };
    return true;
  }

  /** The parser hands over the body piece by piece, and null at its end. */
  override push(chunk: Buffer | null, encoding?: BufferEncoding): boolean {
    this.#begun = true;
    const reading = this.#reading;
    if (reading === null) return super.push(chunk, encoding);
    if (chunk === null) {
      this.#reading = null;
      this.#state = 'whole';
      const [first] = reading.chunks;
      reading.done(null, reading.chunks.length === 1 ? first : Buffer.concat(reading.chunks, reading.bytes));
      return false;
    }
    reading.bytes += chunk.length;
    if (reading.bytes <= reading.limit) {
      reading.chunks.push(chunk);
      return true;
    }
    this.#reading = null;
    reading.done(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
    return super.push(chunk, encoding);
  }

  /** The server lets what nobody read flow away when it has answered; of a body that was had whole nothing is left. */
  override resume(): this {
    return this.#state === 'whole' ? this : super.resume();
  }

  override _destroy(error: Error | null, callback: (error?: Error | null) => void): void {
    if (this.#state === 'whole') {
      // Nobody reads any more: that the caller left is told by the response.
      callback();
      return;
    }
    const reading = this.#reading;
    this.#reading = null;
    super._destroy(error, callback);
    if (reading !== null) process.nextTick(reading.done, unreadable(error));
  }
}

/** Makes `parse` read the bodies of a content type, as Fastify's own parsers do, within the server's limit. */
export function parseWholeBodies(
  app: FastifyInstance,
  contentType: string | string[],
  parse: (request: FastifyRequest, body: Buffer, done: (error: Error | null, body?: unknown) => void) => void,
): void {
  const limit = app.initialConfig.bodyLimit ?? Infinity;
  app.addContentTypeParser(contentType, (request, payload, done) => {
    const read: Done = (error, body) => {
      if (error !== null || body === undefined) done(error);
      else parse(request, body, done);
    };
    if (Number(request.headers['content-length']) > limit) read(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
    else if (!(payload instanceof WholeBodyMessage && payload.readWhole(limit, read)))
      readStream(payload, limit, read);
  });
}

function readStream(payload: IncomingMessage, limit: number, done: Done): void {
  const chunks: Buffer[] = [];
  let bytes = 0;
  const settle = (error: Error | null, body?: Buffer): void => {
    payload.off('data', take).off('end', end).off('error', fail);
    done(error, body);
  };
  const take = (chunk: Buffer): void => {
    bytes += chunk.length;
    if (bytes > limit) settle(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
    else chunks.push(chunk);
  };
  const end = (): void => settle(null, Buffer.concat(chunks, bytes));
  const fail = (error: Error): void => settle(unreadable(error));
  payload.on('data', take).on('end', end).on('error', fail);
}

/** No fault of the server's. */
function unreadable(error: Error | null): Error {
  return Object.assign(error ?? new Error('the body ended early'), { statusCode: 400 });
}
