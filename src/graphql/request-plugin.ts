import type { ApolloServerPlugin, GraphQLRequestContext } from '@apollo/server';
import { GraphQLError, OperationTypeNode, type GraphQLSchema } from 'graphql';
import type { Logger } from '../platform/logging.js';
import { prepareFor, type RequestContext } from './context.js';
import { checkCost } from './cost-limit.js';
import { recordError } from './failed-request.js';
import { logRequest, logUnexpected } from './request-log.js';

/** What happens to every operation over HTTP around its execution: limits, the request's id, and one line of log. */
export function requestPlugin(schema: GraphQLSchema, logger: Logger): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      return {
        async didResolveOperation({ document, operation, request, contextValue }) {
          // Unnamed or unknown: the execution says so best.
          if (!operation) return;
          if (operation.operation === OperationTypeNode.SUBSCRIPTION) throw overWebSocketOnly();
          checkCost(schema, document, operation, request.variables);
          prepareFor(operation.operation, contextValue);
        },
        async didEncounterErrors({ errors, contextValue: { caller, events }, operation, operationName }) {
          for (const error of errors) logUnexpected(logger, error, caller);
          const [first] = errors;
          if (first) recordError(events, caller, operationName ?? operation?.operation ?? 'document', first);
        },
        async willSendResponse(context) {
          addRequestId(context);
          const { errors = [], operationName, operation, contextValue } = context;
          logRequest(logger, contextValue, { operationName, kind: operation?.operation, errors });
        },
      };
    },
  };
}

function addRequestId({ response, contextValue }: GraphQLRequestContext<RequestContext>): void {
  const result = response.body?.kind === 'single' ? response.body.singleResult : response.body?.initialResult;
  if (result) result.extensions = { ...result.extensions, requestId: contextValue.caller.requestId };
}

function overWebSocketOnly(): GraphQLError {
  return new GraphQLError(
    'Subscriptions run over WebSocket: connect to this same address with the subprotocol graphql-transport-ws.',
    { extensions: { code: 'BAD_REQUEST', http: { status: 400 } } },
  );
}
