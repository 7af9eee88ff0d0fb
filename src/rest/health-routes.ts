import type { FastifyInstance } from 'fastify';
import { isAnonymous } from '../security/index.js';

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Record<string, string>;
}

/**
 * `live`: the process answers. `ready`: it can do its work, each part named with its state; 503 when one cannot.
 * Without the key, where there is one, only whether it can.
 */
export async function registerHealthRoutes(
  app: FastifyInstance,
  readiness: () => Promise<Readiness>,
): Promise<void> {
  app.get('/health/live', async (_request, reply) =>
    reply.header('cache-control', 'no-store').send({ status: 'live' }),
  );
  app.get('/health/ready', async (request, reply) => {
    const { ready, checks } = await readiness();
    return reply
      .code(ready ? 200 : 503)
      .header('cache-control', 'no-store')
      .send({ status: ready ? 'ready' : 'not ready', ...(!isAnonymous(request.caller) && { checks }) });
  });
}
