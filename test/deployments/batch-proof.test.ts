import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { proveBatching, type Batching } from '../../src/deployments/batch-proof.js';
import { GraphBuilder, ModelInspector, RunnerPool } from '../../src/onnx/index.js';

describe('proof of batching', () => {
  let folder: string;
  const pool = new RunnerPool({ workers: 1 });
  const inspector = new ModelInspector();
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retort-proof-'));
  });
  afterAll(async () => {
    await Promise.all([pool.close(), inspector.close()]);
    await rm(folder, { recursive: true, force: true });
  });

  async function prove(name: string, build: (graph: GraphBuilder) => void): Promise<Batching> {
    const graph = new GraphBuilder(name, { opset: 17 });
    build(graph);
    const path = join(folder, `${name}.onnx`);
    await writeFile(path, graph.build());
    const { signature } = await inspector.inspect(path);
    const model = await pool.load(path);
    try {
      return await proveBatching(model, signature);
    } finally {
      await model.release();
    }
  }

  it('finds a row-wise graph batchable, to the bit', async () => {
    const proof = await prove('row-wise', (graph) => {
      graph.input('x', 'FP32', ['batch', 3]);
      graph.constant('w', 'FP32', [3, 2], [1, 2, 3, 4, 5, 6]);
      graph.node('MatMul', ['x', 'w'], {}, ['y']);
      graph.output('y', 'FP32', ['batch', 2]);
    });
    expect(proof).toEqual({ enabled: true, maxBatchSize: 32, maxDifference: 0 });
  });

  it('finds out a graph that mixes rows', async () => {
    const proof = await prove('mixing', (graph) => {
      graph.input('x', 'FP32', ['batch', 3]);
      graph.constant('axes', 'INT64', [1], [0]);
      graph.node('ReduceMax', ['x'], { axes: [0n], keepdims: 1n }, ['largest']);
      graph.node('Sub', ['x', 'largest'], {}, ['y']);
      graph.output('y', 'FP32', ['batch', 3]);
    });
    expect(proof).toEqual({
      enabled: false,
      reason: 'Joined with others, a request was answered differently than alone',
    });
  });

  it('says which tensor has no rows', async () => {
    const proof = await prove('fixed', (graph) => {
      graph.input('x', 'FP32', [1, 3]);
      graph.node('Relu', ['x'], {}, ['y']);
      graph.output('y', 'FP32', [1, 3]);
    });
    expect(proof).toEqual({
      enabled: false,
      reason: '"x" has no variable first dimension to join rows along',
    });
  });

  it('does not join inputs whose first dimensions are independent', async () => {
    const proof = await prove('independent', (graph) => {
      graph.input('a', 'FP32', ['n', 3]);
      graph.input('b', 'FP32', ['m', 3]);
      graph.node('Relu', ['a'], {}, ['y']);
      graph.node('Relu', ['b'], {}, ['z']);
      graph.output('y', 'FP32', ['n', 3]);
      graph.output('z', 'FP32', ['m', 3]);
    });
    expect(proof).toMatchObject({ enabled: false, reason: expect.stringContaining('independently') });
  });
});
