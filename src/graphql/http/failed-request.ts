import type { GraphQLError, GraphQLSchema } from 'graphql';
import type { EventLog } from '../../platform/events/index.js';
import { requestFields, type Caller } from '../../security/index.js';
import type { RequestContext } from '../context.js';
import { formatError, originOf } from './error-mapping.js';
import type { UserErrorRecord } from './payload.js';

const MAX_MESSAGE = 500;
/** These tell of their failures themselves, with the model they were about. */
const RECORDED_BY_INFERENCE: ReadonlySet<string> = new Set(['infer', 'predict', 'models']);

/** Puts a request's first error into the event log; what inference recorded already is not told twice. */
export function recordError(events: EventLog, caller: Caller, operation: string, error: GraphQLError): void {
  const { message, extensions } = formatError(error.toJSON(), error);
  record(events, caller, originOf(error), operation, String(extensions?.code), message);
}

/** Makes every mutation that answers with user errors an event too: a caller who got one was not served. */
export function recordUserErrors(schema: GraphQLSchema): GraphQLSchema {
  for (const [name, field] of Object.entries(schema.getMutationType()?.getFields() ?? {})) {
    const { resolve } = field;
    if (!resolve || RECORDED_BY_INFERENCE.has(name)) continue;
    field.resolve = async (source, args, context: RequestContext, info) => {
      const result = (await resolve(source, args, context, info)) as { userErrors?: UserErrorRecord[] };
      const [first] = result.userErrors ?? [];
      if (first) record(context.events, context.caller, first, name, first.code, first.message);
      return result;
    };
  }
  return schema;
}

function record(
  events: EventLog,
  caller: Caller,
  identity: unknown,
  operation: string,
  code: string,
  message: string,
): void {
  events.recordFailure(
    identity,
    {
      kind: 'REQUEST_FAILED',
      message: `${operation} failed: ${message}`.slice(0, MAX_MESSAGE),
      actor: caller.actor,
      requestId: caller.requestId,
      data: { operation, code },
    },
    requestFields(caller),
  );
}
