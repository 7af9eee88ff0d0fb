import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../src/onnx/index.js';
import { ask, succeed } from '../api/support/ask.js';
import { download, importArchive } from '../api/support/transfer-steps.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

interface Answer {
  readonly outputs: readonly { readonly shape: number[]; readonly data: (number | string)[] }[];
  readonly timing: { readonly batchSize: number; readonly cacheHit: boolean };
}
interface Prediction {
  readonly value: number;
  readonly warnings: readonly { readonly code: string; readonly message: string }[];
  readonly error: unknown;
}

const INFER = `mutation ($model: String!, $shape: [Int!]!, $x: TensorData!) {
  infer(input: {deployment: $model, inputs: [{name: "x", datatype: FP32, shape: $shape, data: $x}]}) {
    outputs { shape data } timing { batchSize cacheHit } userErrors { code message }
  }
}`;
const PREDICT = `mutation ($deployment: String, $version: String, $instances: [JSON!]!) {
  predict(input: {deployment: $deployment, version: $version, instances: $instances}) {
    predictions { value warnings { code message } error { code message } } userErrors { code message }
  }
}`;

const fixture = (name: string) => readFile(join(import.meta.dirname, `../fixtures/rows/${name}.onnx`));

/** Doubles every row when any of them is above a limit that no trial reaches. */
function doublesBeyond(limit: number): Uint8Array {
  const graph = new GraphBuilder('doubles', { opset: 13 });
  graph.input('x', 'FP32', ['n', 1]);
  const largest = graph.node('ReduceMax', ['x'], { keepdims: 0n });
  const isHot = graph.node('Greater', [largest, graph.constant('limit', 'FP32', [], [limit])]);
  graph.node('Where', [isHot, graph.node('Add', ['x', 'x']), 'x'], {}, ['y']);
  graph.output('y', 'FP32', ['n', 1]);
  return graph.build();
}

/** Looks rows up in a table of 12: the runtime refuses the run of any that lies beyond. */
function tableOfTwelve(): Uint8Array {
  const graph = new GraphBuilder('table', { opset: 17 });
  graph.input('x', 'INT64', ['n']);
  const table = Array.from({ length: 12 }, (_, line) => line * 10);
  graph.node('Gather', [graph.constant('table', 'FP32', [12], table), 'x'], {}, ['y']);
  graph.output('y', 'FP32', ['n']);
  return graph.build();
}

const nucleons = {
  format: 1,
  instance: { kind: 'nuclide' },
  inputs: { x: { unit: '1', steps: [{ step: 'field', field: 'a' }] } },
  outputs: { y: { unit: '1' } },
};

const heavyAtoms = (columns: number) => ({
  format: 1,
  instance: { kind: 'molecule' },
  inputs: {
    x: {
      unit: '1',
      steps: [{ step: 'descriptors', names: ['NumHeavyAtoms', 'NumRings'].slice(0, columns) }],
    },
  },
  outputs: { y: { unit: '1' } },
});

describe('callers of one model', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded', examples: true });
    await serve('softmax', await fixture('softmax-whole-tensor-max'), { cache: true });
    await serve('mean', await fixture('minus-mean-over-rows'), { pipeline: heavyAtoms(2) });
    await serve('hot', await fixture('doubles-when-any-row-is-hot'), { declared: true });
    await serve('beyond', doublesBeyond(1e6), { declared: true, cache: true, pipeline: heavyAtoms(1) });
    await serve('table', tableOfTwelve(), { pipeline: nucleons });
    await serve('relu', await fixture('relu-none-none'));
  });
  afterAll(() => app.close());

  async function serve(
    name: string,
    bytes: Uint8Array,
    options: { readonly declared?: boolean; readonly cache?: boolean; readonly pipeline?: object } = {},
  ): Promise<void> {
    const { digest } = await app.upload(bytes);
    await ask(
      app,
      `mutation ($name: String!, $digest: String!, $pipeline: JSON, $declared: Boolean, $cache: ResponseCacheInput) {
        registerModel(input: {name: $name, domain: GENERAL}) { userErrors { message } }
        publishVersion(input: {model: $name, artifact: {digest: $digest}, pipeline: $pipeline,
                               declareRowsIndependent: $declared}) { userErrors { message } }
        deployVersion(input: {name: $name, version: $name, cache: $cache}) { deployment { state } userErrors { message } }
      }`,
      {
        name,
        digest,
        pipeline: options.pipeline,
        declared: options.declared ?? false,
        cache: options.cache ? { maxBytes: 1_000_000 } : undefined,
      },
    );
  }

  const infer = (model: string, shape: number[], x: unknown[]) =>
    succeed<Answer>(app, INFER, { model, shape, x });

  async function batching(name: string): Promise<Record<string, unknown>> {
    const { deployment } = await ask<{ deployment: { batching: Record<string, unknown> } }>(
      app,
      `query ($name: String!) {
        deployment(name: $name) { batching { enabled reason rowsIndependent rowsIndependentReason } }
      }`,
      { name },
    );
    return deployment.batching;
  }

  const predict = async (variables: Record<string, unknown>) =>
    (await succeed<{ predictions: Prediction[] }>(app, PREDICT, variables)).predictions;

  it('get their own softmax while a hostile neighbour sends 500', async () => {
    const answers = await Promise.all(
      Array.from({ length: 200 }, (_, index) =>
        index % 2 === 0
          ? infer('softmax', [1, 3], [1, 2, 3 + index * 1e-6])
          : infer('softmax', [1, 3], [500, 1, 2]),
      ),
    );
    for (const [index, { outputs, timing }] of answers.entries()) {
      expect(timing.batchSize).toBe(1);
      if (index % 2 === 1) continue;
      const [a, b, c] = outputs[0]?.data as number[];
      expect([a, b, c].map((value) => value?.toFixed(3))).toEqual(['0.090', '0.245', '0.665']);
    }
    const [remembered] = (await infer('softmax', [1, 3], [1, 2, 3])).outputs;
    expect(remembered?.data.map((value) => Number(value).toFixed(4))).toEqual(['0.0900', '0.2447', '0.6652']);
  });

  it('are told which operator ended the proof', async () => {
    expect(await batching('softmax')).toEqual({
      enabled: false,
      reason: 'ReduceMax "m": it takes all rows together',
      rowsIndependent: 'UNPROVEN',
      rowsIndependentReason: 'ReduceMax "m": it takes all rows together',
    });
  });

  it('still share the runs of models that are proven, the examples among them', async () => {
    for (const name of ['relu', 'esol', 'binding-energy'])
      expect(await batching(name)).toEqual({
        enabled: true,
        reason: null,
        rowsIndependent: 'PROVEN',
        rowsIndependentReason: null,
      });
    const answers = await Promise.all(
      Array.from({ length: 60 }, (_, index) => infer('relu', [1, 2], [index, -index])),
    );
    for (const [index, { outputs }] of answers.entries()) expect(outputs[0]?.data).toEqual([index, index === 0 ? -0 : 0].map(Math.abs)); // prettier-ignore
    expect(Math.max(...answers.map(({ timing }) => timing.batchSize))).toBeGreaterThan(1);
  });

  it('are not joined on a publisher’s word that trials contradict', async () => {
    expect(await batching('hot')).toMatchObject({
      enabled: false,
      rowsIndependent: 'REFUTED',
      rowsIndependentReason: expect.stringContaining('differently beside others'),
    });
    const [cold] = await Promise.all([infer('hot', [1, 1], [200]), infer('hot', [1, 1], [300])]);
    expect(cold.outputs[0]?.data).toEqual([200]);
  });

  it('are joined on a publisher’s word that nothing contradicts, and told so', async () => {
    expect(await batching('beyond')).toMatchObject({
      enabled: true,
      rowsIndependent: 'DECLARED',
      rowsIndependentReason: expect.stringContaining('ReduceMax'),
    });
    const { version } = await ask<{ version: object }>(
      app,
      '{ version(ref: "beyond@1") { declaresRowsIndependent } }',
    );
    expect(version).toEqual({ declaresRowsIndependent: true });
    const predictions = await predict({ deployment: 'beyond', instances: ['CCO', 'C'] });
    expect(predictions.map(({ value }) => value)).toEqual([3, 1]);
    for (const { warnings } of predictions)
      expect(warnings).toEqual([
        { code: 'ROWS_DECLARED_INDEPENDENT', message: expect.stringContaining('ReduceMax') },
      ]);
  });

  it('find nothing in the cache that a shared run of a merely declared model computed', async () => {
    const rows = Array.from({ length: 80 }, (_, index) => index + 1);
    const first = await Promise.all(rows.map((value) => infer('beyond', [1, 1], [value])));
    const shared = rows.filter((_, index) => (first[index]?.timing.batchSize ?? 1) > 1);
    expect(shared.length).toBeGreaterThan(0);
    for (const value of shared) {
      const again = await infer('beyond', [1, 1], [value]);
      expect(again.timing).toEqual({ batchSize: 1, cacheHit: false });
    }
    // What ran alone is remembered.
    expect((await infer('beyond', [1, 1], [shared[0]])).timing.cacheHit).toBe(true);
  });

  it.each(['deployment', 'version'])(
    'get the same prediction for an instance alone and beside others, by %s',
    async (by) => {
      const target = by === 'deployment' ? { deployment: 'mean' } : { version: 'mean@1' };
      const [alone] = await predict({ ...target, instances: ['CCO'] });
      const beside = await predict({ ...target, instances: ['CCO', 'c1ccccc1', 'not a molecule', 'CCCCCC'] });
      expect(alone?.value).toBe(0);
      expect(beside.map(({ value }) => value)).toEqual([0, 0, null, 0]);
      expect(beside[2]?.error).toMatchObject({ code: 'INVALID_SMILES' });
    },
  );

  it('send one instance that the runtime refuses the shared run for: it alone has the error', async () => {
    expect(await batching('table')).toMatchObject({ rowsIndependent: 'PROVEN' });
    const light = [2, 4, 6, 8, 10].map((a) => ({ z: a / 2, n: a / 2 }));
    const instances = light.toSpliced(2, 0, { z: 80, n: 120 });
    const predictions = await predict({ deployment: 'table', instances });
    expect(predictions.map(({ value }) => value)).toEqual([20, 40, null, 60, 80, 100]);
    expect(predictions.map(({ error }) => error)).toEqual([
      null,
      null,
      { code: 'RUN_FAILED', message: expect.stringContaining('200') },
      null,
      null,
      null,
    ]);
  });

  it('send any two extents where names of dimensions are placeholders', async () => {
    for (const shape of [
      [1, 4],
      [3, 2],
      [2, 2],
    ]) {
      // prettier-ignore
      const x = Array.from({ length: (shape[0] ?? 0) * (shape[1] ?? 0) }, (_, index) => index - 1);
      expect((await infer('relu', shape, x)).outputs).toEqual([
        { shape, data: x.map((value) => Math.max(0, value)) },
      ]);
    }
  });

  it.each(['?', 'N', '-1', '', 'None', 'unk__12', 'dynamic'])(
    'send any extents of dimensions named %j',
    async (dimension) => {
      const graph = new GraphBuilder('names', { opset: 17 });
      graph.input('x', 'FP32', [dimension, dimension]);
      graph.node('Relu', ['x'], {}, ['y']);
      graph.output('y', 'FP32', [dimension, dimension]);
      const name = `names-${Buffer.from(dimension).toString('hex')}x`;
      await serve(name, graph.build());
      expect((await infer(name, [1, 3], [-1, 2, 3])).outputs).toEqual([{ shape: [1, 3], data: [0, 2, 3] }]);
    },
  );

  it('meet a publisher’s word in every copy of the model', async () => {
    const archive = await download(app, 'beyond');
    const { model } = await importArchive(app, archive, { as: 'copied' });
    const { version } = await ask<{ version: object }>(
      app,
      'query ($ref: String!) { version(ref: $ref) { declaresRowsIndependent } }',
      { ref: `${model?.name ?? ''}@1` },
    );
    expect(version).toEqual({ declaresRowsIndependent: true });
  });
});
