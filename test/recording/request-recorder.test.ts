import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS, type RecordingSettings } from '../../src/deployments/index.js';
import { DeploymentStore } from '../../src/deployments/deployment-store.js';
import { RecordedRequests, RequestRecorder } from '../../src/recording/index.js';
import { RecordedRequestStore } from '../../src/recording/recorded-request-store.js';
import type { DatabaseHandle } from '../../src/platform/database/index.js';
import { createLogger, type Logger } from '../../src/platform/logging.js';
import { databaseKinds, openTestDatabase } from '../support/databases.js';

const RECORDING: RecordingSettings = {
  sampleRate: 1,
  maxRequests: 1_000,
  maxRequestBytes: 1_024,
  maxBytes: 1_000_000,
};

describe.each(databaseKinds)('recording requests on %s', (kind) => {
  let database: DatabaseHandle;
  let store: RecordedRequestStore;
  let deployments: DeploymentStore;
  let modelId: string;
  let versionId: string;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
    store = new RecordedRequestStore(database.client);
    deployments = new DeploymentStore(database.client);
    modelId = (
      await database.client.model.create({
        data: { name: 'm', title: 'm', domain: 'GENERAL', createdBy: 'test' },
      })
    ).id;
    const digest = `sha256:${'0'.repeat(64)}`;
    await database.client.artifact.create({
      data: { digest, size: 1n, format: 'ONNX', opsets: [], metadata: {}, parameterCount: 0n, operators: {} },
    });
    versionId = (
      await database.client.version.create({
        data: { modelId, number: 1, artifactDigest: digest, signature: {}, metrics: [], createdBy: 'test' },
      })
    ).id;
  });
  afterAll(() => database.close());

  const revise = async (name: string, recording: RecordingSettings | null) => {
    const settings = { ...DEFAULT_SETTINGS, recording };
    const { deployment } = await database.client.$transaction((tx) =>
      deployments.addRevision(tx, { name, modelId, versionId, settings, actor: 'ada', reason: null }),
    );
    return deployment;
  };
  /** As much of a held model as is looked at. */
  const held = (deployment: { id: string; name: string }, recording: RecordingSettings | null) =>
    ({ deployment, version: { id: versionId }, settings: { recording } }) as Parameters<
      RequestRecorder['answered']
    >[0];
  const request = (text: string) => ({
    versionId,
    operation: 'PREDICT' as const,
    rows: 1,
    text,
    at: new Date(),
  });
  const clearedAt = async (name: string) =>
    (await database.client.deployment.findUniqueOrThrow({ where: { name } })).recordedAfter?.getTime() ?? NaN;
  const texts = async (id: string) => {
    const reader = new RecordedRequests(database.client);
    const contents = await reader.contents(await reader.pages([id], { take: 100, fromEnd: false }));
    return contents.map((content) => (content?.operation === 'PREDICT' ? content.instances : null));
  };

  it('ends with what it is told, however the two meet', async () => {
    const deployment = await revise('switched', RECORDING);
    for (let round = 0; round < 8; round += 1) {
      await revise('switched', RECORDING);
      await Promise.all([
        store.add(deployment.id, [request('["a"]')], RECORDING),
        revise('switched', null),
        store.add(deployment.id, [request('["b"]')], RECORDING),
      ]);
      expect(await store.count(deployment.id)).toBe(0);
    }
  });

  it('keeps nothing that was answered before it was cleared, and goes on with what comes', async () => {
    const deployment = await revise('cleared', RECORDING);
    const recorder = new RequestRecorder(database.client, createLogger('silent'));
    const ask = (text: string) =>
      recorder.answered(held(deployment, RECORDING), 1, () => ({ operation: 'PREDICT', instances: [text] }));
    await store.add(deployment.id, [request('["written"]')], RECORDING);
    ask('on its way');
    const count = await database.client.$transaction((tx) => deployments.clearRecorded(tx, deployment.id));
    expect(count).toBe(1);
    while (Date.now() <= (await clearedAt('cleared'))) await new Promise((resolve) => setTimeout(resolve, 1));
    ask('new');
    await recorder.close();
    expect(await texts(deployment.id)).toEqual([['new']]);
  });

  it('keeps the newest that fit, by number and by bytes', async () => {
    const { id } = await revise('bounded', RECORDING);
    const five = ['[1]', '[2]', '[3]', '[4]', '[5]'].map(request);
    await store.add(id, five, { ...RECORDING, maxRequests: 4 });
    expect(await texts(id)).toEqual([[5], [4], [3], [2]]);
    await store.add(id, [request('[6]')], { ...RECORDING, maxBytes: 8 });
    expect(await texts(id)).toEqual([[6], [5]]);
  });

  it('takes its share, and looks at none of the others', async () => {
    const deployment = await revise('sampled', RECORDING);
    const numbers = [0.1, 0.3, 0.24, 0.25, 0.9];
    const recorder = new RequestRecorder(database.client, createLogger('silent'), () => numbers.shift() ?? 1);
    const asked: number[] = [];
    for (let number = 0; number < 5; number += 1)
      recorder.answered(held(deployment, { ...RECORDING, sampleRate: 0.25 }), 1, () => {
        asked.push(number);
        return { operation: 'PREDICT', instances: [number] };
      });
    recorder.answered(held(deployment, null), 1, () => {
      throw new Error('It records nothing.');
    });
    await recorder.close();
    expect(asked).toEqual([0, 2]);
    expect(await texts(deployment.id)).toEqual([[2], [0]]);
  });

  it('takes no more at once than is worth writing', async () => {
    const deployment = await revise('busy', RECORDING);
    const recorder = new RequestRecorder(database.client, createLogger('silent'));
    for (let number = 0; number < 500; number += 1)
      recorder.answered(held(deployment, RECORDING), 1, () => ({
        operation: 'PREDICT',
        instances: [number],
      }));
    await recorder.close();
    expect(await store.count(deployment.id)).toBe(50);
  });

  it('survives what goes wrong, and says so once', async () => {
    const deployment = await revise('unlucky', RECORDING);
    const warnings: string[] = [];
    const logger = { warn: (_: object, message: string) => warnings.push(message) } as unknown as Logger;
    const lost = await openTestDatabase(kind);
    await lost.close();
    const recorder = new RequestRecorder(lost.client, logger);
    const tell = () => ({ operation: 'PREDICT', instances: ['C'] }) as const;
    recorder.answered(held(deployment, RECORDING), 1, () => {
      throw new Error('a mistake');
    });
    recorder.answered(held(deployment, RECORDING), 1, tell);
    recorder.answered(held({ id: '00000000-0000-7000-8000-000000000001', name: 'gone' }, RECORDING), 1, tell);
    await recorder.close();
    expect(warnings).toEqual(['a request could not be recorded', 'requests were not recorded']);
    // Of a deployment that is gone: nothing to keep, and nothing wrong.
    await store.add('00000000-0000-7000-8000-000000000001', [request('[1]')], RECORDING);
  });
});
