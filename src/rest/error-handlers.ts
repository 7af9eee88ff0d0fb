import { METHODS } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { callerIsGone } from '../http/index.js';
import { errorBody } from '../security/index.js';
import type { NotFoundPage } from './not-found-page.js';
import { refusalFor } from './error-mapping.js';
import { requestFieldsOf } from './request-log.js';
import { HTTP_STATUS, RestError } from './rest-error.js';
import type { RouteTable } from './route-table.js';

/** One shape for every refusal, also for those no route of ours made: malformed JSON, unknown paths, wrong methods. */
export function registerErrorHandlers(
  app: FastifyInstance,
  routes: RouteTable,
  /** What people are shown instead of an unknown path's refusal; null: they get that, too. */
  page: NotFoundPage | null = null,
): void {
  app.setErrorHandler(answerError);
  app.setNotFoundHandler(async (request, reply) => {
    const allowed = routes.methodsOf(request.url);
    // A route for many files takes the method, and may not have the file.
    const isUnknown = allowed.length === 0 || allowed.includes(request.method);
    if (!isUnknown) answerError(wrongMethod(request, allowed), request, reply);
    else if (!(await page?.(request, reply))) answerError(unknownPath(request, routes), request, reply);
    return reply;
  });
}

/** Also Fastify's `frameworkErrors`: a URL it cannot decode never reaches a route. */
export function answerError(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
  const refusal = refusalFor(error);
  const { code, message } = refusal;
  if (refusal.unexpected) {
    const level = callerIsGone(request, error) ? 'debug' : 'error';
    request.log[level]({ err: error, ...requestFieldsOf(request) }, 'request failed');
  }
  void reply
    .code(HTTP_STATUS[code])
    .headers({ ...refusal.headers, 'cache-control': 'no-store' })
    .type('application/json; charset=utf-8')
    .send(errorBody(request.url, { code, message, requestId: request.id }));
}

function unknownPath(request: FastifyRequest, routes: RouteTable): RestError {
  return new RestError(
    'NOT_FOUND',
    `There is nothing at ${pathOf(request.url)}. Known paths: ${routes.paths().join(', ')}.`,
  );
}

function wrongMethod(request: FastifyRequest, allowed: readonly string[]): RestError {
  const allow = METHODS.filter((method) => allowed.includes(method)).join(', ');
  return new RestError(
    'METHOD_NOT_ALLOWED',
    `${pathOf(request.url)} answers ${allow}, got ${request.method}.`,
    { allow },
  );
}

function pathOf(url: string): string {
  return (url.split('?', 1)[0] ?? '').slice(0, 200);
}
