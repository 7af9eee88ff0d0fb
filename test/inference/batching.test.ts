import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../src/onnx/index.js';
import { ask, succeed } from '../api/support/ask.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const INFER = `mutation ($x: TensorData!, $rows: Int!) {
  infer(input: {deployment: "rows", inputs: [{name: "x", datatype: FP64, shape: [$rows, 2], data: $x}]}) {
    outputs { shape data } timing { batchSize } userErrors { code message }
  }
}`;

interface Answer {
  readonly outputs: readonly { readonly shape: number[]; readonly data: number[] }[];
  readonly timing: { readonly batchSize: number };
}

describe('requests of many callers', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
    const graph = new GraphBuilder('rows', { opset: 17 });
    graph.input('x', 'FP64', ['batch', 2]);
    // A few milliseconds a run, so that requests wait for each other on any machine.
    const width = 1_000;
    graph.constant(
      'v',
      'FP64',
      [2, width],
      Array.from({ length: 2 * width }, () => 0.5),
    );
    graph.constant(
      'w',
      'FP64',
      [width, width],
      Array.from({ length: width ** 2 }, () => 1 / width),
    );
    graph.constant(
      'u',
      'FP64',
      [width, 1],
      Array.from({ length: width }, () => 1 / width),
    );
    let hidden = graph.node('MatMul', ['x', 'v']);
    for (let layer = 0; layer < 8; layer += 1) hidden = graph.node('MatMul', [hidden, 'w']);
    graph.node('MatMul', [hidden, 'u'], {}, ['y']);
    graph.output('y', 'FP64', ['batch', 1]);
    const { digest } = await app.upload(graph.build());
    await app.graphql('mutation { registerModel(input: {name: "rows", domain: GENERAL}) { model { id } } }');
    await app.graphql(
      'mutation ($digest: String!) { publishVersion(input: {model: "rows", artifact: {digest: $digest}}) { version { id } } }',
      { digest },
    );
    await app.graphql(
      'mutation { deployVersion(input: {name: "rows", version: "rows@1"}) { deployment { state } } }',
    );
  });
  afterAll(() => app.close());

  it('run together, and each gets its own rows', async () => {
    const answers = await Promise.all(
      Array.from({ length: 120 }, async (_, index) => {
        const rows = 1 + (index % 3);
        const x = Array.from({ length: rows }, (_row, row) => [index, row]).flat();
        return { index, rows, answer: await succeed<Answer>(app, INFER, { x, rows }) };
      }),
    );
    for (const { index, rows, answer } of answers) {
      const [output] = answer.outputs;
      expect(output?.shape).toEqual([rows, 1]);
      for (const [row, value] of (output?.data ?? []).entries())
        expect(value).toBeCloseTo((index + row) / 2, 9);
      expect(output?.data).toHaveLength(rows);
    }
    const sizes = answers.map(({ answer }) => answer.timing.batchSize);
    expect(Math.max(...sizes)).toBeGreaterThan(3);
    expect(Math.max(...sizes)).toBeLessThanOrEqual(32);
  });

  it('are told on the deployment whether they do', async () => {
    const { deployment } = await ask<{ deployment: { batching: { maxDifference: number } } }>(
      app,
      '{ deployment(name: "rows") { batching { enabled reason maxBatchSize maxDifference } } }',
    );
    expect(deployment.batching).toMatchObject({ enabled: true, reason: null, maxBatchSize: 32 });
    expect(deployment.batching.maxDifference).toBeLessThan(1e-12);
  });
});
