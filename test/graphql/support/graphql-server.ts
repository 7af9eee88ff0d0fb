import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import type { GraphqlServices } from '../../../src/graphql/context.js';
import { registerGraphql, type HttpPaths } from '../../../src/graphql/index.js';
import { parseConfig } from '../../../src/platform/config.js';
import { createLogger } from '../../../src/platform/logging.js';
import { registerSecurity, requestId } from '../../../src/security/index.js';

export interface GraphqlServer {
  readonly url: string;
  readonly dataDirectory: string;
  post(body: object, headers?: Record<string, string>): Promise<Response>;
  get(search: Record<string, string>, headers?: Record<string, string>): Promise<Response>;
  /** Stops it; keeps its data directory when told to. */
  close(options?: { keepData: boolean }): Promise<void>;
}

/** GraphQL alone, over real HTTP, with services that the test makes: for failures that real ones have only rarely. */
export async function startGraphqlServer(options: {
  readonly services?: Partial<Record<keyof GraphqlServices, object>>;
  readonly paths?: HttpPaths;
  /** Of a server that was closed before. */
  readonly dataDirectory?: string;
}): Promise<GraphqlServer> {
  const dataDirectory = options.dataDirectory ?? (await mkdtemp(join(tmpdir(), 'retort-graphql-')));
  const config = { ...parseConfig({}), dataDirectory };
  const app: FastifyInstance = Fastify({ genReqId: requestId });
  const guard = registerSecurity(app, config);
  await registerGraphql(app, {
    services: {
      events: { recordFailure: () => undefined },
      logger: createLogger('silent'),
      ...options.services,
    } as unknown as GraphqlServices,
    config,
    guard,
    paths: options.paths,
  });
  const url = await app.listen({ host: '127.0.0.1', port: 0 });
  return {
    url,
    dataDirectory,
    post: (body, headers) =>
      fetch(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body: JSON.stringify(body),
      }),
    get: (search, headers) =>
      fetch(`${url}/graphql?${new URLSearchParams(search).toString()}`, { headers: { ...headers } }),
    async close({ keepData } = { keepData: false }) {
      await app.close();
      if (!keepData) await rm(dataDirectory, { recursive: true, force: true });
    },
  };
}
