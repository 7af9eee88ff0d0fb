import { createHash, randomUUID } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { PGlite } from '@electric-sql/pglite';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { DEFAULT_SETTINGS } from '../../src/deployments/index.js';
import { DeploymentStore } from '../../src/deployments/deployment-store.js';
import { openDatabase } from '../../src/platform/database/index.js';
import { createLogger } from '../../src/platform/logging.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { createTestDatabase, databaseKinds, FORGET_SCHEMA, type TestDatabase } from '../support/databases.js';

const folder = join(packageRoot, 'prisma/migrations');
const HISTORY = `CREATE TABLE _prisma_migrations (id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL,
  finished_at TIMESTAMPTZ, migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
  started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`;
const [MODEL, VERSION, DEPLOYMENT] = [1, 2, 3].map(
  (number) => `00000000-0000-7000-8000-00000000000${number}`,
) as [string, string, string];

/** What the Retort of before these settings left behind: its schema, and a deployment that serves with two threads. */
async function oldDatabase(): Promise<string> {
  const names = (await readdir(folder)).filter((name) => /^\d/.test(name)).sort();
  const before = names.slice(
    0,
    names.findIndex((name) => name.endsWith('_deployment_settings')),
  );
  const statements = [HISTORY];
  for (const name of before) {
    const sql = await readFile(join(folder, name, 'migration.sql'), 'utf8');
    const checksum = createHash('sha256').update(sql).digest('hex');
    statements.push(
      sql,
      `INSERT INTO _prisma_migrations (id, checksum, finished_at, migration_name, applied_steps_count)
       VALUES ('${randomUUID()}', '${checksum}', now(), '${name}', 1)`,
    );
  }
  const digest = `sha256:${'0'.repeat(64)}`;
  statements.push(
    `INSERT INTO "Model" ("id", "name", "title", "domain", "createdBy", "latestVersion") VALUES ('${MODEL}', 'old', 'Old', 'GENERAL', 'ada', 1)`,
    `INSERT INTO "Artifact" ("digest", "size", "format", "opsets", "metadata", "parameterCount", "operators") VALUES ('${digest}', 1, 'ONNX', '[]', '{}', 0, '{}')`,
    `INSERT INTO "Version" ("id", "modelId", "number", "artifactDigest", "signature", "metrics", "createdBy") VALUES ('${VERSION}', '${MODEL}', 1, '${digest}', '{"inputs": [], "outputs": []}', '[]', 'ada')`,
    `INSERT INTO "Deployment" ("id", "name", "modelId", "state") VALUES ('${DEPLOYMENT}', 'old', '${MODEL}', 'READY')`,
    `INSERT INTO "DeploymentRevision" ("id", "deploymentId", "number", "versionId", "state", "runtime", "createdBy") VALUES ('${randomUUID()}', '${DEPLOYMENT}', 1, '${VERSION}', 'READY', '{"threads": 2}', 'ada')`,
  );
  return statements.join(';\n');
}

async function fill({ dataDirectory, databaseUrl }: TestDatabase, sql: string): Promise<void> {
  if (databaseUrl !== undefined) {
    const client = new pg.Client({ connectionString: databaseUrl });
    await client.connect();
    await client.query(`${FORGET_SCHEMA}\n${sql}`);
    await client.end();
    return;
  }
  const database = await PGlite.create(join(dataDirectory, 'database'));
  await database.exec(`${FORGET_SCHEMA}\n${sql}`);
  await database.close();
}

describe.each(databaseKinds)('deployments of an older Retort on %s', (kind) => {
  it('run on as they did, and new revisions beside them have all their settings', async () => {
    const place = await createTestDatabase(kind);
    try {
      await fill(place, await oldDatabase());
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
