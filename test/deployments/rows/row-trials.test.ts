import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { proveBatching, type Batching } from '../../src/deployments/batch-proof.js';
import { largestDifference } from '../../src/deployments/compare-answers.js';
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

  async function prove(name: string, build: (graph: GraphBuilder) => void, opset = 17): Promise<Batching> {
    const graph = new GraphBuilder(name, { opset });
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

  const alike = 'Its answers to made-up inputs are all alike, so nothing shows that it treats rows apart';

  it('of text, of numerals that a graph may calculate with', async () => {
    const copied = await prove('text', (graph) => {
      graph.input('x', 'BYTES', ['batch', 2]);
      graph.node('Identity', ['x'], {}, ['y']);
      graph.output('y', 'BYTES', ['batch', 2]);
    });
    expect(copied).toEqual({ enabled: true, maxBatchSize: 32, maxDifference: 0 });
    const cast = await prove('numerals', (graph) => {
      graph.input('x', 'BYTES', ['batch']);
      graph.node('Cast', ['x'], { to: 1n }, ['y']);
      graph.output('y', 'FP32', ['batch']);
    });
    expect(cast).toEqual({ enabled: true, maxBatchSize: 32, maxDifference: 0 });
  });

  it('proves nothing by answers that are all alike', async () => {
    const unknownWords = await prove(
      'labels',
      (graph) => {
        graph.input('x', 'BYTES', ['batch']);
        graph.constant('word', 'BYTES', [1], ['benzene']);
        graph.node('Equal', ['x', 'word'], {}, ['y']);
        graph.output('y', 'BOOL', ['batch']);
      },
      19,
    );
    expect(unknownWords).toEqual({ enabled: false, reason: alike });
    const notNumbers = await prove('not-a-number', (graph) => {
      graph.input('x', 'FP32', ['batch']);
      graph.node('Sqrt', [graph.node('Neg', [graph.node('Exp', ['x'])])], {}, ['y']);
      graph.output('y', 'FP32', ['batch']);
    });
    expect(notNumbers).toEqual({ enabled: false, reason: alike });
  });

  it('finds out rows that are mixed only beyond a threshold', async () => {
    const proof = await prove('threshold', (graph) => {
      graph.input('x', 'FP32', ['batch', 2]);
      graph.constant('limit', 'FP32', [], [50]);
      const beyond = graph.node('Cast', [graph.node('Greater', ['x', 'limit'])], { to: 1n });
      graph.node('ReduceMax', [beyond], { axes: [0n], keepdims: 1n }, ['any']);
      graph.node('Sub', [beyond, 'any'], {}, ['y']);
      graph.output('y', 'FP32', ['batch', 2]);
    });
    expect(proof).toMatchObject({
      enabled: false,
      reason: expect.stringContaining('differently than alone'),
    });
  });

  it('never divides by an integer that is zero, which would end the process', async () => {
    const proof = await prove('quotient', (graph) => {
      graph.input('x', 'INT32', ['batch', 40]);
      graph.constant('dividend', 'INT32', [], [1000]);
      graph.node('Div', ['dividend', 'x'], {}, ['y']);
      graph.output('y', 'INT32', ['batch', 40]);
    });
    expect(proof).toEqual({ enabled: true, maxBatchSize: 32, maxDifference: 0 });
  });

  it.each([
    ['a table of two rows', 2],
    ['a table of three rows', 3],
  ])('takes indices that fit %s', async (_, rows) => {
    const proof = await prove(`table-${rows}`, (graph) => {
      graph.input('x', 'INT64', ['batch']);
      graph.constant('table', 'FP32', [rows, 2], [1, 2, 3, 4, 5, 6].slice(0, 2 * rows));
      graph.node('Gather', ['table', 'x'], {}, ['y']);
      graph.output('y', 'FP32', ['batch', 2]);
    });
    expect(proof).toEqual({ enabled: true, maxBatchSize: 32, maxDifference: 0 });
  });

  it('makes variable dimensions large enough for a window', async () => {
    const proof = await prove('window', (graph) => {
      graph.input('x', 'FP32', ['batch', 1, 'height', 'width']);
      graph.node('AveragePool', ['x'], { kernel_shape: [3n, 3n] }, ['y']);
      graph.output('y', 'FP32', ['batch', 1, -1, -1]);
    });
    expect(proof).toMatchObject({ enabled: true, maxBatchSize: 32 });
  });

  it('gives the reason when the graph takes nothing that was made up', async () => {
    const proof = await prove('refusing', (graph) => {
      graph.input('x', 'FP32', ['batch', 3]);
      graph.constant('shape', 'INT64', [2], [-1n, 1000n]);
      graph.node('Reshape', ['x', 'shape'], {}, ['y']);
      graph.output('y', 'FP32', ['batch', 1000]);
    });
    expect(proof).toMatchObject({
      enabled: false,
      reason: expect.stringMatching(/^It could not be tried with made-up inputs: .*Reshape/),
    });
  });

  it('compares half floats by value, not by their bits', async () => {
    const proof = await prove('half', (graph) => {
      graph.input('x', 'FP16', ['batch', 8]);
      graph.node('Identity', ['x'], {}, ['y']);
      graph.output('y', 'FP16', ['batch', 8]);
    });
    expect(proof).toEqual({ enabled: true, maxBatchSize: 32, maxDifference: 0 });
    const [zero, one] = [0x0000, 0x3c00];
    const half = (bits: number) => [
      { name: 'y', datatype: 'FP16' as const, shape: [1], data: Uint16Array.of(bits) },
    ];
    expect(largestDifference(half(zero), half(0x8000))).toBe(0);
    expect(largestDifference(half(one), half(one + 1))).toBeCloseTo(2 ** -10, 12);
    expect(largestDifference(half(one), half(one + 4))).toBeNull();
  });
});
