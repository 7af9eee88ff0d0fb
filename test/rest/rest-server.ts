import { mkdtemp, readdir, rm } from 'node:fs/promises';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Fastify, { type FastifyInstance } from 'fastify';
import { ArtifactStore } from '../../src/artifacts/index.js';
import { DomainError, type ErrorCode } from '../../src/platform/errors.js';
import type { NewEvent } from '../../src/platform/events/index.js';
import { answerError, registerRest, type Readiness } from '../../src/rest/index.js';
import { registerSecurity, requestId } from '../../src/security/index.js';

export const MAX_ARTIFACT_BYTES = 1_000_000;
export const BODY_LIMIT_BYTES = 10_000;

export interface RestServer {
  readonly app: FastifyInstance;
  readonly artifacts: ArtifactStore;
  readonly port: number;
  readonly url: string;
  /** What was told to the event log. */
  readonly failures: readonly NewEvent[];
  /** Every file below the store, temporary ones included. */
  storedFiles(): Promise<string[]>;
  close(): Promise<void>;
}

/** The REST surface over real HTTP and a real store, without the rest of the application. */
export async function startRest(
  options: { readiness?: () => Promise<Readiness>; apiKey?: string; webDirectory?: string } = {},
): Promise<RestServer> {
  const directory = await mkdtemp(join(tmpdir(), 'retort-rest-'));
  const artifacts = await ArtifactStore.open({ directory, maxBytes: MAX_ARTIFACT_BYTES });
  const app = Fastify({ genReqId: requestId, bodyLimit: BODY_LIMIT_BYTES, frameworkErrors: answerError });
  registerSecurity(app, { host: '127.0.0.1', apiKey: options.apiKey });
  const failures: NewEvent[] = [];
  await registerRest(app, {
    artifacts,
    events: { recordFailure: (_error, event) => void failures.push(event) },
    readiness: options.readiness ?? (async () => ({ ready: true, checks: { database: 'ok' } })),
    config: {
      dashboard: options.webDirectory !== undefined,
      graphiql: options.webDirectory !== undefined,
    },
    webDirectory: options.webDirectory ?? directory,
  });
  // Stands for what other transports register on the same server.
  app.route({
    method: ['GET', 'POST'],
    url: '/graphql',
    handler: async (request) => ({ data: request.body }),
  });
  app.get('/broken', async () => {
    throw new Error(`ENOENT: no such file ${directory}/secret`);
  });
  app.get<{ Querystring: { code: ErrorCode; ms?: string } }>('/refused', async ({ query: { code, ms } }) => {
    throw new DomainError(code, 'Not now.', ms === undefined ? {} : { retryAfterMs: Number(ms) });
  });
  await app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    app,
    artifacts,
    failures,
    port,
    url: `http://127.0.0.1:${port}`,
    storedFiles: async () => {
      const entries = await readdir(directory, { recursive: true, withFileTypes: true });
      return entries.filter((entry) => entry.isFile()).map((entry) => entry.name);
    },
    close: async () => {
      app.server.closeAllConnections();
      await app.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}
