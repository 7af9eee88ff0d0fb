import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../../src/deployments/settings/default-settings.js';
import { batchingOf, type Batching } from '../../../src/deployments/rows/batching.js';
import { largestDifference } from '../../../src/deployments/rows/compare-answers.js';
import { tryRows } from '../../../src/deployments/rows/row-trials.js';
import { verdictOf } from '../../../src/deployments/rows/row-verdict.js';
import { GraphBuilder } from '../../../src/onnx/index.js';
import { ModelInspector, RunnerPool } from '../../../src/runtime/index.js';

const PROVEN = {
  rows: { independence: 'PROVEN', reason: null },
  enabled: true,
  maxBatchSize: 32,
  maxDifference: 0,
};

describe('trials of rows', () => {
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

  /** What a publisher who declares it meets: the trials are all there is then. */
  async function declared(name: string, build: (graph: GraphBuilder) => void, opset = 17): Promise<Batching> {
    return prove(name, build, opset, true);
  }

  async function prove(
    name: string,
    build: (graph: GraphBuilder) => void,
    opset = 17,
    isDeclared = false,
  ): Promise<Batching> {
    const graph = new GraphBuilder(name, { opset });
    build(graph);
    const path = join(folder, `${name}.onnx`);
    await writeFile(path, graph.build());
    const { signature, rowProof } = await inspector.inspect(path);
    const model = await pool.load(path);
    try {
      const trials = await tryRows(model, signature, rowProof);
      return batchingOf(
        verdictOf(rowProof, isDeclared, trials),
        trials,
        signature,
        DEFAULT_SETTINGS.batching,
      );
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
    expect(proof).toEqual(PROVEN);
  });

  it('contradict whoever declares independent what mixes rows', async () => {
    const batching = await declared('mixing', (graph) => {
      graph.input('x', 'FP32', ['batch', 3]);
      graph.node('ReduceMax', ['x'], { axes: [0n], keepdims: 1n }, ['largest']);
      graph.node('Sub', ['x', 'largest'], {}, ['y']);
      graph.output('y', 'FP32', ['batch', 3]);
    });
    expect(batching).toMatchObject({
      rows: { independence: 'REFUTED', reason: expect.stringContaining('differently beside others') },
      enabled: false,
    });
  });

  it('says which tensor has no rows', async () => {
    const proof = await prove('fixed', (graph) => {
      graph.input('x', 'FP32', [1, 3]);
      graph.node('Relu', ['x'], {}, ['y']);
      graph.output('y', 'FP32', [1, 3]);
    });
    expect(proof).toMatchObject({
      rows: { independence: 'UNPROVEN' },
      enabled: false,
      reason: 'Input "x" has no variable first dimension for rows to lie along',
    });
  });

  it('join inputs whose first dimensions have different names, which say nothing', async () => {
    const proof = await prove('names', (graph) => {
      graph.input('a', 'FP32', ['n', 3]);
      graph.input('b', 'FP32', ['m', 3]);
      graph.node('Add', ['a', 'b'], {}, ['y']);
      graph.output('y', 'FP32', ['n', 3]);
    });
    expect(proof).toEqual(PROVEN);
  });

  it('of text, of numerals that a graph may calculate with', async () => {
    const copied = await prove('text', (graph) => {
      graph.input('x', 'BYTES', ['batch', 2]);
      graph.node('Identity', ['x'], {}, ['y']);
      graph.output('y', 'BYTES', ['batch', 2]);
    });
    expect(copied).toEqual(PROVEN);
    const cast = await prove('numerals', (graph) => {
      graph.input('x', 'BYTES', ['batch']);
      graph.node('Cast', ['x'], { to: 1n }, ['y']);
      graph.output('y', 'FP32', ['batch']);
    });
    expect(cast).toEqual(PROVEN);
  });

  it('leave the graph its word where answers are all alike', async () => {
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
    expect(unknownWords).toEqual(PROVEN);
  });

  it.each([
    ['a threshold', 50],
    ['the temperature of ice', 273.15],
    ['a threshold of thousands', 5_000],
  ])('find out rows that meet only beyond %s', async (_name, limit) => {
    const batching = await declared(`threshold-${limit}`, (graph) => {
      graph.input('x', 'FP32', ['batch', 2]);
      graph.constant('limit', 'FP32', [], [limit]);
      const beyond = graph.node('Cast', [graph.node('Greater', ['x', 'limit'])], { to: 1n });
      graph.node('ReduceMax', [beyond], { axes: [0n], keepdims: 1n }, ['any']);
      graph.node('Add', ['x', graph.node('Mul', ['x', 'any'])], {}, ['y']);
      graph.output('y', 'FP32', ['batch', 2]);
    });
    expect(batching).toMatchObject({ rows: { independence: 'REFUTED' }, enabled: false });
  });

  it('find out a softmax that subtracts the largest number of all rows', async () => {
    const batching = await declared('softmax', (graph) => {
      graph.input('x', 'FP32', ['batch', 3]);
      const largest = graph.node('ReduceMax', ['x'], { keepdims: 0n });
      const powers = graph.node('Exp', [graph.node('Sub', ['x', largest])]);
      const sum = graph.node('ReduceSum', [powers, graph.constant('axes', 'INT64', [1], [1n])]);
      graph.node('Div', [powers, sum], {}, ['y']);
      graph.output('y', 'FP32', ['batch', 3]);
    });
    expect(batching).toMatchObject({ rows: { independence: 'REFUTED' } });
  });

  it('find out a scale made for all rows together, as dynamic quantisation has', async () => {
    const batching = await declared('dynamic', (graph) => {
      graph.input('x', 'FP32', ['batch', 4]);
      graph.node('DynamicQuantizeLinear', ['x'], {}, ['q', 'scale', 'zero']);
      graph.node('DequantizeLinear', ['q', 'scale', 'zero'], {}, ['y']);
      graph.output('y', 'FP32', ['batch', 4]);
    });
    expect(batching).toMatchObject({ rows: { independence: 'REFUTED' } });
  });

  it('say nothing against extreme values that only round', async () => {
    const wide = await prove('cancelling', (graph) => {
      graph.input('x', 'FP32', ['batch', 64]);
      const w = Float32Array.from({ length: 64 * 64 }, (_, index) => Math.sin(index * 12.9898) * 10);
      graph.node('MatMul', [graph.node('Mul', ['x', 'x']), graph.constant('w', 'FP32', [64, 64], w)], {}, [
        'y',
      ]);
      graph.output('y', 'FP32', ['batch', 64]);
    });
    expect(wide).toMatchObject({ rows: { independence: 'PROVEN' }, enabled: true });
  });

  it('never divides by an integer that is zero, which would end the process', async () => {
    const proof = await prove('quotient', (graph) => {
      graph.input('x', 'INT32', ['batch', 40]);
      graph.constant('dividend', 'INT32', [], [1000]);
      graph.node('Div', ['dividend', 'x'], {}, ['y']);
      graph.output('y', 'INT32', ['batch', 40]);
    });
    expect(proof).toEqual(PROVEN);
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
    expect(proof).toEqual(PROVEN);
  });

  it('makes variable dimensions large enough for a window', async () => {
    const proof = await prove('window', (graph) => {
      graph.input('x', 'FP32', ['batch', 1, 'height', 'width']);
      graph.node('AveragePool', ['x'], { kernel_shape: [3n, 3n] }, ['y']);
      graph.output('y', 'FP32', ['batch', 1, -1, -1]);
    });
    expect(proof).toMatchObject({ enabled: true, maxBatchSize: 32 });
  });

  it('say nothing where the graph takes nothing that was made up', async () => {
    const refusing = (graph: GraphBuilder) => {
      graph.input('x', 'FP32', ['batch', 3]);
      graph.constant('shape', 'INT64', [2], [-1n, 1000n]);
      graph.node('Reshape', ['x', 'shape'], {}, ['y']);
      graph.output('y', 'FP32', ['batch', 1000]);
    };
    expect(await prove('refusing', refusing)).toMatchObject({
      rows: { independence: 'UNPROVEN', reason: expect.stringContaining('Reshape') },
      enabled: false,
    });
    expect(await declared('refusing-declared', refusing)).toMatchObject({
      rows: { independence: 'DECLARED', reason: expect.stringContaining('Reshape') },
      enabled: true,
      maxDifference: null,
    });
  });

  it('compares half floats by value, not by their bits', async () => {
    const proof = await prove('half', (graph) => {
      graph.input('x', 'FP16', ['batch', 8]);
      graph.node('Identity', ['x'], {}, ['y']);
      graph.output('y', 'FP16', ['batch', 8]);
    });
    expect(proof).toEqual(PROVEN);
    const [zero, one] = [0x0000, 0x3c00];
    const half = (bits: number) => [
      { name: 'y', datatype: 'FP16' as const, shape: [1], data: Uint16Array.of(bits) },
    ];
    expect(largestDifference(half(zero), half(0x8000))).toBe(0);
    expect(largestDifference(half(one), half(one + 1))).toBeCloseTo(2 ** -10, 12);
    expect(largestDifference(half(one), half(one + 4))).toBeNull();
  });
});
