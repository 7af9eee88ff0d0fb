import type { FastifyInstance, FastifyRequest } from 'fastify';
import { DomainError } from '../platform/errors.js';
import type { EventLog } from '../platform/events/index.js';
import { requestBodiesOf } from '../http/index.js';
import { NumberBlock, parseTolerantJson, placeBlocks } from '../platform/json/index.js';
import { parseWholeBodies } from '../http/index.js';
import { admitJson, blocksOf, meansTensor } from './admitted-json.js';
import { refusalFor } from './error-mapping.js';
import { requestFieldsOf } from './request-log.js';
import { RestError } from './rest-error.js';

/**
 * Takes bodies as bytes whatever their Content-Type says: clients of the serving protocols send JSON as
 * `application/x-www-form-urlencoded` (curl -d) or with no type at all.
 */
export function takeBodiesAsBytes(app: FastifyInstance): void {
  app.removeAllContentTypeParsers();
  const bodies = requestBodiesOf(app);
  parseWholeBodies(
    app,
    ['application/json', 'application/octet-stream', '*'],
    (request, body, done, reservation) => {
      admitJson(
        bodies,
        { body, headerLength: request.headers['inference-header-content-length'] },
        reservation,
        done,
      );
    },
  );
}

/** The body's bytes; empty when none came, and from the second time on: they must not be held while a model runs. */
export function bodyBytes(request: FastifyRequest): Buffer {
  const bytes = request.body as Buffer | undefined;
  request.body = undefined;
  return bytes ?? Buffer.alloc(0);
}

/** @throws RestError BAD_REQUEST, DomainError INVALID_ARGUMENT */
export function jsonObject(bytes: Buffer): Readonly<Record<string, unknown>> {
  if (bytes.length === 0) throw new RestError('BAD_REQUEST', 'Expected a JSON body, got an empty one.');
  const parsed = parsedJson(bytes);
  return objectAt(placeBlocks(parsed, blocksOf(bytes), meansTensor), 'the body');
}

function parsedJson(bytes: Buffer): unknown {
  try {
    return parseTolerantJson(bytes);
  } catch (error) {
    throw new RestError('BAD_REQUEST', (error as Error).message);
  }
}

/** Client libraries write a field that was left out as null. */
export function isAbsent(value: unknown): value is null | undefined {
  return value === undefined || value === null;
}

/** Every check of untrusted JSON says where, what was expected and what came. */
export function objectAt(value: unknown, place: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null && !Array.isArray(value))
    return value as Record<string, unknown>;
  throw unexpected(place, 'an object', value);
}

export function arrayAt(value: unknown, place: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  throw unexpected(place, 'an array', value);
}

export function stringAt(value: unknown, place: string): string {
  if (typeof value === 'string') return value;
  throw unexpected(place, 'a string', value);
}

export function booleanAt(value: unknown, place: string): boolean {
  if (typeof value === 'boolean') return value;
  throw unexpected(place, 'true or false', value);
}

export function wholeNumberAt(value: unknown, place: string, most: number): number {
  if (typeof value === 'number' && Number.isInteger(value) && value >= 0 && value <= most) return value;
  throw unexpected(place, `a whole number from 0 to ${most}`, value);
}

export function unexpected(place: string, expected: string, got: unknown): DomainError {
  return new DomainError('INVALID_ARGUMENT', `Expected ${place} to be ${expected}, got ${described(got)}.`);
}

/** What came, short enough for a message whatever its size. */
export function described(value: unknown): string {
  if (value === undefined) return 'nothing';
  if (typeof value === 'bigint') return String(value);
  if (Array.isArray(value) || value instanceof NumberBlock) return `an array of ${value.length}`;
  if (typeof value === 'object' && value !== null) {
    const keys = Object.keys(value);
    const shown = keys.slice(0, 5).map((key) => JSON.stringify(key.slice(0, 40)));
    return keys.length === 0 ? 'an empty object' : `an object of ${shown.join(', ')}`;
  }
  return typeof value === 'string' && value.length > 60
    ? `${JSON.stringify(value.slice(0, 60))}…`
    : JSON.stringify(value);
}

/** A call that failed is an event, also when it never got as far as a model. What inference recorded is not told twice. */
export function recordFailedCalls(app: FastifyInstance, events: Pick<EventLog, 'recordFailure'>): void {
  app.addHook('onError', async (request, _reply, error) => {
    if (request.method !== 'POST') return;
    const { code, message } = refusalFor(error);
    const path = request.url.split('?', 1)[0] ?? '';
    events.recordFailure(
      error,
      {
        kind: 'REQUEST_FAILED',
        message: `${path.slice(0, 200)} failed: ${message}`.slice(0, 500),
        actor: request.caller.actor,
        requestId: request.id,
        data: { operation: /(\w+)$/.exec(path)?.[1]?.slice(0, 40) ?? 'call', code },
      },
      requestFieldsOf(request),
    );
  });
}
