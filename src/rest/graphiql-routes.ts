import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance, FastifyReply } from 'fastify';
import { varyBy } from '../http/index.js';
import { GRAPHIQL_CONTENT_SECURITY_POLICY } from '../security/index.js';
import { RestError } from './rest-error.js';

/** GraphiQL at `/graphiql`, and its files below it. */
export async function registerGraphiqlRoutes(app: FastifyInstance, webDirectory: string): Promise<void> {
  app.addHook('onRequest', async (_request, reply) => varyBy(reply, 'Accept-Encoding'));
  await app.register(fastifyStatic, {
    root: join(webDirectory, 'graphiql', 'assets'),
    prefix: '/graphiql/assets/',
    // Every name carries the hash of its content.
    immutable: true,
    maxAge: '365d',
    cacheControl: true,
    index: false,
    // Packed when they were built.
    preCompressed: true,
    decorateReply: true,
  });
  const sendPage = async (reply: FastifyReply) => {
    if (!existsSync(join(webDirectory, 'graphiql', 'index.html'))) {
      throw new RestError('NOT_FOUND', 'GraphiQL has not been built: run npm run build.');
    }
    return reply
      .headers({ 'content-security-policy': GRAPHIQL_CONTENT_SECURITY_POLICY })
      .sendFile('index.html', join(webDirectory, 'graphiql'), { maxAge: 0, immutable: false });
  };
  app.get('/graphiql', async (_request, reply) => sendPage(reply));
  // The page's addresses are relative to /graphiql, which also holds behind a proxy that adds a prefix.
  app.get('/graphiql/', async (_request, reply) => reply.redirect('../graphiql', 308));
}
