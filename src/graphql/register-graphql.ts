import { join } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { requestBodiesOf } from '../http/index.js';
import type { PartAnswerer } from '../comparison/index.js';
import type { Config } from '../platform/config.js';
import type { Guard } from '../security/index.js';
import { createPartAnswerer } from './comparison-parts.js';
import { DocumentCache } from './compiled/document-cache.js';
import type { GraphqlServices } from './context.js';
import { createDocumentReader } from './documents/document.js';
import { serveHttp, type HttpPaths } from './http/http.js';
import { PersistedDocumentStore } from './documents/persisted-document-store.js';
import { PersistedDocuments } from './documents/persisted-documents.js';
import { SharedSubscriptions } from './operations/shared-subscriptions.js';
import { StreamLimits } from './operations/stream-limits.js';
import { serveStreams } from './server-sent-events/stream-route.js';
import { LiveSchema } from './live-schema.js';
import { buildExecutableSchema } from './schema.js';
import { createTypedDoors } from './typed/create-typed-doors.js';
import { serveWebSockets } from './websocket/websocket-server.js';

/**
 * GraphQL at `/graphql`, over HTTP and over WebSocket, and at `/graphql/stream` over Server-Sent Events: one schema, one set
 * of limits, one mapping of errors, one store of documents. All end with the app: streams and sockets first, told to go away,
 * then HTTP when its last request is answered.
 */
export async function registerGraphql(
  app: FastifyInstance,
  options: {
    services: Omit<GraphqlServices, 'typedDoors'>;
    config: Pick<
      Config,
      | 'apiKey'
      | 'host'
      | 'bodyLimitBytes'
      | 'introspection'
      | 'dataDirectory'
      | 'maxSockets'
      | 'allowedOrigins'
    >;
    guard: Guard;
    paths?: HttpPaths | undefined;
  },
): Promise<{
  close(): Promise<void>;
  /** From then on the schema has a field for each deployment. */
  followDeployments(): void;
  readonly answerComparisonPart: PartAnswerer;
}> {
  const { config } = options;
  const base = buildExecutableSchema();
  const schema = new LiveSchema(base);
  const typedDoors = createTypedDoors(schema, options.services);
  const services = { ...options.services, typedDoors };
  const documents = new DocumentCache(base);
  const store = await PersistedDocumentStore.open(join(config.dataDirectory, 'documents'), services.logger);
  app.addHook('onClose', () => store.close());
  const persisted = new PersistedDocuments(documents, store);
  const readDocument = createDocumentReader(schema, documents, config);
  // First of all that hear of another schema: who reads by it must not find documents of the last one.
  schema.onReplaced((current, changed) => documents.carryTo(current, changed));
  const shared = { schema, services, config, documents, persisted, readDocument };
  await serveHttp(app, shared, options.paths);
  const limits = new StreamLimits(config.maxSockets);
  const subscriptions = new SharedSubscriptions();
  const streams = await serveStreams(app, { ...shared, limits, subscriptions });
  const sockets = serveWebSockets(app.server, {
    ...shared,
    limits,
    subscriptions,
    bodies: requestBodiesOf(app),
    guard: options.guard,
  });
  // Before the server waits for its connections to end, which upgraded ones never do by themselves.
  const close = async () => {
    streams.close();
    await sockets.close();
    await typedDoors.close();
  };
  app.addHook('preClose', close);
  return {
    close,
    followDeployments: () => typedDoors.follow(),
    answerComparisonPart: createPartAnswerer(base, services),
  };
}
