import { GraphQLError, type ExecutionArgs } from 'graphql';
import type { Departure } from '../../platform/disconnection.js';
import { DomainError } from '../../platform/errors.js';
import type { Addressed, Caller } from '../../security/index.js';
import type { DocumentCache } from '../compiled/document-cache.js';
import { KnownDocument, type KnownOperation } from '../compiled/known-document.js';
import { createContext, type GraphqlServices, type RequestContext } from '../context.js';
import type { DocumentReader } from '../documents/document.js';
import type { LiveSchema } from '../live-schema.js';
import type { PersistedDocuments } from '../documents/persisted-documents.js';

/** What the doors for streams prepare operations with. */
export interface OperationParts {
  readonly schema: LiveSchema;
  readonly services: GraphqlServices;
  readonly documents: DocumentCache;
  readonly persisted: PersistedDocuments;
  readonly readDocument: DocumentReader;
}

/** An operation as it was asked for. */
export interface AskedOperation {
  readonly caller: Caller;
  /** As the protocol has them: `query` or `documentId`, `operationName`, `extensions`. */
  readonly parameters: Readonly<Record<string, unknown>>;
  readonly operationName: string | null;
  readonly variables: Readonly<Record<string, unknown>> | null;
  readonly departure: Departure;
  readonly addressed: Addressed;
  /** Where a stream of events was left, when its protocol tells that beside the operation. */
  readonly lastEventId?: string | null;
}

/** What the libraries of the protocols hand from one callback to the next, with the operation it is about. */
export interface PreparedOperation extends ExecutionArgs {
  readonly contextValue: RequestContext;
  readonly known: KnownOperation | null;
}

/**
 * Reads, validates and limits an operation that may be a stream, as for HTTP.
 *
 * @returns what is wrong with the document instead
 * @throws DomainError or GraphQLError
 */
export async function prepareOperation(
  { schema, services, documents, persisted, readDocument }: OperationParts,
  { caller, parameters, operationName, variables, departure, addressed, lastEventId = null }: AskedOperation,
): Promise<PreparedOperation | readonly GraphQLError[]> {
  const { source, byHash } = await persisted.sourceFor(parameters);
  if (schema.pending && !documents.find(source)) await schema.pending;
  const { current } = schema;
  const read = readDocument(source);
  if (!(read instanceof KnownDocument)) return read;
  if (byHash) persisted.register(read.sha256, source);
  const known = read.operation(operationName);
  const contextValue = createContext(services, caller, departure, addressed, lastEventId);
  if (known) {
    known.checkCost(variables ?? {});
    contextValue.prepareFor(known.kind);
  }
  return {
    schema: current,
    document: read.document,
    contextValue,
    variableValues: variables,
    operationName,
    known,
  };
}

export function isPrepared(
  prepared: PreparedOperation | readonly GraphQLError[],
): prepared is PreparedOperation {
  return 'document' in prepared;
}

export function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GraphQLError) return error;
  if (error instanceof DomainError) return new GraphQLError(error.message, { originalError: error });
  const cause = error instanceof Error ? error : new Error(String(error));
  // The parser is recursive; it runs out of stack before it runs out of tokens.
  const extensions = error instanceof RangeError ? { code: 'GRAPHQL_PARSE_FAILED' } : {};
  return new GraphQLError(cause.message, { originalError: cause, extensions });
}
