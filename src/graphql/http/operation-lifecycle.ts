import { GraphQLError } from 'graphql';
import type { Logger } from '../../platform/logging.js';
import type { KnownOperation } from '../compiled/known-document.js';
import type { RequestContext } from '../context.js';
import { originOf } from './error-mapping.js';
import { recordError } from './failed-request.js';
import { logRequest, logUnexpected } from './request-log.js';
import { DomainError } from '../../platform/errors.js';

/**
 * What happens around the execution of every operation over HTTP, whether Apollo runs it or its compiled form does. A
 * limit, an event or a line of log that is added here holds for both.
 */
export class OperationLifecycle {
  constructor(private readonly logger: Logger) {}

  /**
   * Before it runs, when operation and variables are known.
   *
   * @throws GraphQLError when it must not run
   */
  begin(
    operation: Pick<KnownOperation, 'kind' | 'checkCost'>,
    variables: Readonly<Record<string, unknown>>,
    context: RequestContext,
  ): void {
    if (operation.kind === 'subscription') throw overWebSocketOnly();
    operation.checkCost(variables);
    context.prepareFor(operation.kind);
  }

  /** As soon as something has gone wrong with it, in whatever phase. */
  failed(
    errors: readonly GraphQLError[],
    operation: Pick<KnownOperation, 'name' | 'kind'> | null,
    { caller, events }: RequestContext,
  ): void {
    for (const error of errors) logUnexpected(this.logger, error, caller);
    const [first] = errors;
    if (first) recordError(events, caller, operation?.name ?? operation?.kind ?? 'document', first);
  }

  /** When its answer is ready. */
  answered(
    errors: readonly unknown[],
    operation: Pick<KnownOperation, 'name' | 'kind'> | null,
    context: RequestContext,
  ): void {
    logRequest(this.logger, context, { operationName: operation?.name, kind: operation?.kind, errors });
  }
}

/** What is told beside every answer. */
export function answerExtensions({ caller }: Pick<RequestContext, 'caller'>): { requestId: string } {
  return { requestId: caller.requestId };
}

/** Seconds for the Retry-After header: the longest that any of the errors asks for; null when none does. */
export function retryAfterSeconds(errors: readonly unknown[]): number | null {
  let longest: number | null = null;
  for (const error of errors) {
    const origin = originOf(error);
    if (origin instanceof DomainError && origin.retryAfterMs !== undefined)
      longest = Math.max(longest ?? 0, Math.ceil(origin.retryAfterMs / 1_000));
  }
  return longest;
}

function overWebSocketOnly(): GraphQLError {
  return new GraphQLError(
    'Subscriptions run over WebSocket: connect to this same address with the subprotocol graphql-transport-ws.',
    { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } },
  );
}
