import type { FastifyRequest } from 'fastify';

/** What the system says about writing to, or reading from, a connection whose other end has closed it. */
const BROKEN: ReadonlySet<unknown> = new Set([
  'EPIPE',
  'ECONNRESET',
  'ERR_STREAM_PREMATURE_CLOSE',
  'ERR_STREAM_DESTROYED',
]);

/** Whether a request failed because its caller has left: that is no fault of the server's, and the answer has no reader. */
export function callerIsGone({ raw }: Pick<FastifyRequest, 'raw'>, error: unknown): boolean {
  if (raw.destroyed || raw.socket.destroyed) return true;
  const { code, syscall } = (error ?? {}) as { code?: unknown; syscall?: unknown };
  return BROKEN.has(code) && (syscall === undefined || syscall === 'write' || syscall === 'read');
}
