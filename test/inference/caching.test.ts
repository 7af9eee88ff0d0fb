import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../src/onnx/index.js';
import { ask, succeed } from '../api/support/ask.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const INFER = `mutation ($x: TensorData!, $priority: RequestPriority) {
  infer(input: {deployment: "doubling", priority: $priority,
                inputs: [{name: "x", datatype: FP32, shape: [2, 2], data: $x}]}) {
    outputs { shape data } timing { inferMs batchSize cacheHit } userErrors { code message }
  }
}`;

interface Answer {
  readonly outputs: readonly { readonly data: number[] }[];
  readonly timing: { readonly inferMs: number; readonly cacheHit: boolean };
}

async function publish(app: TestApp, name: string, graph: Uint8Array, pipeline?: object): Promise<void> {
  const { digest } = await app.upload(graph);
  await ask(
    app,
    `mutation ($name: String!, $digest: String!, $pipeline: JSON) {
      registerModel(input: {name: $name, domain: GENERAL}) { userErrors { message } }
      publishVersion(input: {model: $name, artifact: {digest: $digest}, pipeline: $pipeline}) { userErrors { message } }
    }`,
    { name, digest, pipeline },
  );
}

const DEPLOY = `mutation ($name: String!, $maxBytes: Int!) {
  deployVersion(input: {name: $name, version: $name, cache: {maxBytes: $maxBytes}}) {
    deployment { state cache { maxBytes } } userErrors { code field message }
  }
}`;

describe('a deployment that remembers answers', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
    const graph = new GraphBuilder('doubling', { opset: 17 });
    const x = graph.input('x', 'FP32', ['batch', 2]);
    graph.node('Add', [x, x], {}, ['y']);
    graph.output('y', 'FP32', ['batch', 2]);
    await publish(app, 'doubling', graph.build());
    await succeed(app, DEPLOY, { name: 'doubling', maxBytes: 100_000 });
  });
  afterAll(() => app.close());

  it('computes an answer once, and says which were remembered', async () => {
    const first = await succeed<Answer>(app, INFER, { x: [1, 2, 3, 4] });
    const second = await succeed<Answer>(app, INFER, {
      x: [
        [1, 2],
        [3, 4],
      ],
    });
    const urgent = await succeed<Answer>(app, INFER, { x: [1, 2, 3, 4], priority: 'HIGH' });
    const other = await succeed<Answer>(app, INFER, { x: [1, 2, 3, 5] });
    expect([first, second, urgent, other].map(({ outputs }) => outputs[0]?.data)).toEqual([
      [2, 4, 6, 8],
      [2, 4, 6, 8],
      [2, 4, 6, 8],
      [2, 4, 6, 10],
    ]);
    expect([first, second, urgent, other].map(({ timing }) => timing.cacheHit)).toEqual([
      false,
      true,
      true,
      false,
    ]);
    expect(second.timing.inferMs).toBe(0);
  });

  it('counts what was remembered in the statistics, apart from what ran', async () => {
    const url = `${app.url}/v2/models/doubling`;
    const infer = () =>
      fetch(`${url}/infer`, {
        method: 'POST',
        body: JSON.stringify({
          inputs: [{ name: 'x', datatype: 'FP32', shape: [2, 2], data: [9, 9, 9, 9] }],
        }),
      });
    const stats = async () => {
      const { model_stats: all } = (await (await fetch(`${url}/stats`)).json()) as {
        model_stats: {
          inference_count: number;
          inference_stats: Record<
            'success' | 'cache_hit' | 'cache_miss' | 'compute_infer',
            { count: number; ns: number }
          >;
        }[];
      };
      return all[0];
    };
    const before = await stats();
    const answers = [await infer(), await infer(), await infer()];
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    const after = await stats();
    const grown = (name: 'success' | 'cache_hit' | 'cache_miss' | 'compute_infer') =>
      (after?.inference_stats[name].count ?? 0) - (before?.inference_stats[name].count ?? 0);
    expect([grown('success'), grown('cache_hit'), grown('cache_miss'), grown('compute_infer')]).toEqual([
      3, 2, 1, 1,
    ]);
    expect((after?.inference_count ?? 0) - (before?.inference_count ?? 0)).toBe(2);
    expect(after?.inference_stats.cache_hit.ns).toBeGreaterThan(0);
  });

  it('tells the events how many were remembered', async () => {
    const query = `query {
      events(filter: {kinds: [REQUESTS_SERVED], deployment: "doubling"}, last: 100) {
        edges { node { ... on RequestsServedEvent { count cacheHits } } }
      }
    }`;
    await succeed(app, INFER, { x: [7, 7, 7, 7] });
    await succeed(app, INFER, { x: [7, 7, 7, 7] });
    for (;;) {
      const { events } = await ask<{
        events: { edges: { node: { count: number; cacheHits: number } }[] };
      }>(app, query);
      const served = events.edges.map(({ node }) => node);
      for (const { count, cacheHits } of served) expect(cacheHits).toBeLessThanOrEqual(count);
      // Written once a second: told in the end, however long that takes.
      if (served.some(({ cacheHits }) => cacheHits > 0)) return;
      await delay(20);
    }
  });

  it('gives wrong inputs their error every time, whatever it remembers', async () => {
    for (let time = 0; time < 2; time += 1) {
      const { infer } = await ask<{ infer: { userErrors: { code: string }[] } }>(app, INFER, {
        x: [1, 2, 3],
      });
      expect(infer.userErrors).toEqual([expect.objectContaining({ code: 'INVALID_TENSOR' })]);
    }
  });

  it('remembers predictions, but not those that failed', async () => {
    const graph = new GraphBuilder('mass', { opset: 17 });
    const z = graph.input('z', 'FP64', ['batch']);
    graph.node('Add', [z, z], {}, ['mass']);
    graph.output('mass', 'FP64', ['batch']);
    await publish(app, 'mass', graph.build(), {
      format: 1,
      instance: { kind: 'nuclide' },
      inputs: { z: { unit: '1', description: 'Protons.', steps: [{ step: 'field', field: 'z' }] } },
      outputs: { mass: { unit: 'u', description: 'Twice the protons.' } },
    });
    await succeed(app, DEPLOY, { name: 'mass', maxBytes: 100_000 });
    const predict = async (instances: unknown[]) =>
      succeed<{ predictions: { value: number | null }[]; timing: { cacheHit: boolean } }>(
        app,
        `mutation ($instances: [JSON!]!) {
          predict(input: {deployment: "mass", instances: $instances}) {
            predictions { value } timing { cacheHit } userErrors { message }
          }
        }`,
        { instances },
      );
    const answers = [];
    for (const instances of [['Fe-56'], ['Fe-56'], ['O-16', 'Fe-56'], ['Xx-1'], ['Xx-1']])
      answers.push(await predict(instances));
    expect(answers.map(({ predictions }) => predictions.map(({ value }) => value))).toEqual([
      [52],
      [52],
      [16, 52],
      [null],
      [null],
    ]);
    expect(answers.map(({ timing }) => timing.cacheHit)).toEqual([false, true, false, false, false]);
  });

  it('is refused for a graph that draws its answers', async () => {
    const graph = new GraphBuilder('drawing', { opset: 17 });
    const x = graph.input('x', 'FP32', ['batch', 2]);
    graph.node('Add', [x, graph.node('RandomNormalLike', [x])], {}, ['y']);
    graph.output('y', 'FP32', ['batch', 2]);
    await publish(app, 'drawing', graph.build());
    const { deployVersion } = await ask<{ deployVersion: unknown }>(app, DEPLOY, {
      name: 'drawing',
      maxBytes: 10_000,
    });
    expect(deployVersion).toEqual({
      deployment: null,
      userErrors: [
        {
          code: 'INVALID_ARGUMENT',
          field: ['cache'],
          message: expect.stringContaining('RandomNormalLike'),
        },
      ],
    });
    await succeed(
      app,
      'mutation { deployVersion(input: {name: "drawing", version: "drawing"}) { userErrors { message } } }',
    );
    const { updateDeployment } = await ask<{ updateDeployment: { userErrors: { code: string }[] } }>(
      app,
      'mutation { updateDeployment(input: {name: "drawing", cache: {maxBytes: 10000}}) { userErrors { code } } }',
    );
    expect(updateDeployment.userErrors).toEqual([{ code: 'INVALID_ARGUMENT' }]);
  });
});
