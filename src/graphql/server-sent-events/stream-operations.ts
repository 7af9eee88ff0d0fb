import { execute, type ExecutionResult, type GraphQLError } from 'graphql';
import { createHandler, type Handler } from 'graphql-sse';
import type { Logger } from '../../platform/logging.js';
import type { EventLog } from '../../platform/events/index.js';
import type { Caller } from '../../security/index.js';
import { recordError } from '../http/failed-request.js';
import { logRequest } from '../http/request-log.js';
import { answerOf } from '../operations/answers.js';
import { asGraphQLError, isPrepared, type PreparedOperation } from '../operations/prepare-operation.js';
import type { SharedSubscriptions } from '../operations/shared-subscriptions.js';
import type { StreamFlow } from './stream-flow.js';

/** One request for a stream, as the library hands it from one callback to the next. */
export interface StreamRequest {
  readonly caller: Caller;
  readonly flow: StreamFlow;
  /** The operation, or what is wrong with it. */
  readonly asked: PreparedOperation | readonly GraphQLError[];
}

export type StreamHandler = Handler<undefined, StreamRequest>;

/**
 * GraphQL over Server-Sent Events, in distinct connections mode: one operation a request. The protocol alone: documents are
 * read, checked and limited before, and what comes out waits for the client.
 */
export function createStreamHandler(
  { events, logger }: { events: EventLog; logger: Logger },
  subscriptions: SharedSubscriptions,
): StreamHandler {
  return createHandler<undefined, StreamRequest>({
    // Without a token there is no single connection mode, which would hold streams for clients that have gone.
    authenticate: () => null,
    validate: () => [],
    // The library tells a result by its data, and may not know whose context it is given.
    onSubscribe: ({ context: { asked } }) =>
      (isPrepared(asked) ? asked : { data: undefined, errors: asked }) as never,
    execute: (args) => run(prepared(args)),
    subscribe: async (args) => {
      const stream = await subscriptions.subscribe(prepared(args));
      return Symbol.asyncIterator in stream ? endingInError(stream) : stream;
    },
    onOperation: (_context, _request, args, result) => {
      const { known, contextValue } = prepared(args);
      const errors = 'errors' in result ? (result.errors ?? []) : [];
      logRequest(logger, contextValue, { operationName: known?.name, kind: known?.kind, errors });
    },
    onNext: async (_context, { context: { caller, flow, asked } }, result) => {
      const { errors } = result as ExecutionResult;
      const name = isPrepared(asked) ? (asked.known?.name ?? 'operation') : 'document';
      if (errors?.[0]) recordError(events, caller, name, errors[0]);
      const answered = answerOf(result as ExecutionResult, caller, logger);
      await flow.room();
      flow.name(cursorIn(answered.data));
      return answered as never;
    },
  });
}

/** What `onSubscribe` gave comes back. */
function prepared(args: unknown): PreparedOperation {
  return args as PreparedOperation;
}

function run({ known, variableValues, contextValue, ...args }: PreparedOperation) {
  return known?.run(variableValues ?? {}, contextValue) ?? execute({ ...args, variableValues, contextValue });
}

/** What fails in the middle is the last thing that is told. No generator, whose `return` would wait for the next event. */
function endingInError(
  stream: AsyncGenerator<ExecutionResult, void, void>,
): AsyncGenerator<ExecutionResult, void, void> {
  let failed = false;
  const over = { done: true, value: undefined } as const;
  return {
    async next() {
      if (failed) return over;
      try {
        return await stream.next();
      } catch (error) {
        failed = true;
        return { done: false, value: { errors: [asGraphQLError(error)] } };
      }
    },
    return: () => stream.return(),
    throw: (error) => stream.throw(error),
    [Symbol.asyncIterator]() {
      return this;
    },
    async [Symbol.asyncDispose]() {
      await stream.return();
    },
  };
}

/** Of an event, where its cursor was asked for. */
function cursorIn(data: unknown): string | null {
  const event = (data as { monitoringEvents?: { cursor?: unknown } } | null | undefined)?.monitoringEvents;
  return typeof event?.cursor === 'string' && /^\d+$/.test(event.cursor) ? event.cursor : null;
}
