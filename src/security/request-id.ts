import { randomUUID } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

// Short and plain, since it is copied into headers, log lines, events and error messages.
const ACCEPTABLE = /^[\w.-]{1,64}$/;

/** Of this process: with the number of the request no two are alike, at a tenth of what a random id for each costs. */
const OWN = randomUUID().slice(0, 23);
let count = 0;

/** The caller's own `x-request-id` when it is plain enough to repeat, else a new one. Fastify's `genReqId`. */
export function requestId(request: Pick<IncomingMessage, 'headers'>): string {
  const given = request.headers['x-request-id'];
  if (typeof given === 'string' && ACCEPTABLE.test(given)) return given;
  count += 1;
  return `${OWN}-${count.toString(36)}`;
}
