import { Readable } from 'node:stream';
import { HeaderMap, type ApolloServer, type HTTPGraphQLRequest } from '@apollo/server';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { createContext, type GraphqlServices, type RequestContext } from '../context.js';
import { Disconnection } from '../../platform/disconnection.js';
import { isOfAnotherSite } from './another-site.js';
import { formatError } from './error-mapping.js';
import { statusFor, type MediaTypes } from './media-types.js';
import { answerExtensions, type OperationLifecycle } from './operation-lifecycle.js';
import type { LiveSchema } from '../live-schema.js';
import type { LongAnswers } from './long-answers.js';
import type { PersistedDocuments } from '../documents/persisted-documents.js';

interface ApolloRouteParts {
  readonly schema: LiveSchema;
  readonly apollo: ApolloServer<RequestContext>;
  readonly services: GraphqlServices;
  readonly lifecycle: OperationLifecycle;
  readonly persisted: PersistedDocuments;
  readonly mediaTypes: MediaTypes;
  readonly longAnswers: LongAnswers;
}

/** Answers any request to `/graphql` by Apollo. */
export function createApolloRoute(parts: ApolloRouteParts) {
  const { schema, apollo, services, lifecycle, persisted, mediaTypes, longAnswers } = parts;
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const { accept } = request.headers;
    if (schema.pending) await schema.pending;
    const context = createContext(services, request.caller, new Disconnection(reply.raw), request);
    let asked: HTTPGraphQLRequest;
    try {
      asked = await withDocument(readRequest(request), persisted);
    } catch (error) {
      if (!(error instanceof GraphQLError)) throw error;
      lifecycle.failed([error], null, context);
      lifecycle.answered([error], null, context);
      return refuse(reply, error, context, accept === undefined ? undefined : mediaTypes.of(accept), accept);
    }
    const answer = await apollo.executeHTTPGraphQLRequest({
      httpGraphQLRequest: asked,
      context: async () => context,
    });
    for (const [name, value] of answer.headers) void reply.header(name, value);
    const { status = 200, body } = answer;
    const mediaType = answer.headers.get('content-type');
    if (body.kind === 'chunked') return reply.code(status).send(Readable.from(body.asyncIterator));
    if (status === 200) mediaTypes.learn(accept, mediaType);
    const code = status === 400 ? codeOf(body.string) : undefined;
    return reply
      .code(statusFor(status, { accept, mediaType, code }))
      .send(longAnswers.take(body.string) ?? body.string);
  };
}

function refuse(
  reply: FastifyReply,
  error: GraphQLError,
  context: RequestContext,
  mediaType = 'application/json; charset=utf-8',
  accept?: string,
): FastifyReply {
  const formatted = formatError(error.toJSON(), error);
  const status = statusFor(400, { accept, mediaType, code: formatted.extensions?.code });
  return reply
    .code(status)
    .header('content-type', mediaType)
    .header('cache-control', 'no-store')
    .send(`${JSON.stringify({ errors: [formatted], extensions: answerExtensions(context) })}\n`);
}

function readRequest(request: FastifyRequest): HTTPGraphQLRequest {
  const headers = new HeaderMap();
  for (const [name, value] of Object.entries(request.headers))
    if (value !== undefined && value !== '')
      headers.set(name, Array.isArray(value) ? value.join(', ') : value);
  // One with a Content-Type is left to Apollo's own rule.
  if (
    request.method === 'GET' &&
    request.headers['content-type'] === undefined &&
    !isOfAnotherSite(request.headers)
  )
    headers.set('apollo-require-preflight', 'true');
  const question = request.url.indexOf('?');
  return {
    method: request.method,
    headers,
    search: question === -1 ? '' : request.url.slice(question),
    body: request.body,
  };
}

/** The request with the document that it names by its hash. */
async function withDocument(
  request: HTTPGraphQLRequest,
  persisted: PersistedDocuments,
): Promise<HTTPGraphQLRequest> {
  if (request.method === 'GET') {
    const search = new URLSearchParams(request.search);
    const ids = search.getAll('documentId');
    // Given twice, it is no string.
    if (ids.length === 0) return request;
    const extensions = search.get('extensions');
    const resolved = await persisted.resolve({
      documentId: ids.length === 1 ? ids[0] : ids,
      query: search.get('query'),
    });
    search.set('query', String(resolved.query));
    if (resolved.extensions && extensions === null)
      search.set('extensions', JSON.stringify(resolved.extensions));
    return { ...request, search: `?${search.toString()}` };
  }
  const { body } = request;
  if (typeof body !== 'object' || body === null || Array.isArray(body) || !('documentId' in body))
    return request;
  return { ...request, body: await persisted.resolve(body) };
}

/** Of the first error of an answer. */
function codeOf(answer: string): unknown {
  const { errors } = JSON.parse(answer) as { errors?: readonly { extensions?: { code?: unknown } }[] };
  return errors?.[0]?.extensions?.code;
}
