import type { FormattedExecutionResult, GraphQLError, GraphQLFormattedError } from 'graphql';
import type { Logger } from '../../platform/logging.js';
import type { Caller } from '../../security/index.js';
import { formatError } from '../http/error-mapping.js';
import { logUnexpected } from '../http/request-log.js';

/** Of an execution, by whichever library. */
export interface Result {
  readonly data?: FormattedExecutionResult['data'] | undefined;
  readonly errors?: readonly GraphQLError[] | undefined;
  readonly extensions?: Readonly<Record<string, unknown>> | undefined;
}

/** A result as callers of a stream get it: with its errors in words for them, and the request's id. */
export function answerOf(result: Result, caller: Caller, logger: Logger): FormattedExecutionResult {
  const { errors, data, extensions } = result;
  return {
    ...(data !== undefined && { data }),
    ...(errors && { errors: errors.map((error) => formattedFor(error, caller, logger)) }),
    extensions: { ...extensions, requestId: caller.requestId },
  };
}

export function formattedFor(error: GraphQLError, caller: Caller, logger: Logger): GraphQLFormattedError {
  logUnexpected(logger, error, caller);
  const plain = error.toJSON();
  // Apollo names these two phases over HTTP; here they can be told from each other by whether execution had begun.
  const code = plain.message.startsWith('Syntax Error')
    ? 'GRAPHQL_PARSE_FAILED'
    : error.path
      ? undefined
      : 'GRAPHQL_VALIDATION_FAILED';
  return formatError({ ...plain, extensions: { ...(code && { code }), ...plain.extensions } }, error);
}
