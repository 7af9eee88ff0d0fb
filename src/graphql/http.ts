import { ApolloServer } from '@apollo/server';
import { ApolloServerPluginLandingPageDisabled } from '@apollo/server/plugin/disabled';
import fastifyApollo from '@as-integrations/fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { GraphQLSchema } from 'graphql';
import type { Config } from '../platform/config.js';
import { createContext, type GraphqlServices, type RequestContext } from './context.js';
import { parseOptions, validationRules } from './document.js';
import { formatError } from './error-mapping.js';
import { requestPlugin } from './request-plugin.js';

/** GraphQL over HTTP at `/graphql`. Ends with the app. */
export async function serveHttp(
  app: FastifyInstance,
  options: { schema: GraphQLSchema; services: GraphqlServices; config: Pick<Config, 'introspection'> },
): Promise<void> {
  const { schema, services, config } = options;
  const apollo = new ApolloServer<RequestContext>({
    schema,
    introspection: config.introspection,
    csrfPrevention: true,
    allowBatchedHttpRequests: false,
    includeStacktraceInErrorResponses: false,
    stopOnTerminationSignals: false,
    persistedQueries: false,
    parseOptions,
    validationRules: validationRules({ introspection: true }),
    formatError,
    logger: services.logger,
    // GraphiQL has a page of its own, which works without the internet.
    plugins: [ApolloServerPluginLandingPageDisabled(), requestPlugin(schema, services.logger)],
  });
  await apollo.start();
  app.addHook('onClose', () => apollo.stop());

  await app.register(async (scope) => {
    scope.addHook('onSend', nameRequest);
    await scope.register(fastifyApollo(apollo), {
      context: async (request, reply) => createContext(services, request.caller, disconnection(reply)),
    });
  });
}

/** Refusals made before any operation began carry the request's id like every other answer. */
async function nameRequest(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  if (reply.statusCode < 400 || typeof payload !== 'string') return payload;
  const answer = parsed(payload);
  if (!answer || 'requestId' in (answer.extensions ?? {})) return payload;
  const named = JSON.stringify({ ...answer, extensions: { ...answer.extensions, requestId: request.id } });
  reply.header('content-length', Buffer.byteLength(named));
  return named;
}

function parsed(payload: string): { errors: unknown; extensions?: object } | null {
  try {
    const value: unknown = JSON.parse(payload);
    return typeof value === 'object' && value !== null && 'errors' in value ? value : null;
  } catch {
    return null;
  }
}

/** Aborted when the connection closes before the answer was sent. */
function disconnection(reply: FastifyReply): AbortSignal {
  const controller = new AbortController();
  reply.raw.once('close', () => {
    if (!reply.raw.writableFinished) controller.abort();
  });
  return controller.signal;
}
