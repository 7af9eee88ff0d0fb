import { ApolloServer, type ApolloServerPlugin } from '@apollo/server';
import {
  ApolloServerPluginCacheControlDisabled,
  ApolloServerPluginLandingPageDisabled,
} from '@apollo/server/plugin/disabled';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Config } from '../../platform/config.js';
import { requestBodiesOf } from '../../http/index.js';
import { parseWholeBodies } from '../../http/index.js';
import type { LiveSchema } from '../live-schema.js';
import { createApolloRoute } from './apollo-route.js';
import { apolloSchema } from './apollo-schema.js';
import { createCompiledRoute } from './compiled-route.js';
import type { DocumentCache } from '../compiled/document-cache.js';
import type { GraphqlServices, RequestContext } from '../context.js';
import { parseOptions, validationRules, type DocumentReader } from '../documents/document.js';
import { formatError } from './error-mapping.js';
import { readJson } from './json-body.js';
import { LongAnswers } from './long-answers.js';
import { MediaTypes } from './media-types.js';
import { OperationLifecycle } from './operation-lifecycle.js';
import type { PersistedDocuments } from '../documents/persisted-documents.js';
import { requestPlugin } from './request-plugin.js';

export interface HttpOptions {
  readonly schema: LiveSchema;
  readonly services: GraphqlServices;
  readonly config: Pick<Config, 'introspection'>;
  readonly documents: DocumentCache;
  readonly persisted: PersistedDocuments;
  readonly readDocument: DocumentReader;
}

/** How requests are answered; the suites run on every way to see that the answers are the same. */
export interface HttpPaths {
  /**
   * Which documents run compiled: those that Apollo has found valid before (the default), none, or also those that
   * nobody has seen.
   */
  readonly compiled?: 'known' | 'never' | 'always';
  /** Plugins for Apollo. With any, every request goes through Apollo, so that each hook of theirs is honoured. */
  readonly plugins?: readonly ApolloServerPlugin<RequestContext>[];
  readonly onAnswer?: (path: 'compiled' | 'apollo') => void;
}

/** GraphQL over HTTP at `/graphql`. Ends with the app. */
export async function serveHttp(
  app: FastifyInstance,
  options: HttpOptions,
  { compiled = 'known', plugins = [], onAnswer }: HttpPaths = {},
): Promise<void> {
  const { schema, services, documents, persisted, readDocument } = options;
  const lifecycle = new OperationLifecycle(services.logger);
  const mediaTypes = new MediaTypes();
  const longAnswers = new LongAnswers();
  const apollo = createApollo(options, { lifecycle, longAnswers }, plugins);
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());

  const byApollo = createApolloRoute({
    schema,
    apollo,
    services,
    lifecycle,
    persisted,
    mediaTypes,
    longAnswers,
  });
  const runCompiled = createCompiledRoute({
    services,
    documents,
    persisted,
    lifecycle,
    mediaTypes,
    readDocument: compiled === 'always' ? readDocument : undefined,
  });
  const mayRunCompiled = compiled !== 'never' && plugins.length === 0;

  await app.register(async (scope) => {
    scope.addHook('onSend', nameRequest);
    readJsonBodies(scope);
    scope.route({
      method: ['GET', 'POST', 'OPTIONS'],
      url: '/graphql',
      handler: (request, reply) => {
        if (mayRunCompiled && request.method === 'POST' && runCompiled(request, reply)) {
          onAnswer?.('compiled');
          // What an operation needs of it, it has.
          request.body = undefined;
          return undefined;
        }
        onAnswer?.('apollo');
        return byApollo(request, reply);
      },
    });
  });
}

function createApollo(
  { schema, services, config, documents, persisted }: HttpOptions,
  { lifecycle, longAnswers }: { lifecycle: OperationLifecycle; longAnswers: LongAnswers },
  plugins: readonly ApolloServerPlugin<RequestContext>[],
): ApolloServer<RequestContext> {
  return new ApolloServer<RequestContext>({
    gateway: apolloSchema(schema),
    introspection: config.introspection,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    // Without a store of ours: for one, Apollo would print and hash every schema it is given.
    persistedQueries: { cache: persistedQueryCache(persisted), ttl: null },
    parseOptions,
    validationRules: validationRules({ introspection: true }),
    formatError,
    stringifyResult: (result) => longAnswers.stringify(result),
    logger: services.logger,
    plugins: [
      // GraphiQL has a page of its own, which works without the internet.
      ApolloServerPluginLandingPageDisabled(),
      // It would wrap every resolver to find out what every answer is: not to be cached.
      ApolloServerPluginCacheControlDisabled(),
      requestPlugin(documents, lifecycle),
      ...plugins,
    ],
  });
}

/** What Apollo keeps for automatic persisted queries, where `documentId` finds it too. Its keys end in the hash. */
function persistedQueryCache(persisted: PersistedDocuments) {
  return {
    get: async (key: string) => (await persisted.source(hashIn(key))) ?? undefined,
    set: async (key: string, source: string) => persisted.register(hashIn(key), source),
    delete: async () => false,
  };
}

function hashIn(key: string): string {
  return key.slice(key.lastIndexOf(':') + 1);
}

/** As Fastify reads it, with its refusals; only what is long is read faster. */
export function readJsonBodies(scope: FastifyInstance): void {
  const parse = scope.getDefaultJsonParser('error', 'error');
  const bodies = requestBodiesOf(scope);
  parseWholeBodies(scope, 'application/json', (request, body, done, reservation) => {
    const parseText = (text: string): unknown => {
      const outcome: { refused?: Error } = {};
      let read: unknown;
      // It calls back before it returns.
      void parse(request, text, (error, value) => {
        if (error) outcome.refused = error;
        read = value;
      });
      if (outcome.refused) throw outcome.refused;
      return read;
    };
    readJson(bodies, body, { reservation, parse: parseText }, done);
  });
}

/** Refusals made before any operation began carry the request's id like every other answer. */
export function nameRequest(
  request: FastifyRequest,
  reply: FastifyReply,
  payload: unknown,
  done: (error: Error | null, payload?: unknown) => void,
): void {
  if (reply.statusCode < 400 || typeof payload !== 'string') {
    done(null, payload);
    return;
  }
  const answer = parsed(payload);
  if (!answer || 'requestId' in (answer.extensions ?? {})) {
    done(null, payload);
    return;
  }
  const named = JSON.stringify({ ...answer, extensions: { ...answer.extensions, requestId: request.id } });
  reply.header('content-length', Buffer.byteLength(named));
  done(null, named);
}

function parsed(payload: string): { errors: unknown; extensions?: object } | null {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null && 'errors' in value ? value : null;
  } catch {
    return null;
  }
}
