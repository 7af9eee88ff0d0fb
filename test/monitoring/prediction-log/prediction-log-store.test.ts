import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CatalogService } from '../../../src/catalog/index.js';
import type { DeploymentService, PredictionLogSettings } from '../../../src/deployments/index.js';
import { DeploymentStore } from '../../../src/deployments/deployment-store.js';
import type { AnsweredRequest } from '../../../src/inference/index.js';
import { PredictionLog } from '../../../src/monitoring/index.js';
import type { NewLoggedPrediction } from '../../../src/monitoring/prediction-log/records.js';
import type { DatabaseHandle } from '../../../src/platform/database/index.js';
import type { EventLog } from '../../../src/platform/events/index.js';
import { createLogger } from '../../../src/platform/logging.js';
import { databaseKinds, openTestDatabase } from '../../support/databases.js';
import { loggingDeployment } from '../support/logging-deployment.js';

const HOUR_MS = 3_600_000;
const SETTINGS: PredictionLogSettings = {
  sampleRate: 1,
  retentionMs: 24 * HOUR_MS,
  maxBytes: 1_000_000,
  mask: [],
  subject: null,
};

describe.each(databaseKinds)('what a prediction log keeps on %s', (kind) => {
  let database: DatabaseHandle;
  let log: PredictionLog;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
    const store = new DeploymentStore(database.client);
    log = new PredictionLog({
      database: database.client,
      events: {} as EventLog,
      catalog: {} as CatalogService,
      deployments: { byIds: (ids: readonly string[]) => store.byIds(ids) } as DeploymentService,
      logger: createLogger('silent'),
    });
  });
  afterAll(() => database.close());

  let serial = 0;
  const entry = (versionId: string, at: number, bytes = 100): NewLoggedPrediction => ({
    id: `entry.${(serial += 1)}`,
    versionId,
    operation: 'PREDICT',
    rows: 1,
    at: new Date(at),
    totalMs: 1,
    queueMs: 0,
    runMs: 1,
    subject: null,
    errorCode: null,
    number: serial,
    content: JSON.stringify({ operation: 'PREDICT', instance: 'x'.repeat(bytes), value: serial, masked: [] }),
    bytes,
  });
  const everything = { take: 1_000, fromEnd: false };

  it('is hidden once it has expired, and removed by the hour', async () => {
    const { deployment, versionId } = await loggingDeployment(database.client, 'expiring', SETTINGS);
    const now = Date.now();
    const ages = [1, 23, 25, 1_000];
    await log.store.add(
      deployment.id,
      ages.map((hours) => entry(versionId, now - hours * HOUR_MS)),
    );
    expect(await log.page(deployment, {}, everything)).toHaveLength(2);
    expect(await log.count(deployment, {})).toBe(2);
    expect(await database.client.loggedPrediction.count({ where: { versionId } })).toBe(4);
    await log.tidy();
    expect(await database.client.loggedPrediction.count({ where: { versionId } })).toBe(2);
  });

  it('is the newest that fit', async () => {
    const maxBytes = 65_536;
    const { deployment, versionId } = await loggingDeployment(database.client, 'full', {
      ...SETTINGS,
      maxBytes,
    });
    const entries = Array.from({ length: 100 }, () => entry(versionId, Date.now(), 1_000));
    await log.store.add(deployment.id, entries);
    await log.tidy();
    const left = await log.page(deployment, {}, everything);
    expect(left.map(({ id }) => id)).toEqual(
      entries
        .slice(-65)
        .map(({ id }) => id)
        .reverse(),
    );
  });

  it('keeps within its size while it is written, not only by the hour', async () => {
    const maxBytes = 65_536;
    const settings = { ...SETTINGS, maxBytes };
    const { deployment, versionId } = await loggingDeployment(database.client, 'busy', settings);
    const tensor = {
      name: 'x',
      datatype: 'FP64' as const,
      shape: [1, 100],
      data: Array.from({ length: 100 }, () => 0.123),
    };
    const request = {
      ok: true,
      operation: 'infer',
      target: { deployment: { id: deployment.id, name: 'busy' }, version: { id: versionId } },
      settings: { predictionLog: settings },
      rows: 1,
      at: Date.now(),
      totalMs: 1,
      phases: { queueMs: 0, runMs: 1 },
      asked: () => ({ operation: 'INFER', inputs: [tensor] }),
      value: [],
      key: '',
    } as unknown as AnsweredRequest;
    for (let writing = 0; writing < 4; writing += 1) {
      for (let index = 0; index < 60; index += 1) log.recorder.ended(request);
      await log.recorder.flush();
    }
    const kept = await log.store.sizeOf(deployment.id);
    expect(kept).toBeLessThanOrEqual(maxBytes * 1.02);
    expect(kept).toBeGreaterThan(maxBytes * 0.9);
    await log.recorder.close();
  });

  it('is nothing once logging is switched off, also of what comes late', async () => {
    const { deployment, versionId, revise } = await loggingDeployment(database.client, 'silent', SETTINGS);
    await log.store.add(deployment.id, [entry(versionId, Date.now())]);
    expect(await log.count(deployment, {})).toBe(1);
    const silent = await revise(null);
    await log.store.add(deployment.id, [entry(versionId, Date.now())]);
    expect(await database.client.loggedPrediction.count({ where: { versionId } })).toBe(0);
    expect(await log.count(silent, {})).toBe(0);
  });

  it('finds texts as they were written, whatever characters they have', async () => {
    const { deployment, versionId } = await loggingDeployment(database.client, 'texts', SETTINGS);
    const texts = ['C/C=C\\C', '100% "pure"', 'plain_text'];
    await log.store.add(
      deployment.id,
      texts.map((instance) => ({
        ...entry(versionId, Date.now()),
        content: JSON.stringify({ operation: 'PREDICT', instance, value: 1, masked: [] }),
      })),
    );
    const found = async (text: string) =>
      (await log.page(deployment, { text }, everything)).map(({ content }) =>
        content.operation === 'PREDICT' ? content.instance : null,
      );
    expect(await found('=c\\c')).toEqual(['C/C=C\\C']);
    expect(await found('% "PURE"')).toEqual(['100% "pure"']);
    // No character stands for others.
    expect(await found('plain%')).toEqual([]);
    expect(await found('plain.text')).toEqual([]);
  });
});
