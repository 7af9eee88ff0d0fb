import type { FastifyInstance } from 'fastify';
import type { Config } from '../platform/config.js';
import type { GraphqlServices } from './context.js';
import { serveHttp } from './http.js';
import { buildExecutableSchema } from './schema.js';
import { serveWebSockets } from './websocket-server.js';

/**
 * GraphQL at `/graphql`, over HTTP and over WebSocket: one schema, one set of limits, one mapping of errors. Both end
 * with the app: sockets first, told to go away, then HTTP when its last request is answered.
 */
export async function registerGraphql(
  app: FastifyInstance,
  options: {
    services: GraphqlServices;
    config: Pick<Config, 'apiKey' | 'host' | 'bodyLimitBytes' | 'introspection'>;
  },
): Promise<{ close(): Promise<void> }> {
  const schema = buildExecutableSchema();
  await serveHttp(app, { schema, ...options });
  const sockets = serveWebSockets(app.server, { schema, ...options });
  // Before the server waits for its connections to end, which upgraded ones never do by themselves.
  app.addHook('preClose', () => sockets.close());
  return sockets;
}
