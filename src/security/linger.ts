import type { IncomingMessage } from 'node:http';
import { Readable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import type { FastifyReply } from 'fastify';

const LINGER_MS = 2_000;

/**
 * Lets a refused upload read its refusal. Closing a socket with unread bytes resets the connection, and the client
 * then reports a broken pipe in place of the answer it was sent. So the answer goes out at once and whole, and the
 * connection closes when the client has stopped sending, or shortly after; what still comes is thrown away.
 */
export function lingerOverUnreadBody(
  request: IncomingMessage,
  reply: FastifyReply,
  payload: unknown,
): unknown {
  if (reply.statusCode < 400 || typeof payload !== 'string' || request.complete || !hasBody(request))
    return payload;
  reply.header('connection', 'close').header('content-length', Buffer.byteLength(payload));
  return Readable.from(answerThenWait(request, payload), { objectMode: false });
}

async function* answerThenWait(request: IncomingMessage, payload: string): AsyncGenerator<string> {
  yield payload;
  const over = new AbortController();
  const stopped = new Promise<void>((resolve) => {
    for (const event of ['end', 'close', 'error'] as const) request.once(event, () => resolve());
  });
  request.resume();
  try {
    await Promise.race([stopped, delay(LINGER_MS, undefined, { signal: over.signal, ref: false })]);
  } finally {
    over.abort();
  }
}

function hasBody(request: IncomingMessage): boolean {
  return (
    request.headers['transfer-encoding'] !== undefined || Number(request.headers['content-length'] ?? 0) > 0
  );
}
