import type { GraphQLError } from 'graphql';
import { DomainError } from '../../platform/errors.js';
import type { Logger } from '../../platform/logging.js';
import { requestFields, type Caller } from '../../security/index.js';
import type { RequestContext } from '../context.js';
import { isUnexpected, originOf } from './error-mapping.js';

/** One line a request, at debug. */
export function logRequest(
  logger: Logger,
  { caller, startedAt }: Pick<RequestContext, 'caller' | 'startedAt'>,
  request: { operationName: string | null | undefined; kind: string | undefined; errors: readonly unknown[] },
): void {
  if (!logger.isLevelEnabled('debug')) return;
  const { operationName, kind, errors } = request;
  const ms = Math.round((performance.now() - startedAt) * 100) / 100;
  const code = errors.length === 0 ? 'OK' : codeOf(errors[0]);
  logger.debug(
    { ...requestFields(caller), actor: caller.actor, operation: operationName ?? null, kind, ms, code },
    'graphql',
  );
}

/** The reason of an error that the caller is told nothing about. */
export function logUnexpected(logger: Logger, error: unknown, caller: Caller): void {
  if (!isUnexpected(error)) return;
  const { path } = error as Partial<GraphQLError>;
  logger.error(
    { err: originOf(error), ...requestFields(caller), ...(path && { path: path.join('.') }) },
    'a GraphQL request failed unexpectedly',
  );
}

function codeOf(error: unknown): string {
  const origin = originOf(error);
  if (origin instanceof DomainError) return origin.code;
  const code: unknown = (error as Partial<GraphQLError>).extensions?.code;
  if (typeof code === 'string' && !isUnexpected(error)) return code;
  return isUnexpected(error) ? 'INTERNAL' : 'BAD_USER_INPUT';
}
