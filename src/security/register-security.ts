import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { DomainError } from '../platform/errors.js';
import { authorizeRequest } from './access.js';
import { challengesFor } from './authenticate.js';
import type { Caller } from './caller.js';
import { errorBody } from './error-body.js';
import { lingerOverUnreadBody } from './linger.js';
import { RESPONSE_HEADERS } from './response-headers.js';
import { clientAddressBehind, type ClientAddress } from './client-address.js';
import { crossOriginHeaders, isAllowedPreflight, PREFLIGHT_HEADERS } from './cross-origin.js';
import { readTraceContext } from './trace-context.js';
import { WrongKeys, type WrongKeyAnswer } from './wrong-keys.js';
import type { SecurityConfig } from './security-config.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Set before any route runs. */
    caller: Caller;
  }
  interface FastifyContextConfig {
    /** Reading it needs no key: it is the same for everybody, and tells nothing about what the server holds. */
    withoutKey?: boolean;
  }
}

/** They tell every caller that the server is there, and nothing else: monitors have no key. */
const HEALTH = /^(?:\/v2)?\/health\/(?:live|ready)(?:\?|$)/;
const TOO_MANY =
  'Too many wrong API keys came from this address. Try again after the time in Retry-After; requests with the right key are answered meanwhile.';
const SAFE_METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD']);
const NOBODY = 'anonymous';

/** What the transports beside HTTP share with it. */
export interface Guard {
  readonly wrongKeys: WrongKeys;
  readonly addressOf: ClientAddress;
}

/** Whether a caller is told no more than that the server is there. */
export function isAnonymous({ actor }: Caller): boolean {
  return actor === NOBODY;
}

/**
 * Puts the guard in front of every request of the server, unknown paths included, and the security headers on every
 * answer. Fastify must have been created with `genReqId: requestId`.
 */
export function registerSecurity(
  app: FastifyInstance,
  config: SecurityConfig,
  wrongKeys: WrongKeys = new WrongKeys(),
): Guard {
  const { allowedOrigins = [], trustedProxies = [] } = config;
  const isTraced = config.telemetry?.traces != null;
  const guard: Guard = { wrongKeys, addressOf: clientAddressBehind(trustedProxies) };
  app.decorateRequest('caller');
  // Callbacks, not promises: these run for every request, and most often at once.
  app.addHook('onRequest', (request, reply, done) => {
    nameAnswer(request, reply);
    if (allowedOrigins.length > 0) {
      const headers = crossOriginHeaders(allowedOrigins, request.headers);
      if (headers) void reply.headers(headers);
      if (isAllowedPreflight(allowedOrigins, request.raw)) {
        void reply.headers(PREFLIGHT_HEADERS).code(204).send();
        return;
      }
    }
    try {
      const actor = authorizeRequest(request.raw, config);
      request.caller = isTraced
        ? { actor, requestId: request.id, trace: readTraceContext(request.headers) }
        : { actor, requestId: request.id };
    } catch (error) {
      if (!(error instanceof DomainError)) done(error as Error);
      else if (error.code === 'UNAUTHENTICATED') withoutKey(request, reply, error, done);
      else refuse(request, reply, error);
      return;
    }
    done();
  });
  const withoutKey = (
    request: FastifyRequest,
    reply: FastifyReply,
    error: DomainError,
    done: () => void,
  ): void => {
    const { authorization = '' } = request.headers;
    const slowed = authorization === '' ? undefined : guard.wrongKeys.failed(guard.addressOf(request.raw));
    if (SAFE_METHODS.has(request.method) && isForEverybody(request)) {
      request.caller = { actor: NOBODY, requestId: request.id };
      done();
      return;
    }
    if (slowed) void slowed.then((answer) => refuse(request, reply, error, answer));
    else refuse(request, reply, error);
  };
  app.addHook('onSend', (request, reply, payload, done) =>
    done(null, lingerOverUnreadBody(request.raw, reply, payload)),
  );
  return guard;
}

/** Puts the security headers on an answer, and the id of its request. */
export function nameAnswer(request: FastifyRequest, reply: FastifyReply): void {
  reply.headers(RESPONSE_HEADERS).header('x-request-id', request.id);
}

function isForEverybody(request: FastifyRequest): boolean {
  return request.routeOptions.config.withoutKey === true || HEALTH.test(request.url);
}

function refuse(
  request: FastifyRequest,
  reply: FastifyReply,
  { code, message }: DomainError,
  { retryAfterSeconds }: WrongKeyAnswer = {},
): void {
  if (retryAfterSeconds !== undefined) {
    void reply
      .code(429)
      .header('retry-after', retryAfterSeconds)
      .send(errorBody(request.url, { code, message: TOO_MANY, requestId: request.id }));
    return;
  }
  if (code === 'UNAUTHENTICATED') reply.header('www-authenticate', challengesFor(request.headers));
  void reply
    .code(code === 'UNAUTHENTICATED' ? 401 : 403)
    .send(errorBody(request.url, { code, message, requestId: request.id }));
}
