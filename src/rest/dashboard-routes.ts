import { existsSync } from 'node:fs';
import { join } from 'node:path';
import fastifyStatic from '@fastify/static';
import type { FastifyInstance } from 'fastify';
import { varyBy } from '../http/index.js';
import { DASHBOARD_CONTENT_SECURITY_POLICY } from '../security/index.js';
import { RestError } from './rest-error.js';

/** Addresses of the dashboard's pages; the same as in web/dashboard/pages.ts. */
export const DASHBOARD_PAGES = [
  '/',
  '/fleet',
  '/deployments/:name',
  '/catalog',
  '/models/:name',
  '/models/:name/:tab',
  '/models/:name/:tab/:rest',
  '/playground',
  '/playground/:ref',
  '/publish',
  '/events',
  '/jobs',
  '/alerts',
] as const;

/**
 * The dashboard: its pages, all of them the same file, and what that loads. They hold nothing but the program, so they are
 * given to everybody: where the server has a key, the page itself asks for it.
 */
export async function registerDashboardRoutes(app: FastifyInstance, webDirectory: string): Promise<void> {
  const folder = join(webDirectory, 'dashboard');
  app.addHook('onRoute', (route) => {
    route.config = { ...route.config, withoutKey: true };
  });
  app.addHook('onRequest', async (_request, reply) => varyBy(reply, 'Accept-Encoding'));
  await app.register(fastifyStatic, {
    root: join(folder, 'assets'),
    prefix: '/dashboard/assets/',
    // Every name carries the hash of its content.
    immutable: true,
    maxAge: '365d',
    index: false,
    // Packed when they were built.
    preCompressed: true,
  });
  for (const page of DASHBOARD_PAGES) {
    // The file names others relative to the page's address, so there is one for each depth.
    const depth = page.split('/').length - 2;
    const file = depth === 0 ? 'index.html' : `index-${depth}.html`;
    app.get(page, async (_request, reply) => {
      if (!existsSync(join(folder, file)))
        throw new RestError('NOT_FOUND', 'The dashboard has not been built: run npm run build.');
      return reply
        .headers({ 'content-security-policy': DASHBOARD_CONTENT_SECURITY_POLICY })
        .sendFile(file, folder, { maxAge: 0, immutable: false });
    });
  }
}
