import type { ApolloServerPlugin, GraphQLRequestContext } from '@apollo/server';
import type { DocumentNode, GraphQLSchema } from 'graphql';
import type { DocumentCache } from '../compiled/document-cache.js';
import { KnownDocument, type KnownOperation } from '../compiled/known-document.js';
import type { RequestContext } from '../context.js';
import { answerExtensions, retryAfterSeconds, type OperationLifecycle } from './operation-lifecycle.js';

/** Ties the lifecycle of operations to Apollo's, and remembers what Apollo has found valid. */
export function requestPlugin(
  documents: DocumentCache,
  lifecycle: OperationLifecycle,
): ApolloServerPlugin<RequestContext> {
  return {
    async requestDidStart() {
      let known: KnownOperation | null = null;
      return {
        async didResolveOperation({ schema, source, document, request, contextValue }) {
          known = remembered(documents, schema, source, document).operation(request.operationName);
          // Unnamed or unknown: the execution says so best.
          if (known) lifecycle.begin(known, request.variables ?? {}, contextValue);
        },
        async didEncounterErrors({ errors, contextValue }) {
          // A part of the protocol of automatic persisted queries: the client answers it with the document.
          if (errors[0]?.message === 'PersistedQueryNotFound') return;
          lifecycle.failed(errors, known, contextValue);
        },
        async willSendResponse(context) {
          const { errors = [], contextValue } = context;
          addExtensions(context);
          const { headers } = context.response.http;
          const seconds = retryAfterSeconds(errors);
          if (seconds !== null) headers.set('retry-after', String(seconds));
          if (!headers.has('cache-control')) headers.set('cache-control', 'no-store');
          lifecycle.answered(errors, known, contextValue);
        },
      };
    },
  };
}

/** Apollo goes on by the schema it began with, while the documents may have been carried to another. */
function remembered(
  documents: DocumentCache,
  schema: GraphQLSchema,
  source: string,
  document: DocumentNode,
): KnownDocument {
  return schema === documents.schema
    ? documents.add(source, document)
    : new KnownDocument(schema, source, document);
}

function addExtensions({ response, contextValue }: GraphQLRequestContext<RequestContext>): void {
  const result = response.body?.kind === 'single' ? response.body.singleResult : response.body?.initialResult;
  if (result) result.extensions = { ...result.extensions, ...answerExtensions(contextValue) };
}
