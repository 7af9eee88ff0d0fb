import type { FastifyReply } from 'fastify';

/** Says that the answer depends on a header of the request, beside those that were named before. */
export function varyBy(reply: FastifyReply, header: string): void {
  const before = reply.getHeader('vary');
  const names = before === undefined ? [] : String(before).split(/, */);
  if (!names.includes(header)) void reply.header('vary', [...names, header].join(', '));
}
