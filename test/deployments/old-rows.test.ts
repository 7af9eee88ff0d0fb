import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../src/deployments/index.js';
import { DeploymentStore } from '../../src/deployments/deployment-store.js';
import { openDatabase } from '../../src/platform/database/index.js';
import { createLogger } from '../../src/platform/logging.js';
import { createTestDatabase, databaseKinds } from '../support/databases.js';
import { olderSchema, refillDatabase } from '../support/older-schema.js';

const [MODEL, VERSION, DEPLOYMENT] = [1, 2, 3].map(
  (number) => `00000000-0000-7000-8000-00000000000${number}`,
) as [string, string, string];

/** What the Retort of before these settings left behind: its schema, and a deployment that serves with two threads. */
async function oldDatabase(): Promise<string[]> {
  const statements = await olderSchema((name) => name.endsWith('_deployment_settings'));
  const digest = `sha256:${'0'.repeat(64)}`;
  statements.push(
    `INSERT INTO "Model" ("id", "name", "title", "domain", "createdBy", "latestVersion") VALUES ('${MODEL}', 'old', 'Old', 'GENERAL', 'ada', 1)`,
    `INSERT INTO "Artifact" ("digest", "size", "format", "opsets", "metadata", "parameterCount", "operators") VALUES ('${digest}', 1, 'ONNX', '[]', '{}', 0, '{}')`,
    `INSERT INTO "Version" ("id", "modelId", "number", "artifactDigest", "signature", "metrics", "createdBy") VALUES ('${VERSION}', '${MODEL}', 1, '${digest}', '{"inputs": [], "outputs": []}', '[]', 'ada')`,
    `INSERT INTO "Deployment" ("id", "name", "modelId", "state") VALUES ('${DEPLOYMENT}', 'old', '${MODEL}', 'READY')`,
    `INSERT INTO "DeploymentRevision" ("id", "deploymentId", "number", "versionId", "state", "runtime", "createdBy") VALUES ('${randomUUID()}', '${DEPLOYMENT}', 1, '${VERSION}', 'READY', '{"threads": 2}', 'ada')`,
  );
  return statements;
}

describe.each(databaseKinds)('deployments of an older Retort on %s', (kind) => {
  it('run on as they did, and new revisions beside them have all their settings', async () => {
    const place = await createTestDatabase(kind);
    try {
      await refillDatabase(place, await oldDatabase());
      const database = await openDatabase(place, createLogger('silent'));
      try {
        const store = new DeploymentStore(database.client);
        const old = (await store.find('old'))?.revision;
        expect(old).toMatchObject({
          ...DEFAULT_SETTINGS,
          state: 'READY',
          runtime: { ...DEFAULT_SETTINGS.runtime, threads: 2, isolation: 'THREAD' },
        });
        const settings = {
          runtime: { ...DEFAULT_SETTINGS.runtime, isolation: 'PROCESS' as const, replicas: 2 },
          batching: { ...DEFAULT_SETTINGS.batching, preferredBatchSizes: [4, 8] },
          limits: { maxQueue: 7, idleUnloadMs: 1_000 },
          cache: { maxBytes: 4_096 },
          recording: { sampleRate: 0.5, maxRequests: 10, maxRequestBytes: 1_024, maxBytes: 65_536 },
          predictionLog: {
            sampleRate: 0.5,
            retentionMs: 3_600_000,
            maxBytes: 65_536,
            mask: ['smiles'],
            subject: null,
          },
          outOfDomain: 'WARN' as const,
        };
        await database.client.$transaction((tx) =>
          store.addRevision(tx, {
            name: 'old',
            modelId: MODEL,
            versionId: VERSION,
            settings,
            actor: 'ada',
            reason: null,
          }),
        );
        expect(await store.revisions([DEPLOYMENT])).toMatchObject([
          { number: 2, ...settings },
          { number: 1, runtime: { threads: 2 } },
        ]);
      } finally {
        await database.close();
      }
    } finally {
      await place.drop();
    }
  });
});
