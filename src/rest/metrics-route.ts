import type { FastifyInstance } from 'fastify';
import { PROMETHEUS_CONTENT_TYPE } from '../monitoring/index.js';

/** What Prometheus scrapes. */
export async function registerMetricsRoute(app: FastifyInstance, text: () => string): Promise<void> {
  app.get('/metrics', async (_request, reply) =>
    reply.header('content-type', PROMETHEUS_CONTENT_TYPE).header('cache-control', 'no-store').send(text()),
  );
}
