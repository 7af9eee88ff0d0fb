import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gradientOutput, writeGradientGraph } from '../../../src/explain/gradients/gradient-graph.js';
import { GraphBuilder } from '../../../src/onnx/index.js';
import { runAllDirectly, type DirectTensor } from '../../api/support/direct-run.js';

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'retort-gradients-'));
});
afterAll(() => rmSync(folder, { recursive: true }));

interface Case {
  readonly what: string;
  /** Of one row. */
  readonly shape: readonly number[];
  readonly opset?: number;
  /** The runtime has no such operator for float64. */
  readonly isSingle?: boolean;
  readonly build: (graph: GraphBuilder) => string;
}

const reals = (count: number, seed: number) => Array.from({ length: count }, (_, at) => Math.sin(12.9898 * (at + 1) + seed)); // prettier-ignore
let made = 0;
const weights = (graph: GraphBuilder, shape: readonly number[], seed = 1, type: 'FP32' | 'FP64' = 'FP64') =>
  graph.constant(`w${made++}`, type, shape, reals(shape.reduce((a, b) => a * b, 1), seed)); // prettier-ignore
const whole = (graph: GraphBuilder, values: readonly number[]) =>
  graph.constant(`i${made++}`, 'INT64', [values.length], values.map(BigInt));
const unary = (operator: string, attributes: Record<string, number | bigint> = {}): Case => ({
  what: operator,
  shape: [4],
  build: (graph) => graph.node(operator, ['x'], attributes),
});
const positive = (operator: string): Case => ({
  what: operator,
  shape: [4],
  build: (graph) => graph.node(operator, [graph.node('Exp', ['x'])]),
});
const two = (operator: string, shape: readonly number[]): Case => ({
  what: `${operator} with [${shape.join(',')}]`,
  shape: [3, 1],
  build: (graph) => graph.node(operator, [graph.node(operator, ['x', weights(graph, shape, 3)]), graph.node('Exp', ['x'])]), // prettier-ignore
});

const cases: Case[] = [
  ...['Neg', 'Abs', 'Exp', 'Sin', 'Cos', 'Sigmoid', 'Tanh', 'Relu', 'Identity'].map((operator) =>
    unary(operator),
  ),
  ...['Erf', 'Softplus', 'Selu'].map((operator) => ({ ...unary(operator), isSingle: true })), // prettier-ignore
  unary('LeakyRelu', { alpha: 0.3 }),
  { ...unary('Elu', { alpha: 0.7 }), isSingle: true },
  { ...unary('Gelu'), opset: 20, isSingle: true },
  ...['Log', 'Sqrt', 'Reciprocal'].map(positive),
  unary('Softmax'),
  unary('LogSoftmax'),
  ...['Add', 'Sub', 'Mul', 'Div'].flatMap((operator) => [[1], [4], [3, 4], [2, 3, 4]].map((shape) => two(operator, shape))), // prettier-ignore
  { what: 'Pow', shape: [4], build: (graph) => graph.node('Pow', [graph.node('Exp', ['x']), graph.node('Sigmoid', ['x'])]) }, // prettier-ignore
  { what: 'Clip', shape: [4], build: (graph) => graph.node('Clip', ['x', graph.constant('lo', 'FP64', [], [-0.4]), graph.constant('hi', 'FP64', [], [0.5])]) }, // prettier-ignore
  { what: 'Where', shape: [4], build: (graph) => graph.node('Where', [graph.node('Greater', ['x', graph.constant('z', 'FP64', [], [0.1])]), graph.node('Exp', ['x']), weights(graph, [4])]) }, // prettier-ignore
  { what: 'MatMul and Gemm', shape: [4], build: (graph) => graph.node('Gemm', [graph.node('MatMul', ['x', weights(graph, [4, 3])]), weights(graph, [2, 3]), weights(graph, [2])], { transB: 1n, alpha: 0.5, beta: 2 }) }, // prettier-ignore
  {
    what: 'attention',
    shape: [3, 4],
    build: (graph) => {
      const project = (seed: number) => graph.node('MatMul', ['x', weights(graph, [4, 4], seed)]);
      const heads = (value: string) => graph.node('Transpose', [graph.node('Reshape', [value, whole(graph, [0, 3, 2, 2])])], { perm: [0n, 2n, 1n, 3n] }); // prettier-ignore
      const [query, key, value] = [heads(project(1)), heads(project(2)), heads(project(3))];
      const scores = graph.node('MatMul', [
        query,
        graph.node('Transpose', [key], { perm: [0n, 1n, 3n, 2n] }),
      ]);
      return graph.node('Transpose', [graph.node('MatMul', [graph.node('Softmax', [scores]), value])], { perm: [0n, 2n, 1n, 3n] }); // prettier-ignore
    },
  },
  { what: 'LayerNormalization', shape: [2, 4], build: (graph) => graph.node('LayerNormalization', ['x', weights(graph, [4]), weights(graph, [4])]) }, // prettier-ignore
  { what: 'BatchNormalization', shape: [3, 2], build: (graph) => graph.node('BatchNormalization', ['x', weights(graph, [3]), weights(graph, [3]), weights(graph, [3]), graph.constant('v', 'FP64', [3], [1, 2, 3])]) }, // prettier-ignore
  { what: 'Concat, Split, Slice', shape: [4], build: (graph) => {
    graph.node('Split', [graph.node('Concat', ['x', graph.node('Exp', ['x'])], { axis: 1n }), whole(graph, [3, 5])], { axis: 1n }, ['first', 'second']); // prettier-ignore
    return graph.node('Slice', ['second', whole(graph, [4]), whole(graph, [-9]), whole(graph, [1]), whole(graph, [-2])]);
  } }, // prettier-ignore
  { what: 'Gather twice', shape: [4], build: (graph) => graph.node('Gather', ['x', whole(graph, [2, 0, 2])], { axis: 1n }) }, // prettier-ignore
  { what: 'Pad', shape: [4], build: (graph) => graph.node('Pad', ['x', whole(graph, [0, 2, 0, 1])]) },
  { what: 'ReduceSum, ReduceMean, ReduceMax', shape: [3, 2], build: (graph) => {
    const sum = graph.node('ReduceSum', ['x', whole(graph, [2])], { keepdims: 0n });
    const mean = graph.node('ReduceMean', ['x'], { axes: [-1n], keepdims: 0n });
    const most = graph.node('ReduceMax', ['x'], { axes: [2n], keepdims: 0n });
    return graph.node('Concat', [graph.node('Mul', [sum, mean]), most], { axis: 1n });
  } }, // prettier-ignore
  { what: 'Squeeze, Unsqueeze, Expand, Flatten', shape: [1, 3], build: (graph) => {
    const wide = graph.node('Expand', [graph.node('Squeeze', ['x', whole(graph, [1])]), whole(graph, [1, 3])]);
    return graph.node('Flatten', [graph.node('Unsqueeze', [graph.node('Exp', [wide]), whole(graph, [2])])]);
  } }, // prettier-ignore
  ...[
    { kernel: [3], attributes: {} },
    { kernel: [3], attributes: { strides: [2n], pads: [1n, 0n] } },
    { kernel: [2], attributes: { strides: [3n], dilations: [2n], pads: [0n, 1n] } },
  ].map(({ kernel, attributes }): Case => ({ what: `Conv ${JSON.stringify(Object.keys(attributes))}`, isSingle: true, shape: [2, 8], build: (graph) => graph.node('Conv', ['x', weights(graph, [3, 2, ...kernel], 1, 'FP32'), weights(graph, [3], 1, 'FP32')], attributes) })), // prettier-ignore
  { what: 'Conv in groups, two-dimensional', isSingle: true, shape: [4, 5, 6], build: (graph) => graph.node('Conv', ['x', weights(graph, [6, 2, 3, 2], 1, 'FP32')], { group: 2n, strides: [2n, 2n], pads: [1n, 0n, 1n, 1n] }) }, // prettier-ignore
  { what: 'MaxPool, overlapping', shape: [2, 7], build: (graph) => graph.node('MaxPool', ['x'], { kernel_shape: [3n], strides: [2n] }) }, // prettier-ignore
  { what: 'GlobalAveragePool and GlobalMaxPool', isSingle: true, shape: [2, 5], build: (graph) => graph.node('Mul', [graph.node('GlobalAveragePool', ['x']), graph.node('GlobalMaxPool', ['x'])]) }, // prettier-ignore
];

const ROWS = 2;
const bytesOf = (values: readonly number[], isSingle: boolean) =>
  Buffer.from((isSingle ? Float32Array : Float64Array).from(values).buffer).toString('base64');
function valuesOf(tensor: DirectTensor | undefined): readonly number[] {
  const { buffer } = new Uint8Array(Buffer.from(tensor?.data ?? '', 'base64'));
  return Array.from(tensor?.type === 'float32' ? new Float32Array(buffer) : new Float64Array(buffer));
}

function model({ shape, opset = 17, isSingle = false, build }: Case): Uint8Array {
  const graph = new GraphBuilder('gradients', { opset });
  const type = isSingle ? 'FP32' : 'FP64';
  graph.input('x', type, ['rows', ...shape]);
  graph.node('Flatten', [graph.node('Mul', [build(graph), graph.constant('half', type, [], [0.5])])], {}, [
    'y',
  ]);
  graph.output('y', type, ['rows', 'any']);
  return graph.build();
}

describe('gradient graphs', () => {
  it('agree with central differences for every operator, row by row', async () => {
    const runs = cases.map((one, index) => {
      const isSingle = one.isSingle === true;
      const step = isSingle ? 4e-3 : 1e-5;
      const path = join(folder, `${index}.onnx`);
      const target = join(folder, `${index}-gradient.onnx`);
      writeFileSync(path, model(one));
      writeGradientGraph({ path, data: [], target, output: 'y', element: 1, isStacked: true, inputs: ['x'] }); // prettier-ignore
      const width = one.shape.reduce((a, b) => a * b, 1);
      // Away from 0, where some have a kink.
      const x = reals(ROWS * width, 5 + index).map((value) => value + 0.05 * Math.sign(value));
      const request = (values: readonly number[]) => [{ name: 'x', type: isSingle ? ('float32' as const) : ('float64' as const), dims: [ROWS, ...one.shape], data: bytesOf(values, isSingle) }]; // prettier-ignore
      const moved = x.flatMap((_, at) => [1, -1].map((sign) => request(x.map((value, place) => (place === at ? value + sign * step : value))))); // prettier-ignore
      return { model: readFileSync(target), requests: [request(x), ...moved], gradient: gradientOutput(0), width, step }; // prettier-ignore
    });
    const answers = await runAllDirectly(runs);
    for (const [index, { gradient, width, step }] of runs.entries()) {
      const [first, ...moved] = answers[index] ?? [];
      const found = valuesOf(first?.[gradient]);
      expect(found.length).toBe(ROWS * width);
      for (const [at, value] of found.entries()) {
        const row = Math.floor(at / width);
        const of = (answer: Record<string, DirectTensor> | undefined) => {
          const all = valuesOf(answer?.y);
          return all[(row * all.length) / ROWS + 1] ?? NaN;
        };
        const numeric = (of(moved[2 * at]) - of(moved[2 * at + 1])) / (2 * step);
        if (!(Math.abs(value - numeric) < (step < 1e-4 ? 1e-6 : 2e-3) * Math.max(1, Math.abs(numeric))))
          throw new Error(`${cases[index]?.what ?? ''}: expected ${numeric} at ${at}, got ${value}`);
      }
    }
  });

  it('name the operator that has none', () => {
    const path = join(folder, 'none.onnx');
    const write = () => writeGradientGraph({ path, data: [], target: `${path}.gradient`, output: 'y', element: 0, isStacked: true, inputs: ['x'] }); // prettier-ignore
    writeFileSync(path, model(unary('Asinh')));
    expect(write).toThrow('operator Asinh has no gradient here');
    writeFileSync(path, model({ ...unary('Exp'), opset: 11 }));
    expect(write).toThrow('operator set 11');
  });
});
