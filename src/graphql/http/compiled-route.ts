import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ExecutionResult } from 'graphql';
import type { DocumentCache } from '../compiled/document-cache.js';
import { KnownDocument, type KnownOperation } from '../compiled/known-document.js';
import { createContext, type GraphqlServices, type RequestContext } from '../context.js';
import { Disconnection } from '../../platform/disconnection.js';
import type { DocumentReader } from '../documents/document.js';
import { formatError } from './error-mapping.js';
import { answerText } from './long-values.js';
import type { MediaTypes } from './media-types.js';
import { answerExtensions, retryAfterSeconds, type OperationLifecycle } from './operation-lifecycle.js';
import { hashOf, persistedQueryHash, type PersistedDocuments } from '../documents/persisted-documents.js';

interface CompiledRouteParts {
  readonly services: GraphqlServices;
  readonly documents: DocumentCache;
  readonly persisted: PersistedDocuments;
  readonly lifecycle: OperationLifecycle;
  readonly mediaTypes: MediaTypes;
  /** Given, it reads documents that nobody has read before, which are Apollo's otherwise. */
  readonly readDocument: DocumentReader | undefined;
}

type Body = Readonly<Record<string, unknown>>;

/**
 * Answers a POST whose document Apollo has found valid before, by its compiled form.
 *
 * @returns false when Apollo must answer, and nothing has happened yet: a document seen for the first time, variables
 * that do not fit, a limit exceeded, anything malformed or out of the ordinary.
 */
export function createCompiledRoute(parts: CompiledRouteParts) {
  const { services, lifecycle, mediaTypes } = parts;

  return (request: FastifyRequest, reply: FastifyReply): boolean => {
    const mediaType = mediaTypes.of(request.headers.accept);
    if (mediaType === undefined) return false;
    const { body } = request;
    if (typeof body !== 'object' || body === null || Array.isArray(body)) return false;
    const { operationName = null, variables } = body as Body;
    if (operationName !== null && typeof operationName !== 'string') return false;
    const given = variables ?? {};
    if (typeof given !== 'object' || Array.isArray(given)) return false;
    const operation = documentOf(body as Body, parts)?.operation(operationName);
    if (!operation) return false;

    const context = createContext(services, request.caller, new Disconnection(reply.raw), request);
    let result: ExecutionResult | Promise<ExecutionResult> | null;
    try {
      lifecycle.begin(operation, given as Body, context);
      result = operation.run(given as Body, context);
    } catch {
      // Apollo comes to the same refusal, and has the words and the hooks for it.
      return false;
    }
    if (result === null) return false;
    const answer = (settled: ExecutionResult) =>
      send(reply, settled, { operation, context, lifecycle, mediaType });
    if (result instanceof Promise) {
      result.then(answer).catch((error: unknown) => void reply.send(error));
    } else answer(result);
    return true;
  };
}

/** Undefined when it is not known, or not asked for in a way that this path takes. */
function documentOf(
  { query, documentId, extensions }: Body,
  { documents, persisted, readDocument }: CompiledRouteParts,
): KnownDocument | undefined {
  const hash = hashNamedBy(extensions, documentId);
  if (hash === null) return undefined;
  if (query === undefined || query === null || query === '')
    return hash === undefined ? undefined : persisted.known(hash);
  const known =
    typeof query === 'string' ? (documents.find(query) ?? readValid(query, readDocument)) : undefined;
  if (hash === undefined || !known) return known;
  if (known.sha256 !== hash) return undefined;
  persisted.register(hash, known.source);
  return known;
}

function readValid(source: string, readDocument: DocumentReader | undefined): KnownDocument | undefined {
  try {
    const read = readDocument?.(source);
    return read instanceof KnownDocument ? read : undefined;
  } catch {
    return undefined;
  }
}

/** Undefined when the request names no hash, null when Apollo must look at how it does. */
function hashNamedBy(extensions: unknown, documentId: unknown): string | null | undefined {
  if (documentId === undefined || documentId === null) return persistedQueryHash(extensions);
  return typeof documentId === 'string' ? hashOf(documentId) : null;
}

function send(
  reply: FastifyReply,
  { data, errors }: ExecutionResult,
  answer: {
    operation: KnownOperation;
    context: RequestContext;
    lifecycle: OperationLifecycle;
    mediaType: string;
  },
): void {
  const { operation, context, lifecycle, mediaType } = answer;
  const extensions = answerExtensions(context);
  void reply.header('content-type', mediaType).header('cache-control', 'no-store');
  let text: ReturnType<typeof answerText>;
  if (errors) {
    lifecycle.failed(errors, operation, context);
    const seconds = retryAfterSeconds(errors);
    if (seconds !== null) void reply.header('retry-after', seconds);
    text = answerText({
      errors: errors.map((error) => formatError(error.toJSON(), error)),
      data,
      extensions,
    });
  } else text = answerText({ data, extensions });
  lifecycle.answered(errors ?? [], operation, context);
  if (text instanceof Promise)
    text.then((bytes) => reply.send(bytes)).catch((error: unknown) => void reply.send(error));
  else void reply.send(text);
}
