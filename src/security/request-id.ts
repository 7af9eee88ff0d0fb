import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

// Short and plain, since it is copied into headers, log lines, events and error messages.
const ACCEPTABLE = /^[\w.-]{1,64}$/;

/** The caller's own `x-request-id` when it is plain enough to repeat, else a new one. Fastify's `genReqId`. */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  return typeof given === 'string' && ACCEPTABLE.test(given) ? given : randomUUID();
}
