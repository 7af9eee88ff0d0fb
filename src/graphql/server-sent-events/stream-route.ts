import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { GraphQLError } from 'graphql';
import { Disconnection } from '../../platform/disconnection.js';
import { DomainError } from '../../platform/errors.js';
import { authorizeStream, type SecurityConfig } from '../../security/index.js';
import { isOfAnotherSite } from '../http/another-site.js';
import { formatError } from '../http/error-mapping.js';
import { nameRequest, readJsonBodies } from '../http/http.js';
import { retryAfterSeconds } from '../http/operation-lifecycle.js';
import {
  asGraphQLError,
  isPrepared,
  prepareOperation,
  type OperationParts,
  type PreparedOperation,
} from '../operations/prepare-operation.js';
import type { SharedSubscriptions } from '../operations/shared-subscriptions.js';
import type { StreamLimits, StreamPlace } from '../operations/stream-limits.js';
import { StreamFlow } from './stream-flow.js';
import { createStreamHandler, type StreamHandler, type StreamRequest } from './stream-operations.js';

const PATH = '/graphql/stream';
const EVENT_STREAM = 'text/event-stream';
const HOW_TO =
  'Send {"query": "subscription { … }"} by POST, or ?query=… by GET, and read the answer line by line: curl -N.';

interface StreamOptions extends OperationParts {
  readonly config: SecurityConfig;
  /** Shared with WebSockets. */
  readonly limits: StreamLimits;
  readonly subscriptions: SharedSubscriptions;
}

type Parameters = Readonly<Record<string, unknown>>;

/** GraphQL over Server-Sent Events at `/graphql/stream`: for curl, and for proxies that know no WebSockets. */
export async function serveStreams(app: FastifyInstance, options: StreamOptions): Promise<{ close(): void }> {
  const handler = createStreamHandler(options.services, options.subscriptions);
  const open = new Set<() => void>();
  let closing = false;

  await app.register(async (scope) => {
    scope.addHook('onSend', nameRequest);
    readJsonBodies(scope);
    scope.route({
      method: ['GET', 'POST'],
      url: PATH,
      exposeHeadRoute: false,
      handler: async (request, reply) => {
        let place: StreamPlace | null = null;
        try {
          if (closing) throw new DomainError('UNAVAILABLE', 'The server is stopping. Try again in a moment.');
          refuseStrangers(request, options.config);
          const asked = readParameters(request);
          place = options.limits.enterKnown();
          const flow = new StreamFlow(reply.raw);
          const stream = {
            caller: request.caller,
            flow,
            asked: await prepared(asked, request, reply, options),
          };
          await answer(handler, stream, reply, open);
          return await reply;
        } catch (error) {
          if (reply.sent) {
            options.services.logger.warn({ err: error, requestId: request.id }, 'a stream failed');
            reply.raw.destroy();
            return await reply;
          }
          return await refuse(reply, error);
        } finally {
          place?.release();
        }
      },
    });
  });

  return {
    close() {
      closing = true;
      for (const end of [...open]) end();
    },
  };
}

/** As for WebSockets: a page of another site could hold streams open, and learn when something happens. */
function refuseStrangers({ method, headers }: FastifyRequest, config: SecurityConfig): void {
  authorizeStream(headers, config);
  // What comes with an Origin was compared with it.
  if (method === 'GET' && headers.origin === undefined && isOfAnotherSite(headers))
    throw new DomainError(
      'FORBIDDEN',
      'Streams are not for pages of other sites: expected Sec-Fetch-Site to be same-origin or none, or a key as "Authorization: Bearer <key>".',
    );
  if (!acceptsStreams(headers.accept))
    throw badRequest(`Expected Accept to take ${EVENT_STREAM}, got ${headers.accept ?? ''}. ${HOW_TO}`);
}

function acceptsStreams(accept: string | undefined): boolean {
  return (
    accept === undefined || /(?:^|,)\s*(?:text\/event-stream|text\/\*|\*\/\*)\s*(?:[;,]|$)/i.test(accept)
  );
}

/** @throws GraphQLError BAD_REQUEST */
function readParameters(request: FastifyRequest): Parameters {
  const parameters = request.method === 'GET' ? queryOf(request.url) : request.body;
  if (typeof parameters !== 'object' || parameters === null || Array.isArray(parameters))
    throw badRequest(`Expected a JSON object. ${HOW_TO}`);
  const { query, documentId, variables, extensions, operationName } = parameters as Parameters;
  const isNamed = documentId !== undefined || extensions !== undefined;
  if (typeof query !== 'string' && !(isNamed && (query === undefined || query === null)))
    throw badRequest(`Expected "query" to be a GraphQL document, got ${typeof query}. ${HOW_TO}`);
  for (const [name, value] of Object.entries({ variables, extensions }))
    if (value !== undefined && value !== null && (typeof value !== 'object' || Array.isArray(value)))
      throw badRequest(
        `Expected "${name}" to be a JSON object, got ${Array.isArray(value) ? 'a list' : typeof value}.`,
      );
  if (operationName !== undefined && operationName !== null && typeof operationName !== 'string')
    throw badRequest('Expected "operationName" to be a string.');
  return parameters as Parameters;
}

function queryOf(url: string): Parameters {
  const question = url.indexOf('?');
  const search = new URLSearchParams(question === -1 ? '' : url.slice(question + 1));
  const parameters: Record<string, unknown> = {};
  for (const name of ['query', 'operationName', 'documentId'])
    if (search.has(name)) parameters[name] = search.get(name);
  for (const name of ['variables', 'extensions']) {
    const text = search.get(name);
    if (text === null || text === '') continue;
    try {
      parameters[name] = JSON.parse(text) as unknown;
    } catch {
      throw badRequest(`Expected "${name}" in the address to be JSON.`);
    }
  }
  return parameters;
}

async function prepared(
  parameters: Parameters,
  request: FastifyRequest,
  reply: FastifyReply,
  options: OperationParts,
): Promise<PreparedOperation | readonly GraphQLError[]> {
  try {
    const found = await prepareOperation(options, {
      caller: request.caller,
      parameters,
      operationName: (parameters.operationName as string | null | undefined) ?? null,
      variables: (parameters.variables as Parameters | null | undefined) ?? null,
      departure: new Disconnection(reply.raw),
      addressed: request,
      lastEventId: lastEventId(request.headers),
    });
    if (request.method === 'GET' && isPrepared(found) && found.known?.kind === 'mutation')
      return [badRequest('Expected a query or a subscription, got a mutation by GET. Send it by POST.')];
    return found;
  } catch (error) {
    return [asGraphQLError(error)];
  }
}

/** As EventSource names the last event that it had when it comes back. */
function lastEventId(headers: IncomingHttpHeaders): string | null {
  const id = headers['last-event-id'];
  return typeof id === 'string' && id !== '' ? id : null;
}

/** Runs the stream to its end, or the client's. */
async function answer(
  handler: StreamHandler,
  stream: StreamRequest,
  reply: FastifyReply,
  open: Set<() => void>,
): Promise<void> {
  // What the library would read of the request is read already, but it wants to see that there is a document.
  const [body, { status, headers }] = await handler({
    method: 'POST',
    url: PATH,
    headers: { get: (name) => SEEN_HEADERS[name] ?? null },
    body: { query: '{ __typename }' },
    raw: undefined,
    context: stream,
  });
  const { flow } = stream;
  const { raw } = reply;
  if (body === null || typeof body === 'string') {
    void reply.code(status).type('application/json; charset=utf-8');
    await reply.send(body ?? '');
    return;
  }
  reply.hijack();
  const end = () => {
    flow.end();
    void body.return(undefined);
  };
  raw.once('close', end);
  open.add(end);
  try {
    raw.writeHead(status, {
      ...reply.getHeaders(),
      'content-type': headers?.['content-type'] ?? EVENT_STREAM,
      // Neither a cache nor a proxy may hold back or change what comes.
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    } as Record<string, string>);
    for await (const text of body) {
      if (flow.closed) break;
      await flow.write(text);
    }
  } finally {
    open.delete(end);
    raw.off('close', end);
    flow.end();
    raw.end();
  }
}

function refuse(reply: FastifyReply, error: unknown): FastifyReply {
  if (!(error instanceof DomainError) && !(error instanceof GraphQLError)) throw error;
  const asked = asGraphQLError(error);
  const formatted = formatError(asked.toJSON(), asked);
  const seconds = retryAfterSeconds([asked]);
  if (seconds !== null) void reply.header('retry-after', seconds);
  return reply
    .code(STATUS[String(formatted.extensions?.code)] ?? 400)
    .header('cache-control', 'no-store')
    .type('application/json; charset=utf-8')
    .send(JSON.stringify({ errors: [formatted] }));
}

const SEEN_HEADERS: Readonly<Record<string, string>> = {
  accept: EVENT_STREAM,
  'content-type': 'application/json',
};
const STATUS: Readonly<Record<string, number>> = { FORBIDDEN: 403, OVERLOADED: 503, UNAVAILABLE: 503 };

function badRequest(message: string): GraphQLError {
  return new GraphQLError(message, { extensions: { code: 'BAD_REQUEST' } });
}
