import { randomUUID } from 'node:crypto';
import { execute, type FormattedExecutionResult, type GraphQLError } from 'graphql';
import { makeServer, type Context, type Server, type SubscribePayload } from 'graphql-ws';
import type { Config } from '../../platform/config.js';
import { DomainError } from '../../platform/errors.js';
import { authenticate, readTraceContext, type Caller, type Guard } from '../../security/index.js';
import { recordError } from '../http/failed-request.js';
import type { LongAnswers } from '../http/long-answers.js';
import { holdsLongValues } from '../http/long-values.js';
import { answerExtensions } from '../http/operation-lifecycle.js';
import { logRequest } from '../http/request-log.js';
import { answerOf, formattedFor } from '../operations/answers.js';
import {
  asGraphQLError,
  prepareOperation,
  type OperationParts,
  type PreparedOperation,
} from '../operations/prepare-operation.js';
import type { SharedSubscriptions } from '../operations/shared-subscriptions.js';
import type { Connection } from './websocket-connection.js';

type SocketContext = Context<Record<string, unknown> | undefined, Connection>;

const UNKNOWN: Caller = { actor: 'unknown', requestId: '' };
/** As long as a client may take to say who it is. */
const INIT_TIMEOUT_MS = 3_000;
/** Operations one socket may have under way. */
const MAX_OPERATIONS = 100;

interface OperationOptions extends OperationParts {
  readonly subscriptions: SharedSubscriptions;
  readonly config: Pick<Config, 'apiKey'> & Partial<Pick<Config, 'telemetry'>>;
  readonly guard: Pick<Guard, 'wrongKeys'>;
  readonly longAnswers: LongAnswers;
}

/** The protocol on any socket: the same documents, limits and errors as over HTTP. */
export function createOperationServer(options: OperationOptions): Server<Connection> {
  const { events, logger } = options.services;
  /** Written once, however many sockets it goes to. */
  const written = new WeakMap<object, string>();

  return makeServer<Record<string, unknown> | undefined, Connection>({
    connectionInitWaitTimeout: INIT_TIMEOUT_MS,
    onConnect: (context) => admit(context, options),
    execute: (args) => runCompiled(args as PreparedOperation),
    subscribe: (args) => options.subscriptions.subscribe(args as PreparedOperation),
    onSubscribe: async (context, id, message) => {
      try {
        return await prepare(context, id, message, options);
      } catch (error) {
        return [asGraphQLError(error)];
      }
    },
    onOperation: (_context, _id, _message, args, result) => {
      const { known, contextValue } = args as PreparedOperation;
      const errors = 'errors' in result ? (result.errors ?? []) : [];
      logRequest(logger, contextValue, { operationName: known?.name, kind: known?.kind, errors });
    },
    onNext: (_context, _id, { operationName }, args, result) => {
      const { known, contextValue } = args as PreparedOperation;
      const { caller } = contextValue;
      const [first] = result.errors ?? [];
      if (first) recordError(events, caller, operationName ?? 'operation', first);
      if (known?.kind === 'subscription' && result.data && !first) {
        const json = written.get(result.data) ?? JSON.stringify(result.data);
        written.set(result.data, json);
        const name: unknown = options.longAnswers.hold(json);
        return { data: name as Record<string, unknown>, extensions: answerExtensions(contextValue) };
      }
      const answered = answerOf(result, caller, logger);
      return known?.kind === 'mutation' && holdsLongValues(answered.data)
        ? named(answered, options.longAnswers)
        : answered;
    },
    onError: ({ extra }, id, { operationName }, errors) => {
      const caller = extra.callers.get(id) ?? UNKNOWN;
      extra.callers.delete(id);
      const [first] = errors;
      if (first) recordError(events, caller, operationName ?? 'document', first);
      return errors.map((error) => {
        const { extensions, ...rest } = formattedFor(error, caller, logger);
        return { ...rest, extensions: { ...extensions, requestId: caller.requestId } };
      });
    },
    onComplete: ({ extra }, id) => {
      extra.callers.delete(id);
    },
  });
}

/** Whether the client may talk at all; false closes the socket with 4403. The key may come with either handshake. */
function admit(
  context: SocketContext,
  { config, guard }: Pick<OperationOptions, 'config' | 'guard'>,
): boolean | Promise<boolean> {
  const { extra, connectionParams } = context;
  const presented = connectionParams?.authorization ?? connectionParams?.Authorization;
  if (typeof presented === 'string') extra.authorization = presented;
  try {
    authenticate(extra.authorization, config.apiKey);
    extra.acknowledged();
    return true;
  } catch (error) {
    if (error instanceof DomainError) {
      const slowed = extra.authorization ? guard.wrongKeys.failed(extra.address) : undefined;
      return slowed?.then(() => false) ?? false;
    }
    throw error;
  }
}

/**
 * Each operation is a request of its own, checked anew: the socket may be older than the decision to admit it.
 *
 * @throws DomainError or GraphQLError
 */
async function prepare(
  { extra, subscriptions, connectionParams }: SocketContext,
  id: string,
  message: SubscribePayload,
  { config, ...parts }: OperationOptions,
): Promise<PreparedOperation | readonly GraphQLError[]> {
  const large = extra.largeVariables.get(id);
  extra.largeVariables.delete(id);
  const variables = (large as Record<string, unknown> | undefined) ?? message.variables ?? null;
  const requestId = randomUUID();
  extra.callers.set(id, { ...UNKNOWN, requestId });
  const trace = config.telemetry?.traces
    ? readTraceContext(message.extensions, connectionParams, extra.addressed.headers)
    : undefined;
  const caller = { ...authenticate(extra.authorization, config.apiKey), requestId, ...(trace && { trace }) };
  extra.callers.set(id, caller);
  if (Object.keys(subscriptions).length > MAX_OPERATIONS) throw tooManyOperations();

  return prepareOperation(parts, {
    caller,
    parameters: { ...message },
    operationName: message.operationName ?? null,
    variables,
    departure: extra.closed,
    addressed: extra.addressed,
  });
}

function runCompiled({ known, variableValues, contextValue, ...args }: PreparedOperation) {
  return known?.run(variableValues ?? {}, contextValue) ?? execute({ ...args, variableValues, contextValue });
}

function tooManyOperations(): DomainError {
  return new DomainError(
    'OVERLOADED',
    `Expected at most ${MAX_OPERATIONS} operations at a time on one socket. Complete some, or open another socket.`,
  );
}

/** With a placeholder for the data, which the sender of the message puts back. */
async function named(
  answered: FormattedExecutionResult,
  longAnswers: LongAnswers,
): Promise<FormattedExecutionResult> {
  const name: unknown = await longAnswers.stringify(answered.data ?? {});
  return { ...answered, data: name as Record<string, unknown> };
}
