import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../platform/config.js';
import { registerDashboardRoutes } from './dashboard-routes.js';
import { registerGraphiqlRoutes } from './graphiql-routes.js';

/** What browsers are shown, each page unless it is switched off. Without the dashboard `/` leads to GraphiQL. */
export async function registerPageRoutes(
  app: FastifyInstance,
  { dashboard, graphiql }: Pick<Config, 'dashboard' | 'graphiql'>,
  webDirectory: string,
): Promise<void> {
  if (!dashboard && !graphiql) return;
  if (dashboard) await app.register(async (scope) => registerDashboardRoutes(scope, webDirectory));
  else app.get('/', async (_request, reply) => reply.redirect('graphiql', 302));
  if (graphiql) await app.register(async (scope) => registerGraphiqlRoutes(scope, webDirectory));
  await app.register(async (scope) => {
    await scope.register(fastifyStatic, { root: webDirectory, serve: false });
    // Browsers ask for it beside every page, also beside answers of the API.
    scope.get('/favicon.ico', { config: { withoutKey: true } }, async (_request, reply) =>
      reply.type('image/svg+xml').sendFile('favicon.svg', webDirectory, { maxAge: '1d', immutable: false }),
    );
  });
}
