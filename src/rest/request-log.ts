import type { FastifyInstance, FastifyRequest } from 'fastify';
import { requestFields, type Caller } from '../security/index.js';

/** One line a request, at debug. GraphQL's transport writes its own, with the operation, for what it executes. */
export function registerRequestLog(app: FastifyInstance): void {
  // A hook costs something for every request, whether it writes a line or not.
  if (!['debug', 'trace'].includes(app.log.level)) return;
  app.addHook('onResponse', async (request, reply) => {
    if (request.routeOptions.url === '/graphql' && reply.statusCode < 400) return;
    request.log.debug(
      {
        ...requestFieldsOf(request),
        actor: callerOf(request)?.actor,
        method: request.method,
        path: request.url.split('?', 1)[0],
        status: reply.statusCode,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      },
      'request',
    );
  });
}

/** What a line of the log says of a request, also of one that was refused before its caller was known. */
export function requestFieldsOf(request: FastifyRequest): ReturnType<typeof requestFields> {
  return requestFields(callerOf(request) ?? { requestId: request.id });
}

function callerOf(request: FastifyRequest): Caller | undefined {
  return request.caller;
}
