import { chmod, writeFile } from 'node:fs/promises';
import { describe, expect, it, beforeAll, afterAll } from '@jest/globals';
import { GraphBuilder } from '../../src/onnx/index.js';
import { anyDatabaseKind } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask } from './support/ask.js';
import { deploy, publish, register, scale } from './support/catalog-steps.js';
import { storedEvents } from './support/event-watch.js';
import { scalingModel } from './support/own-models.js';
import { deploymentNow, infer, serveWith, until } from './support/serving-steps.js';
import { artifactPath } from './support/stored-files.js';

/** As `scalingModel`, with so many numbers beside that its file has a size to speak of. */
function weightyModel(factor: number, numbers: number): Uint8Array {
  const graph = new GraphBuilder('weighty', { opset: 17 });
  graph.input('x', 'FP32', ['rows', 4]);
  graph.constant('factor', 'FP32', [], [factor]);
  graph.constant('weights', 'FP32', [numbers], new Float32Array(numbers));
  const nothing = graph.node('ReduceSum', ['weights'], { keepdims: 0n });
  graph.node('Add', [graph.node('Mul', ['x', 'factor']), nothing], {}, ['y']);
  graph.output('y', 'FP32', ['rows', 4]);
  return graph.build();
}

const MEMORY_KINDS = ['MODEL_UNLOADED', 'MODEL_RELOADED'];
const call = (deployment: string, row: readonly number[] = [1, 2, 3, 4]) => ({
  deployment,
  inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: row }],
});

describe.each(anyDatabaseKind)('a model that nobody asks, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
  });
  afterAll(() => app.close());

  const unloaded = (name: string) =>
    until(
      () => deploymentNow(app, name),
      ({ loaded }) => !loaded,
    );

  it.each(['THREAD', 'PROCESS'] as const)(
    'leaves memory (%s) and comes back once for all who then ask together',
    async (isolation) => {
      const name = `idle-${isolation.toLowerCase()}`;
      await serveWith(app, name, scalingModel(3), { runtime: { isolation }, limits: { idleUnloadMs: 100 } });
      for (let round = 0; round < 2; round += 1) {
        expect(await unloaded(name)).toMatchObject({ state: 'READY', processIds: [] });
        const outcomes = await Promise.all(
          Array.from({ length: 16 }, (_, caller) => infer(app, call(name, [caller, 1, 0, 0]))),
        );
        for (const [caller, outcome] of outcomes.entries())
          expect(outcome).toMatchObject({ kind: 'answered', data: [3 * caller, 3, 0, 0] });
      }
      await unloaded(name);
      // Each coming and going is an event, written a moment later.
      const kinds = await until(
        async () =>
          (await storedEvents(app, '0', { deployment: name, kinds: MEMORY_KINDS })).map(
            (event) => event.kind,
          ),
        ({ length }) => length >= 5,
      );
      // However long the callers took: it never came back twice without having left between.
      expect(kinds).toEqual(kinds.map((_, index) => MEMORY_KINDS[index % 2]));
      const states = await storedEvents(app, '0', { deployment: name, kinds: ['DEPLOYMENT_STATE_CHANGED'] });
      expect(states.at(-1)).toMatchObject({ toState: 'READY', revision: 1 });
    },
  );

  it('keeps what it has shown about batching, and its statistics', async () => {
    await serveWith(app, 'remembered', scalingModel(2), { limits: { idleUnloadMs: 100 } });
    const proof = '{ deployment(name: "remembered") { loaded batching { enabled maxDifference } } }';
    for (let request = 1; request <= 3; request += 1) {
      await unloaded('remembered');
      expect(await ask(app, proof)).toMatchObject({
        deployment: { batching: { enabled: true, maxDifference: 0 } },
      });
      await infer(app, call('remembered'));
      const stats = (await (await fetch(`${app.url}/v2/models/remembered/stats`)).json()) as {
        model_stats: { inference_count: number }[];
      };
      expect(stats.model_stats[0]?.inference_count).toBe(request);
    }
  });

  it('comes back over both serving protocols, too', async () => {
    await serveWith(app, 'protocols', scalingModel(2), { limits: { idleUnloadMs: 100 } });
    await unloaded('protocols');
    const open = await fetch(`${app.url}/v2/models/protocols/infer`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ inputs: call('').inputs }),
    });
    expect([open.status, await open.json()]).toMatchObject([200, { outputs: [{ data: [2, 4, 6, 8] }] }]);
    await unloaded('protocols');
    const tf = await fetch(`${app.url}/v1/models/protocols:predict`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ instances: [[1, 2, 3, 4]] }),
    });
    expect([tf.status, await tf.json()]).toEqual([200, { predictions: [[2, 4, 6, 8]] }]);
  });

  it('whose file was damaged meanwhile is FAILED, with the reason', async () => {
    await register(app, 'rotten');
    const { artifact } = await publish(app, 'rotten', scalingModel(41));
    await deploy(app, 'rotten', 'rotten@1', { limits: { idleUnloadMs: 100 } });
    await unloaded('rotten');
    await chmod(artifactPath(app, artifact.digest), 0o600);
    await writeFile(artifactPath(app, artifact.digest), 'these are not the bytes that were stored');
    expect(await infer(app, call('rotten'))).toMatchObject({
      kind: 'refused',
      message: expect.stringContaining(`Expected the stored bytes of ${artifact.digest}`),
    });
    await until(
      () => deploymentNow(app, 'rotten'),
      ({ state }) => state === 'FAILED',
    );
    expect(await deploymentNow(app, 'rotten')).toMatchObject({
      stateReason: expect.stringContaining(`Expected the stored bytes of ${artifact.digest}`),
    });
  });
});

describe.each(anyDatabaseKind)('more models than memory holds, %s database', (kind) => {
  const NUMBERS = 300_000;
  const SIZE = weightyModel(1, NUMBERS).length;
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, config: { modelMemoryBytes: Math.floor(2.5 * inThread(SIZE)) } });
    for (const [index, name] of ['one', 'two', 'three'].entries())
      await serveWith(app, name, weightyModel(index + 1, NUMBERS), { runtime: { isolation: 'THREAD' } });
  });
  afterAll(() => app.close());

  const loaded = async () => {
    const all = await Promise.all(['one', 'two', 'three'].map((name) => deploymentNow(app, name)));
    expect(all.map(({ state }) => state)).toEqual(['READY', 'READY', 'READY']);
    return all.map((deployment) => deployment.loaded);
  };

  it('takes out the one that was not asked for longest, and brings back what is asked for', async () => {
    expect(await loaded()).toEqual([false, true, true]);
    expect(await scale(app, { deployment: 'two' }, [1, 0, 0, 0])).toEqual([2, 0, 0, 0]);
    expect(await scale(app, { deployment: 'one' }, [1, 0, 0, 0])).toEqual([1, 0, 0, 0]);
    expect(await loaded()).toEqual([true, true, false]);
    expect(await scale(app, { deployment: 'three' }, [1, 0, 0, 0])).toEqual([3, 0, 0, 0]);
    expect(await loaded()).toEqual([true, false, true]);
    const told = await until(
      async () =>
        (await storedEvents(app, '0', { kinds: MEMORY_KINDS })).map(
          (event) => `${event.kind} ${event.deploymentName ?? ''}`,
        ),
      ({ length }) => length >= 5,
    );
    expect(told).toEqual([
      'MODEL_UNLOADED one',
      'MODEL_UNLOADED three',
      'MODEL_RELOADED one',
      'MODEL_UNLOADED two',
      'MODEL_RELOADED three',
    ]);
  });

  it('answers every request of many callers while models take turns', async () => {
    const outcomes = await Promise.all(
      Array.from({ length: 30 }, async (_, request) => {
        const deployment = ['one', 'two', 'three'][request % 3] ?? '';
        return {
          factor: (request % 3) + 1,
          request,
          outcome: await infer(app, call(deployment, [request, 0, 0, 0])),
        };
      }),
    );
    for (const { factor, request, outcome } of outcomes) {
      // While two are busy there may be no room for the third: then it says when to try again.
      if (outcome.kind === 'refused')
        expect(outcome).toMatchObject({ code: 'OVERLOADED', retryAfterMs: 1_000, retryAfter: '1' });
      else expect(outcome).toMatchObject({ kind: 'answered', data: [factor * request, 0, 0, 0] });
    }
    expect(outcomes.some(({ outcome }) => outcome.kind === 'answered')).toBe(true);
  });

  it('refuses what never fits, and says what to do', async () => {
    const huge = await serveWith(app, 'huge', weightyModel(9, 8 * NUMBERS), {
      runtime: { isolation: 'THREAD' },
    });
    expect(huge).toMatchObject({
      state: 'FAILED',
      stateReason: expect.stringMatching(
        /^There is no room for huge@1: it needs about [\d.]+ MB, and .* of the [\d.]+ MB that models may take \(RETORT_MODEL_MEMORY_BYTES\)/,
      ),
    });
    const answer = await app.graphql(
      'mutation ($x: TensorData!) { infer(input: {version: "huge@1", inputs: [{name: "x", datatype: FP32, shape: [1, 4], data: $x}]}) { outputs { data } } }',
      { x: [1, 2, 3, 4] },
    );
    expect(answer.errors?.[0]).toMatchObject({ extensions: { code: 'OVERLOADED' } });
    expect((await loaded()).filter(Boolean).length).toBeGreaterThan(0);
  });
});

/** What a model in a thread is counted as: its weights, what the runtime makes of them, and a megabyte. */
function inThread(fileBytes: number): number {
  return 1.5 * fileBytes + 1024 ** 2;
}

describe.each(anyDatabaseKind)('a version without a deployment, %s database', (kind) => {
  it('counts for memory like the rest: it takes the room of what is idle, and gives it back', async () => {
    // A process takes tens of megabytes, so that there is room for one of the two.
    const app = await startTestApp({ kind, config: { modelMemoryBytes: 60e6 } });
    try {
      await serveWith(app, 'asked', scalingModel(3), { runtime: { isolation: 'PROCESS' } });
      await register(app, 'unasked');
      await publish(app, 'unasked', scalingModel(7));
      expect(await scale(app, { version: 'unasked@1' }, [1, 0, 0, 0])).toEqual([7, 0, 0, 0]);
      expect(await deploymentNow(app, 'asked')).toMatchObject({ state: 'READY', loaded: false });
      expect(await scale(app, { deployment: 'asked' }, [1, 0, 0, 0])).toEqual([3, 0, 0, 0]);
      const [left] = await until(
        () => storedEvents(app, '0', { kinds: ['MODEL_UNLOADED'], model: 'unasked' }),
        ({ length }) => length > 0,
      );
      expect(left).toMatchObject({ deploymentName: null, versionNumber: 1 });
    } finally {
      await app.close();
    }
  });
});
