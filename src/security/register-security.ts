import type { FastifyInstance } from 'fastify';
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
  app.addHook('onRequest', async (request, reply) => {
    reply.headers({ ...RESPONSE_HEADERS, 'x-request-id': request.id });
    try {
      request.caller = { actor: authorizeRequest(request.raw, config), requestId: request.id };
    } catch (error) {
      if (!(error instanceof DomainError)) throw error;
      const { code, message } = error;
      if (code === 'UNAUTHENTICATED') reply.header('www-authenticate', AUTHENTICATION_CHALLENGES);
      await reply
        .code(code === 'UNAUTHENTICATED' ? 401 : 403)
        .send(errorBody(request.url, { code, message, requestId: request.id }));
    }
  });
  app.addHook('onSend', async (request, reply, payload) => lingerOverUnreadBody(request.raw, reply, payload));
}
