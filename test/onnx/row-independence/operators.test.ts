import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { GraphBuilder, type AttributeValue } from '../../../src/onnx/index.js';
import { type DataType } from '../../../src/tensors/index.js';
import { proveRows } from '../../../src/onnx/row-independence/prove-rows.js';

const folder = mkdtempSync(join(tmpdir(), 'retort-operators-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
let files = 0;

type Build = (graph: GraphBuilder) => void;

/** Why the rows of `y` are not proven independent; 'PROVEN' when they are. */
function verdict(build: Build, { opset = 17 }: { readonly opset?: number } = {}): string {
  const graph = new GraphBuilder('one', { opset, domains: { 'ai.onnx.ml': 3, 'com.microsoft': 1 } });
  build(graph);
  graph.output('y', 'FP32', ['rows']);
  const path = join(folder, `${(files += 1)}.onnx`);
  writeFileSync(path, graph.build());
  const proof = proveRows(path);
  return proof.proven ? 'PROVEN' : proof.reason;
}

/** One operator on x `[rows, 3]`, or on whatever shape is given. */
function one(
  op: string,
  attributes: Record<string, AttributeValue> = {},
  more: {
    readonly shape?: readonly (number | string)[];
    readonly opset?: number;
    readonly constants?: readonly (readonly [DataType, readonly number[], readonly number[]])[];
  } = {},
): string {
  return verdict(
    (graph) => {
      graph.input('x', 'FP32', more.shape ?? ['rows', 3]);
      const constants = (more.constants ?? []).map(([datatype, dims, values], index) =>
        graph.constant(`c${index}`, datatype, dims, datatype === 'INT64' ? values.map(BigInt) : values),
      );
      graph.node(op, ['x', ...constants], attributes, ['y']);
    },
    { opset: more.opset ?? 17 },
  ); // prettier-ignore
}

const floats = (...dims: number[]) => ['FP32', dims, Array.from({ length: dims.reduce((a, b) => a * b, 1) }, (_, index) => index)] as const; // prettier-ignore
const integers = (...values: number[]) => ['INT64', [values.length], values] as const;
const image = ['rows', 2, 4, 4];

describe('an operator that leaves rows alone is followed', () => {
  it.each<[string, () => string]>([
    ['Add of a bias', () => one('Add', {}, { constants: [floats(3)] })],
    ['Mul with a number for each row', () => one('Mul', {}, { shape: ['rows', 1], constants: [floats(1, 4)] })],
    ['MatMul with weights', () => one('MatMul', {}, { constants: [floats(3, 2)] })],
    ['Gemm with a turned factor', () => one('Gemm', { transB: 1n }, { constants: [floats(2, 3), floats(2)] })],
    ['Softmax along the columns', () => one('Softmax', { axis: -1n })],
    ['Softmax before opset 13, from axis 1', () => one('Softmax', { axis: 1n }, { opset: 11, shape: ['rows', 2, 3] })],
    ['ReduceMean of columns', () => one('ReduceMean', { axes: [1n] })],
    ['Conv of pictures', () => one('Conv', {}, { shape: image, constants: [floats(3, 2, 2, 2)] })],
    ['BatchNormalization', () => one('BatchNormalization', {}, { shape: image, constants: [floats(2), floats(2), floats(2), floats(2)] })],
    ['InstanceNormalization', () => one('InstanceNormalization', {}, { shape: image, constants: [floats(2), floats(2)] })],
    ['LRN', () => one('LRN', { size: 3n }, { shape: image })],
    ['Concat of columns', () => verdict((graph) => { graph.input('x', 'FP32', ['rows', 3]); graph.node('Concat', ['x', 'x'], { axis: 1n }, ['y']); })],
    ['Transpose there and back', () => verdict((graph) => { graph.input('x', 'FP32', ['rows', 3]); graph.node('Transpose', [graph.node('Transpose', ['x'])], {}, ['y']); })],
    ['Reshape of rows that have as many numbers', () => one('Reshape', {}, { shape: ['rows', 2, 3], constants: [integers(-1, 6)] })],
    ['TopK within rows', () => one('TopK', { axis: 1n }, { constants: [integers(1)] })],
    ['Slice of columns, to the end of the rows', () => one('Slice', {}, { constants: [integers(0, 1), integers(2 ** 31 - 1, 2)] })],
    ['LSTM over time', () => verdict((graph) => {
      graph.input('x', 'FP32', ['rows', 5, 3]);

      const weights = [[1, 8, 3], [1, 8, 2]].map((dims, index) => graph.constant(`w${index}`, 'FP32', dims, Array<number>(dims.reduce((a, b) => a * b, 1)).fill(0.1)));
      const inTime = graph.node('Transpose', ['x'], { perm: [1n, 0n, 2n] });
      graph.node('LSTM', [inTime, ...weights], { hidden_size: 2n }, ['all', 'last']);
      graph.node('Squeeze', ['last', graph.constant('first', 'INT64', [1], [0n])], {}, ['y']);
    })],
    ['a table that is looked up', () => verdict((graph) => { graph.input('x', 'INT64', ['rows', 4]); graph.node('Gather', [graph.constant('table', 'FP32', [5, 2], Array<number>(10).fill(1)), 'x'], {}, ['y']); })],
    ['Einsum that keeps the rows', () => verdict((graph) => { graph.input('x', 'FP32', ['rows', 3]); graph.node('Einsum', ['x', graph.constant('w', 'FP32', [3, 2], Array<number>(6).fill(1))], { equation: 'bi,io->bo' }, ['y']); })],
    ['trees', () => one('ai.onnx.ml.TreeEnsembleRegressor', { n_targets: 1n })],
    ['a scale that is stored', () => one('QuantizeLinear', {}, { constants: [['FP32', [], [0.1]]] })],
    ['fused com.microsoft parts', () => one('com.microsoft.BiasGelu', {}, { constants: [floats(3)] })],
    ['If on a constant condition', () => verdict((graph) => {
      graph.input('x', 'FP32', ['rows', 3]);
      const branch = (op: string) => { const body = new GraphBuilder(op, { opset: 17 }); body.node(op, [body.outer('x')], {}, [`${op}-out`]); body.output(`${op}-out`, 'FP32', ['rows', 3]); return body; };
      graph.node('If', [graph.constant('on', 'BOOL', [], [true])], { then_branch: branch('Relu'), else_branch: branch('Neg') }, ['y']);
    })],
    ['attention by parts, as exporters write it', () => verdict((graph) => {
      graph.input('x', 'FP32', ['rows', 'length', 8]);
      const int = (name: string, ...values: number[]) => graph.constant(name, 'INT64', [values.length], values.map(BigInt));
      const shape = graph.node('Shape', ['x']);
      const pick = (at: number) => graph.node('Gather', [shape, int(`at${at}`, at)]);
      const heads = graph.node('Concat', [pick(0), pick(1), int('heads', 2, 4)], { axis: 0n });
      const split = (name: string) => graph.node('Transpose', [graph.node('Reshape', [graph.node('MatMul', ['x', graph.constant(name, 'FP32', [8, 8], Array<number>(64).fill(0.1))]), heads])], { perm: [0n, 2n, 1n, 3n] });
      const scores = graph.node('Softmax', [graph.node('MatMul', [split('q'), graph.node('Transpose', [split('k')], { perm: [0n, 1n, 3n, 2n] })])], { axis: -1n });
      const mixed = graph.node('Transpose', [graph.node('MatMul', [scores, split('v')])], { perm: [0n, 2n, 1n, 3n] });
      graph.node('Reshape', [mixed, graph.node('Concat', [int('b', 0), int('l', 0), int('h', 8)], { axis: 0n })], {}, ['y']);
    })],
    ['zeros for each row, made by its number', () => verdict((graph) => {
      graph.input('x', 'FP32', ['rows', 3]);
      const count = graph.node('Gather', [graph.node('Shape', ['x']), graph.constant('zero', 'INT64', [1], [0n])]);
      const zeros = graph.node('ConstantOfShape', [graph.node('Concat', [count, graph.constant('three', 'INT64', [1], [3n])], { axis: 0n })]);
      graph.node('Add', ['x', zeros], {}, ['y']);
    })],
  ])('%s', (_name, prove) => expect(prove()).toBe('PROVEN')); // prettier-ignore
});

describe('an operator that lets rows meet ends the proof, by name', () => {
  const over = (graph: GraphBuilder) => graph.input('x', 'FP32', ['rows', 3]);
  it.each<[string, RegExp, () => string]>([
    ['ReduceMax over rows', /ReduceMax "node_0": it takes all rows together/, () => one('ReduceMax', { axes: [0n] })],
    ['ReduceMax over everything', /ReduceMax/, () => one('ReduceMax')],
    ['Softmax over rows', /Softmax/, () => one('Softmax', { axis: 0n })],
    ['Softmax before opset 13, from axis 0', /Softmax/, () => one('Softmax', { axis: 0n }, { opset: 11 })],
    ['ArgMax without an axis', /ArgMax/, () => one('ArgMax')],
    ['CumSum over rows', /CumSum/, () => one('CumSum', {}, { constants: [['INT64', [], [0]]] })],
    ['Add of as many constants as there may be rows', /Add .* not one for all/, () => one('Add', {}, { shape: ['rows'], constants: [floats(3)] })],
    ['rows laid across rows, [rows,3] + [rows]', /Add/, () => verdict((graph) => { over(graph); graph.input('z', 'FP32', ['rows']); graph.node('Add', ['x', 'z'], {}, ['y']); })],
    ['every row with every other', /MatMul .* every row meets every other/, () => verdict((graph) => { over(graph); graph.node('MatMul', ['x', graph.node('Transpose', ['x'])], {}, ['y']); })],
    ['MatMul that sums over rows', /MatMul .* sums over the rows/, () => verdict((graph) => { over(graph); graph.node('MatMul', [graph.node('Transpose', ['x']), 'x'], {}, ['y']); })],
    ['a scale made for all rows', /DynamicQuantizeLinear/, () => verdict((graph) => { over(graph); graph.node('DynamicQuantizeLinear', ['x'], {}, ['q', 's', 'z']); graph.node('DequantizeLinear', ['q', 's', 'z'], {}, ['y']); })],
    ['division by the number of rows', /number of rows reaches/, () => verdict((graph) => { over(graph); graph.node('Div', ['x', graph.node('Cast', [graph.node('Gather', [graph.node('Shape', ['x']), graph.constant('i', 'INT64', [], [0n])])], { to: 1n })], {}, ['y']); })],
    ['the place of a row among others', /Add/, () => verdict((graph) => {
      graph.input('x', 'INT64', ['rows']);
      const [zero, step] = [graph.constant('z', 'INT64', [], [0n]), graph.constant('s', 'INT64', [], [1n])];
      const count = graph.node('Gather', [graph.node('Shape', ['x']), zero]);
      graph.node('Add', ['x', graph.node('Range', [zero, count, step])], {}, ['y']);
    })],
    ['Squeeze that takes away a lone row’s axis', /Squeeze/, () => one('Squeeze', {}, { shape: ['rows', 3, 1] })],
    ['Reshape that cuts rows elsewhere', /Reshape/, () => one('Reshape', {}, { constants: [integers(-1, 2)] })],
    ['Transpose that leaves the rows last', /Output "y" has not one place for each row/, () => one('Transpose')],
    ['one random number more', /RandomNormalLike/, () => one('RandomNormalLike')],
    ['rows as the steps of an LSTM', /LSTM/, () => verdict((graph) => {
      graph.input('x', 'FP32', ['rows', 1, 3]);
      const weights = [[1, 8, 3], [1, 8, 2]].map((dims, index) => graph.constant(`w${index}`, 'FP32', dims, Array<number>(dims.reduce((a, b) => a * b, 1)).fill(0.1)));
      graph.node('LSTM', ['x', ...weights], { hidden_size: 2n }, ['y']);
    })],
    ['training BatchNormalization', /BatchNormalization/, () => one('BatchNormalization', { training_mode: 1n }, { constants: [floats(3), floats(3), floats(3), floats(3)] })],
    ['words that are left out', /StringNormalizer|Unique|NonZero/, () => one('NonZero')],
    ['an operator nobody knows', /com.example.Thing .* not followed/, () => one('com.example.Thing')],
    ['If on what a row holds', /If/, () => verdict((graph) => {
      graph.input('x', 'FP32', ['rows']);
      const branch = (op: string) => { const body = new GraphBuilder(op, { opset: 17 }); body.node(op, [body.outer('x')], {}, [`${op}-out`]); body.output(`${op}-out`, 'FP32', ['rows']); return body; };
      graph.node('If', [graph.node('Greater', ['x', graph.constant('zero', 'FP32', [], [0])])], { then_branch: branch('Relu'), else_branch: branch('Neg') }, ['y']);
    })],
    ['Loop that goes on as long as there are rows', /Loop .* as long as there are rows/, () => verdict((graph) => {
      over(graph);
      const body = new GraphBuilder('body', { opset: 17 });
      body.input('i', 'INT64', []); body.input('c', 'BOOL', []); body.input('s', 'FP32', ['rows', 3]);
      body.node('Identity', ['c'], {}, ['on']); body.node('Add', ['s', 's'], {}, ['new']);
      body.output('on', 'BOOL', []); body.output('new', 'FP32', ['rows', 3]);
      const count = graph.node('Gather', [graph.node('Shape', ['x']), graph.constant('z', 'INT64', [], [0n])]);
      graph.node('Loop', [count, '', 'x'], { body }, ['y']);
    })],
    ['an input of a fixed number of rows', /Input "x" has no variable first dimension/, () => one('Relu', {}, { shape: [4, 3] })],
    ['an output without rows', /Output "y" has no rows of its own/, () => verdict((graph) => { over(graph); graph.node('Identity', [graph.constant('c', 'FP32', [3], [1, 2, 3])], {}, ['y']); })],
  ])('%s', (_name, reason, prove) => expect(prove()).toMatch(reason)); // prettier-ignore
});
