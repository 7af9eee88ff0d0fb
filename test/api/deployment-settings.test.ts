import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal, succeed } from './support/ask.js';
import {
  DEPLOY,
  deploy,
  INFER,
  publish,
  register,
  scale,
  serve,
  type Inferred,
} from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';
import { Callers, infer, until } from './support/serving-steps.js';

const SETTINGS = `
  runtime { threads replicas isolation graphOptimization executionProviders maxRunMs }
  limits { maxQueue idleUnloadMs }
  cache { maxBytes }`;
const REVISION_SETTINGS = `${SETTINGS}
  batching { enabled maxBatchSize maxDelayMicroseconds preferredBatchSizes latencyTargetMs }`;
const LOOK = `query ($name: String!) { deployment(name: $name) { state processIds memoryBytes loaded ${SETTINGS}
  batching { enabled reason maxBatchSize maxDifference maxDelayMicroseconds preferredBatchSizes latencyTargetMs }
  revision { number } revisions { edges { node { number state ${REVISION_SETTINGS} } } } } }`;
const UPDATE = `mutation ($input: UpdateDeploymentInput!) { updateDeployment(input: $input) {
  deployment { state stateReason revision { number state } ${SETTINGS} } userErrors { field code message } } }`;

const DEFAULTS = {
  runtime: {
    threads: 1,
    replicas: 1,
    isolation: expect.stringMatching(/^(?:THREAD|PROCESS)$/),
    graphOptimization: 'ALL',
    executionProviders: ['CPU'],
    maxRunMs: 120_000,
  },
  limits: { maxQueue: 1_024, idleUnloadMs: null },
  cache: null,
};
const DEFAULT_BATCHING = {
  enabled: true,
  maxBatchSize: 32,
  maxDelayMicroseconds: 0,
  preferredBatchSizes: [],
  latencyTargetMs: null,
};
const CHOSEN = {
  runtime: {
    threads: 2,
    replicas: 2,
    isolation: 'PROCESS',
    graphOptimization: 'BASIC',
    executionProviders: ['CPU'],
    maxRunMs: 5_000,
  },
  batching: {
    enabled: true,
    maxBatchSize: 8,
    maxDelayMicroseconds: 200,
    preferredBatchSizes: [4, 8],
    latencyTargetMs: 12.5,
  },
  limits: { maxQueue: 77, idleUnloadMs: 600_000 },
  cache: { maxBytes: 65_536 },
};

interface Looked {
  readonly processIds: readonly number[];
  readonly revision: { readonly number: number };
  readonly revisions: { readonly edges: readonly { readonly node: { readonly number: number } }[] };
  readonly [field: string]: unknown;
}

describe.each(databaseKinds)('settings of deployments, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
  });
  afterAll(() => app.close());

  const look = async (name: string, api: TestApp = app): Promise<Looked> =>
    (await ask<{ deployment: Looked }>(api, LOOK, { name })).deployment;
  const update = (name: string, settings: object) =>
    succeed<{ deployment: { state: string; revision: { number: number } } }>(app, UPDATE, {
      input: { name, ...settings },
    });

  it('have defaults', async () => {
    await serve(app, 'plain', scalingModel(2));
    const found = await look('plain');
    expect(found).toMatchObject({
      ...DEFAULTS,
      loaded: true,
      batching: { ...DEFAULT_BATCHING, reason: null, maxDifference: 0 },
      revisions: { edges: [{ node: { number: 1, ...DEFAULTS, batching: DEFAULT_BATCHING } }] },
    });
    expect(Number(found.memoryBytes)).toBeGreaterThan(0);
  });

  it('are kept as they were chosen, in effect, and told per revision', async () => {
    await serve(app, 'chosen', scalingModel(3));
    await deploy(app, 'chosen', 'chosen@1', CHOSEN);
    const found = await look('chosen');
    expect(found).toMatchObject({
      ...CHOSEN,
      batching: { ...CHOSEN.batching, maxDifference: 0 },
      revision: { number: 2 },
    });
    expect(found.processIds).toHaveLength(2);
    expect(found.revisions.edges.map(({ node }) => node)).toEqual([
      { number: 2, state: 'READY', ...CHOSEN },
      { number: 1, state: expect.any(String), ...DEFAULTS, batching: DEFAULT_BATCHING },
    ]);
    expect(await scale(app, { deployment: 'chosen' }, [1, 2, 3, 4])).toEqual([3, 6, 9, 12]);
  });

  it('have the delay in milliseconds, or in microseconds as before, but not in both', async () => {
    await serve(app, 'delayed', scalingModel(2));
    const delays = 'batching { maxDelayMs maxDelayMicroseconds }';
    const change = `mutation ($input: UpdateDeploymentInput!) { updateDeployment(input: $input) {
      deployment { ${delays} revision { ${delays} } } userErrors { field code message } } }`;
    const set = (batching: object) => succeed(app, change, { input: { name: 'delayed', batching } });
    for (const [batching, maxDelayMs, maxDelayMicroseconds] of [
      [{ maxDelayMs: 0.25 }, 0.25, 250],
      [{ maxDelayMicroseconds: 1_500 }, 1.5, 1_500],
      [{ maxBatchSize: 16 }, 1.5, 1_500],
      [{ maxDelayMs: null }, 0, 0],
    ] as const) {
      const is = { batching: { maxDelayMs, maxDelayMicroseconds } };
      expect(await set(batching)).toMatchObject({ deployment: { ...is, revision: is } });
    }
    const both = { name: 'delayed', batching: { maxDelayMs: 1, maxDelayMicroseconds: 1_000 } };
    expect(await refusal(app, change, { input: both })).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: ['batching', 'maxDelayMs'],
      message: expect.stringContaining('got both'),
    });
  });

  it('decide where the model runs', async () => {
    await serve(app, 'placed', scalingModel(2));
    await deploy(app, 'placed', 'placed@1', { runtime: { isolation: 'THREAD', threads: 2 } });
    expect((await look('placed')).processIds).toEqual([]);
    await update('placed', { runtime: { isolation: 'PROCESS' } });
    const { processIds, runtime } = await look('placed');
    expect(runtime).toMatchObject({ isolation: 'PROCESS', threads: 2 });
    expect(processIds).toHaveLength(1);
    expect(() => process.kill(processIds[0] ?? 0, 0)).not.toThrow();
    await update('placed', { runtime: { isolation: 'THREAD' } });
    await until(
      async () => processIds.filter(isAlive),
      (alive) => alive.length === 0,
    );
  });

  it('decide how requests are joined', async () => {
    await serve(app, 'joined', scalingModel(2));
    const sizes = async () => {
      const input = {
        deployment: 'joined',
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }],
      };
      const answers = await Promise.all(
        Array.from({ length: 40 }, () => succeed<Inferred>(app, INFER, { input })),
      );
      return answers.map(({ timing }) => timing.batchSize);
    };
    await update('joined', { batching: { maxBatchSize: 2 } });
    expect((await look('joined')).batching).toMatchObject({ enabled: true, maxBatchSize: 2 });
    expect(Math.max(...(await sizes()))).toBeLessThanOrEqual(2);
    await update('joined', { batching: { enabled: false } });
    expect((await look('joined')).batching).toMatchObject({
      enabled: false,
      maxBatchSize: null,
      reason: 'Turned off by batching.enabled',
    });
    expect(new Set(await sizes())).toEqual(new Set([1]));
  });

  it('change without a failed request, and only what was asked to change', async () => {
    await serve(app, 'changing', scalingModel(5));
    await deploy(app, 'changing', 'changing@1', CHOSEN);
    const callers = new Callers(3, async (caller, request) => {
      const row = [caller, request, 1, 0];
      const outcome = await infer(app, {
        deployment: 'changing',
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: row }],
      });
      expect(outcome).toMatchObject({ kind: 'answered', data: row.map((value) => 5 * value) });
      return outcome;
    });
    await callers.progress(3);
    const { deployment } = await update('changing', {
      limits: { maxQueue: 500 },
      cache: null,
      batching: null,
    });
    await callers.progress(10);
    await callers.stop();
    expect(deployment).toMatchObject({
      state: 'READY',
      revision: { number: 3, state: 'READY' },
      runtime: CHOSEN.runtime,
      limits: { maxQueue: 500, idleUnloadMs: 600_000 },
      cache: null,
    });
    expect((await look('changing')).batching).toMatchObject(DEFAULT_BATCHING);
  });

  it('that are so already change nothing', async () => {
    await serve(app, 'same', scalingModel(2));
    await deploy(app, 'same', 'same@1', CHOSEN);
    await deploy(app, 'same', 'same@1', {
      ...CHOSEN,
      batching: { ...CHOSEN.batching, preferredBatchSizes: [8, 4] },
    });
    await update('same', {});
    await update('same', { runtime: { threads: 2 }, limits: { maxQueue: 77 } });
    const { revision, revisions } = await look('same');
    expect(revision.number).toBe(2);
    expect(revisions.edges).toHaveLength(2);
  });

  it('that two change at the same time are both changed', async () => {
    await serve(app, 'two-hands', scalingModel(2));
    await Promise.all([
      update('two-hands', { limits: { maxQueue: 5 } }),
      update('two-hands', { runtime: { threads: 3 } }),
      update('two-hands', { cache: { maxBytes: 2_048 } }),
    ]);
    const found = await until(
      () => look('two-hands'),
      ({ state, revision }) => state === 'READY' && revision.number === 4,
    );
    expect(found).toMatchObject({
      limits: { maxQueue: 5 },
      runtime: { threads: 3 },
      cache: { maxBytes: 2_048 },
    });
  });

  it('may name what this server has to run on, and nothing else', async () => {
    interface Runtime {
      readonly providers: readonly string[];
      readonly missingProviders: readonly { readonly provider: string; readonly howToGet: string }[];
      readonly devices: readonly string[];
    }
    const { runtime } = await ask<{ runtime: Runtime & { version: string } }>(
      app,
      '{ runtime { name version providers missingProviders { provider howToGet } devices } }',
    );
    expect(runtime.version).toMatch(/^\d+\.\d+\.\d+$/);
    expect(runtime.providers).toContain('CPU');
    expect(runtime.devices[0]).toMatch(/^CPU: .+, \d+ cores?$/);
    const missing = runtime.missingProviders.map(({ provider }) => provider);
    expect([...runtime.providers, ...missing].sort()).toEqual(['COREML', 'CPU', 'CUDA', 'DML', 'TENSORRT']);
    await serve(app, 'told', scalingModel(2));
    const told = (provider: string, deviceId: number) => ({
      name: 'told',
      runtime: { executionProviderOptions: [{ provider, deviceId }] },
    });
    expect(await refusal(app, UPDATE, { input: told('CUDA', 0) })).toEqual({
      code: 'INVALID_ARGUMENT',
      field: ['runtime', 'executionProviderOptions', '0', 'provider'],
      message: expect.stringMatching(/one of runtime\.executionProviders \(CPU\), got CUDA/),
    });
    expect(await refusal(app, UPDATE, { input: told('CPU', 0) })).toMatchObject({
      message: expect.stringMatching(/one that runs on cards \(CUDA, TENSORRT, DML\), got CPU/),
    });
  });

  it('that cannot be are refused before anything changes', async () => {
    await serve(app, 'refusing', scalingModel(2));
    const missing = { runtime: { executionProviders: ['CUDA', 'CPU'] } };
    for (const [document, input] of [
      [DEPLOY, { name: 'refusing', version: 'refusing@1', ...missing }],
      [UPDATE, { name: 'refusing', ...missing }],
    ] as const)
      expect(await refusal(app, document, { input })).toEqual({
        code: 'INVALID_ARGUMENT',
        field: ['runtime', 'executionProviders'],
        message: expect.stringMatching(
          /^Expected runtime\.executionProviders to be available here, got CUDA\. The installed runtime offers .*CPU.*onnxruntime-node-install=cuda12.*gpu\.md/,
        ),
      });
    expect(
      await refusal(app, UPDATE, {
        input: { name: 'refusing', batching: { maxBatchSize: 4, preferredBatchSizes: [2, 8] } },
      }),
    ).toEqual({
      code: 'INVALID_ARGUMENT',
      field: ['batching', 'preferredBatchSizes', '1'],
      message: 'Expected batching.preferredBatchSizes.1 from 1 to 4 (batching.maxBatchSize), got 8.',
    });
    expect((await look('refusing')).revisions.edges).toHaveLength(1);
  });

  it('of what is not there, or stopped, are not changed', async () => {
    expect(await refusal(app, UPDATE, { input: { name: 'nobody', cache: null } })).toMatchObject({
      code: 'DEPLOYMENT_NOT_FOUND',
      field: ['name'],
    });
    await serve(app, 'stopped', scalingModel(2));
    await succeed(app, 'mutation { undeploy(input: {name: "stopped"}) { userErrors { code message } } }');
    expect(await refusal(app, UPDATE, { input: { name: 'stopped', cache: null } })).toEqual({
      code: 'DEPLOYMENT_NOT_READY',
      field: ['name'],
      message: 'Deployment "stopped" is STOPPED. Start it with deployVersion, which takes the same settings.',
    });
  });

  it('are what they were after the model was unloaded and loaded by the Open Inference Protocol', async () => {
    await serve(app, 'reloaded', scalingModel(2));
    await deploy(app, 'reloaded', 'reloaded@1', CHOSEN);
    for (const step of ['unload', 'load']) {
      const { status } = await fetch(`${app.url}/v2/repository/models/reloaded/${step}`, { method: 'POST' });
      expect([step, status]).toEqual([step, 200]);
    }
    expect(await look('reloaded')).toMatchObject({ ...CHOSEN, state: 'READY', revision: { number: 3 } });
  });

  it('survive a restart, and what may be idle is loaded by its first request', async () => {
    const first = await startTestApp({ kind });
    await serve(first, 'lazy', scalingModel(2));
    await deploy(first, 'lazy', 'lazy@1', CHOSEN);
    await register(first, 'eager');
    await publish(first, 'eager', scalingModel(4));
    const { limits, ...eager } = CHOSEN;
    await deploy(first, 'eager', 'eager@1', { ...eager, limits: { maxQueue: limits.maxQueue } });
    await first.stop();

    const again = await startTestApp({ kind, reuse: first });
    expect(await look('lazy', again)).toMatchObject({
      state: 'READY',
      loaded: false,
      processIds: [],
      runtime: CHOSEN.runtime,
      limits: CHOSEN.limits,
      cache: CHOSEN.cache,
    });
    expect(await look('eager', again)).toMatchObject({
      state: 'READY',
      loaded: true,
      runtime: CHOSEN.runtime,
      batching: CHOSEN.batching,
      limits: { maxQueue: 77, idleUnloadMs: null },
    });
    expect(await scale(again, { deployment: 'lazy' }, [1, 1, 1, 1])).toEqual([2, 2, 2, 2]);
    expect(await look('lazy', again)).toMatchObject({ loaded: true, batching: CHOSEN.batching });
    await again.close();
  });
});

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
