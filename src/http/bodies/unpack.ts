import { createGunzip, createInflate } from 'node:zlib';
import { errorCodes } from 'fastify';
import type { BodyMemory, Reservation } from './body-memory.js';

const CHUNK_BYTES = 65_536;

export interface Unpacking {
  /** The header Content-Encoding. */
  readonly encoding: string;
  /** Of the unpacked body. */
  readonly limit: number;
  readonly reservation: Reservation;
  readonly memory: BodyMemory;
}

/**
 * Unpacks a body that came compressed. A kilobyte may hold a megabyte, so the size is watched while it grows.
 *
 * @param done called once
 */
export function unpack(
  body: Buffer,
  { encoding, limit, reservation, memory }: Unpacking,
  done: (error: Error | null, body?: Buffer) => void,
): void {
  const coding = encoding.trim().toLowerCase();
  if (coding === 'identity' || coding === '') {
    done(null, body);
    return;
  }
  const isGzip = coding === 'gzip' || coding === 'x-gzip';
  if (!isGzip && coding !== 'deflate') {
    done(refused(415, 'BODY_ENCODING_UNKNOWN'));
    return;
  }
  const stream = isGzip
    ? createGunzip({ chunkSize: CHUNK_BYTES })
    : createInflate({ chunkSize: CHUNK_BYTES });
  const chunks: Buffer[] = [];
  let bytes = 0;
  const settle = (error: Error | null): void => {
    stream.removeAllListeners().on('error', () => undefined);
    stream.destroy();
    if (error) done(error);
    else done(null, Buffer.concat(chunks, bytes));
  };
  stream.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    chunks.push(chunk);
    if (bytes > limit) settle(new errorCodes.FST_ERR_CTP_BODY_TOO_LARGE());
    else if (!reservation.resize(body.length + bytes)) settle(memory.refusal());
  });
  stream.once('end', () => settle(null));
  stream.once('error', () => settle(refused(400, 'BODY_NOT_AS_ENCODED')));
  stream.end(body);
}

/** Its code is turned into words where all answers are. */
function refused(statusCode: number, code: string): Error {
  return Object.assign(new Error(code), { statusCode, code });
}
