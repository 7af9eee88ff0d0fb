import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { varyBy } from './vary.js';

/** Smaller answers fit into one or two packets as they are. */
const LEAST_BYTES = 4_096;
/** From here on the quick way: what is so long is numbers, and they give little. */
const LONG_BYTES = 262_144;
const TEXT = /^(?:text\/|application\/(?:[\w.-]+\+)?(?:json|xml|javascript))/;

type Coding = 'br' | 'gzip';
type Done = (error: Error | null, payload?: unknown) => void;

/**
 * Compresses long answers of text for callers who take it. Streams are left alone: files are packed already, and what
 * comes event by event must not wait. So are bytes, which are tensors, and refusals, which others have still to name.
 */
export function compressAnswers(app: FastifyInstance): void {
  app.addHook('onSend', (request: FastifyRequest, reply: FastifyReply, payload: unknown, done: Done) => {
    const length = lengthOf(payload);
    if (length < LEAST_BYTES || reply.statusCode !== 200 || reply.hasHeader('content-encoding')) {
      done(null, payload);
      return;
    }
    if (!TEXT.test(String(reply.getHeader('content-type') ?? ''))) {
      done(null, payload);
      return;
    }
    varyBy(reply, 'Accept-Encoding');
    const coding = codingFor(request.headers['accept-encoding']);
    if (coding === null) {
      done(null, payload);
      return;
    }
    compress(coding, payload as string | Buffer, length).then(
      (packed) => {
        void reply.header('content-encoding', coding).header('content-length', packed.length);
        done(null, packed);
      },
      // What cannot be packed is sent as it is.
      () => done(null, payload),
    );
  });
}

/** Brotli for those who take it, else gzip; null for those who take neither. RFC 9110, section 12.5.3. */
export function codingFor(accepted: string | string[] | undefined): Coding | null {
  const weights = new Map<string, number>();
  for (const part of String(accepted ?? '').split(',')) {
    const [name = '', ...parameters] = part.split(';').map((text) => text.trim().toLowerCase());
    const weight = parameters.find((parameter) => parameter.startsWith('q='));
    weights.set(name, weight === undefined ? 1 : Number(weight.slice(2)));
  }
  const takes = (coding: string): number => weights.get(coding) ?? weights.get('*') ?? 0;
  const [br, gz] = [takes('br'), Math.max(takes('gzip'), weights.get('x-gzip') ?? 0)];
  if (br > 0 && br >= gz) return 'br';
  return gz > 0 ? 'gzip' : null;
}

function lengthOf(payload: unknown): number {
  return typeof payload === 'string' || Buffer.isBuffer(payload) ? payload.length : 0;
}

function compress(coding: Coding, payload: string | Buffer, length: number): Promise<Buffer> {
  const isLong = length >= LONG_BYTES;
  if (coding === 'gzip') return promisify(gzip)(payload, { level: isLong ? 1 : 5 });
  const params = {
    [constants.BROTLI_PARAM_QUALITY]: isLong ? 1 : 4,
    [constants.BROTLI_PARAM_SIZE_HINT]: length,
  };
  return promisify(brotliCompress)(payload, { params });
}
