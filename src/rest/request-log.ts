import type { FastifyInstance } from 'fastify';

/** One line a request, at debug. GraphQL's transport writes its own, with the operation, for what it executes. */
export function registerRequestLog(app: FastifyInstance): void {
  // A hook costs something for every request, whether it writes a line or not.
  if (!['debug', 'trace'].includes(app.log.level)) return;
  app.addHook('onResponse', async (request, reply) => {
    if (request.routeOptions.url === '/graphql' && reply.statusCode < 400) return;
    request.log.debug(
      {
        requestId: request.id,
        // Absent when the request was refused before its caller was known.
        actor: (request.caller as typeof request.caller | undefined)?.actor,
        method: request.method,
        path: request.url.split('?', 1)[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    );
  });
}
