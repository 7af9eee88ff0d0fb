import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../platform/errors.js';
import { authorizeRequest } from './access.js';
import { AUTHENTICATION_CHALLENGES } from './authenticate.js';
import type { Caller } from './caller.js';
import { errorBody } from './error-body.js';
import { lingerOverUnreadBody } from './linger.js';
import { RESPONSE_HEADERS } from './response-headers.js';
import type { SecurityConfig } from './security-config.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any route runs. */
    caller: Caller;
  }
}

/**
 * Puts the guard in front of every request of the server, unknown paths included, and the security headers on every
 * answer. Fastify must have been created with `genReqId: requestId`.
 */
export function registerSecurity(app: FastifyInstance, config: SecurityConfig): void {
  app.decorateRequest('caller');
  // Callbacks, not promises: these run for every request, and most often at once.
  app.addHook('onRequest', (request, reply, done) => {
    reply.headers(RESPONSE_HEADERS).header('x-request-id', request.id);
    try {
      request.caller = { actor: authorizeRequest(request.raw, config), requestId: request.id };
    } catch (error) {
      if (error instanceof DomainError) refuse(request, reply, error);
      else done(error as Error);
      return;
    }
    done();
  });
  app.addHook('onSend', (request, reply, payload, done) =>
    done(null, lingerOverUnreadBody(request.raw, reply, payload)),
  );
}

function refuse(request: FastifyRequest, reply: FastifyReply, { code, message }: DomainError): void {
  if (code === 'UNAUTHENTICATED') reply.header('www-authenticate', AUTHENTICATION_CHALLENGES);
  void reply
    .code(code === 'UNAUTHENTICATED' ? 401 : 403)
    .send(errorBody(request.url, { code, message, requestId: request.id }));
}
