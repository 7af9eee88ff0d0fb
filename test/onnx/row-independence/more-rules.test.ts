import { describe, expect, it } from '@jest/globals';
import type { GraphBuilder } from '../../../src/onnx/index.js';
import { body, floats, int, ints, sizeOf, verdict } from './verdict.js';

type Case = readonly [
  what: string,
  reason: RegExp,
  build: (graph: GraphBuilder) => void,
  shape?: readonly (number | string)[],
];

type Wide = 'INT32' | 'INT64' | 'FP32';
const CODES = { FP32: 1n, INT32: 6n, INT64: 7n };

/** The product of sizes of x, by their axes, and a factor, in a type. */
function product(graph: GraphBuilder, type: Wide, axes: readonly number[], factor = 1): string {
  const factors = axes.map((axis, index) => sizeOf(graph, axis, `axis${axis}${index}`));
  if (factor !== 1) factors.push(ints(graph, 'factor', factor));
  const [first = '', ...others] = factors.map((name) => graph.node('Cast', [name], { to: CODES[type] }));
  return others.reduce((one, other) => graph.node('Mul', [one, other]), first);
}

/** x; less the largest of all rows where the condition holds. */
function mixedWhere(graph: GraphBuilder, condition: string): void {
  const mixing = body((inner) => {
    const x = inner.outer('x');
    inner.node('Sub', [x, inner.node('ReduceMax', [x], { axes: [0n] })], {}, ['then']);
    inner.output('then', 'FP32', []);
  });
  const same = body((inner) => {
    inner.node('Identity', [inner.outer('x')], {}, ['else']);
    inner.output('else', 'FP32', []);
  });
  graph.node('If', [condition], { then_branch: mixing, else_branch: same }, ['y']);
}

/** Where the number is below -1, which no product of sizes is that keeps within its type. */
function mixedWhereNegative(graph: GraphBuilder, type: Wide, number: string): void {
  const least = type === 'INT64' ? ints(graph, 'least', -1) : graph.constant('least', type, [1], [-1]);
  mixedWhere(graph, graph.node('Less', [number, least]));
}

/** Inputs 0 to 10 of com.microsoft.GroupQueryAttention. */
function grouped(graph: GraphBuilder): string[] {
  return ['x', 'x', 'x', '', '', graph.node('Cast', [graph.node('ReduceMax', ['x'], { axes: [1n, 2n], keepdims: 0n })], { to: CODES.INT32 }), ints(graph, 'total', 2), '', '', '', '']; // prettier-ignore
}

/** Each is refused by one line of a rule, and by none other. */
const cases: readonly Case[] = [
  ['Gather of rows', /takes some of the rows/, (graph) => graph.node('Gather', ['x', ints(graph, 'first', 0, 0)], {}, ['y'])],
  ['GatherElements among rows', /looked up among rows/, (graph) => graph.node('GatherElements', ['x', graph.node('Cast', ['x'], { to: 7n })], { axis: 0n }, ['y'])],
  ['ScatterND to where rows say', /where it writes/, (graph) => {
    const turn = (name: string) => graph.node('Transpose', [name]);
    const places = graph.node('Cast', [graph.node('Unsqueeze', [turn('x'), ints(graph, 'last', -1)])], { to: 7n });
    graph.node('Transpose', [graph.node('ScatterND', [turn('x'), places, graph.node('Transpose', [graph.node('Unsqueeze', ['x', ints(graph, 'deep', -1)])])])], {}, ['y']);
  }],
  ['Split of rows', /divides the rows/, (graph) => graph.node('Split', ['x', ints(graph, 'parts', 1, 1)], { axis: 0n }, ['y', 'z'])],
  ['Pad ahead of rows', /adds to the rows/, (graph) => graph.node('Pad', ['x', ints(graph, 'pads', 1, 0, 0, 0)], {}, ['y'])],
  ['Concat of columns beside constants', /no row of its own/, (graph) => graph.node('Concat', ['x', floats(graph, 'c', [3, 1])], { axis: 1n }, ['y'])],
  ['LayerNormalization from the rows on', /mean and variance over the rows/, (graph) => graph.node('LayerNormalization', ['x', floats(graph, "s", [3])], { axis: 0n }, ['y'])],
  ['BatchNormalization with rows as channels', /along the channels/, (graph) => {
    const statistics = ['a', 'b', 'c', 'd'].map((name) => floats(graph, name, [3]));
    graph.node('Transpose', [graph.node('BatchNormalization', [graph.node('Transpose', ['x']), ...statistics])], {}, ['y']);
  }],
  ['a scale for each row', /a scale of its own/, (graph) => graph.node('QuantizeLinear', ['x', floats(graph, 's', [3])], { axis: 0n }, ['y'])],
  ['LSTM whose state lies along its directions', /rows of its state lie along axis 0/, (graph) => {
    const time = graph.node('Transpose', ['x'], { perm: [1n, 0n, 2n] });
    const state = graph.node('Slice', ['x', ints(graph, 'from', 0, 0), ints(graph, 'to', 1, 2), ints(graph, 'axes', 1, 2)]);
    graph.node('LSTM', [time, floats(graph, 'w', [1, 8, 3]), floats(graph, 'r', [1, 8, 2]), '', '', state], { hidden_size: 2n }, ['all', 'last']);
    graph.node('Squeeze', ['last', ints(graph, 'first', 0)], {}, ['y']);
  }, ['rows', 5, 3]],
  ['MaxPool that tells places', /indices count the rows before/, (graph) => graph.node('MaxPool', ['x'], { kernel_shape: [2n] }, ['z', 'y']), ['rows', 1, 4]],
  ['attention with a mask of several rows', /mask is not one for all rows/, (graph) => graph.node('com.microsoft.MultiHeadAttention', ['x', 'x', 'x', '', '', floats(graph, 'mask', [2, 1, 2, 2])], { num_heads: 1n }, ['y']), ['rows', 2, 4]],
  ['attention with an input of a later version', /more than 9 inputs/, (graph) => graph.node('com.microsoft.MultiHeadAttention', ['x', 'x', 'x', '', '', '', '', '', '', 'x'], { num_heads: 1n }, ['y']), ['rows', 2, 4]],
  ['grouped attention with an input of a later version', /more than 12 inputs/, (graph) => graph.node('com.microsoft.GroupQueryAttention', [...grouped(graph), floats(graph, 'sink', [1]), 'x'], { num_heads: 1n, kv_num_heads: 1n }, ['y']), ['rows', 2, 4]],
  ['attention with weights and an input of a later version', /more than 7 inputs/, (graph) => graph.node('com.microsoft.Attention', ['x', floats(graph, 'w', [4, 12]), '', '', '', '', '', 'x'], { num_heads: 1n }, ['y']), ['rows', 2, 4]],
  ['MatMulBnb4 by weights the other way round', /the other way round/, (graph) => graph.node('com.microsoft.MatMulBnb4', ['x', ints(graph, 'w', 1, 2), floats(graph, 's', [1])], { K: 3n, N: 3n, block_size: 16n, quant_type: 0n, transB: 0n }, ['y'])],
  ['rows times a size times more, beyond 32 bits', /number of rows decides/, (graph) => mixedWhereNegative(graph, 'INT32', product(graph, 'INT32', [0, 1], 2)), ['rows', 'length']],
  ['sizes beyond 32 bits', /takes all rows together/, (graph) => mixedWhereNegative(graph, 'INT32', product(graph, 'INT32', [1, 2])), ['rows', 'length', 'width']],
  ['a size times a number beyond 32 bits', /takes all rows together/, (graph) => mixedWhereNegative(graph, 'INT32', product(graph, 'INT32', [1], 40_000)), ['rows', 'length']],
  ['a product cast to 32 bits', /takes all rows together/, (graph) => mixedWhereNegative(graph, 'INT32', graph.node('Cast', [product(graph, 'INT64', [1, 2])], { to: CODES.INT32 })), ['rows', 'length', 'width']],
  ['a product reduced in 32 bits', /takes all rows together/, (graph) => {
    const sizes = graph.node('Concat', [product(graph, 'INT32', [1]), graph.node('Cast', [sizeOf(graph, 2, 'two')], { to: CODES.INT32 })], { axis: 0n });
    mixedWhereNegative(graph, 'INT32', graph.node('ReduceProd', [sizes], { axes: [0n] }));
  }, ['rows', 'length', 'width']],
  ['sizes beyond 64 bits', /takes all rows together/, (graph) => mixedWhereNegative(graph, 'INT64', product(graph, 'INT64', [1, 2, 3])), ['rows', 'one', 'two', 'three']],
  ['two sizes times a number beyond 64 bits', /takes all rows together/, (graph) => mixedWhereNegative(graph, 'INT64', product(graph, 'INT64', [1, 2], 20_000)), ['rows', 'one', 'two']],
  ['rows times rows', /number of rows decides/, (graph) => mixedWhereNegative(graph, 'INT64', product(graph, 'INT64', [0, 0])), ['rows', 3]],
  ['sizes that reals round', /takes all rows together/, (graph) => {
    const rounded = graph.node('Cast', [product(graph, 'FP32', [1, 2])], { to: CODES.INT64 });
    const off = graph.node('Sub', [rounded, product(graph, 'INT64', [2, 1])]);
    mixedWhere(graph, graph.node('Not', [graph.node('Equal', [off, ints(graph, 'nothing', 0)])]));
  }, ['rows', 'length', 'width']],
  ['CumSum along an axis from the end', /adds row to row/, (graph) => graph.node('CumSum', ['x', int(graph, 'axis', -2)], {}, ['y'])],
]; // prettier-ignore

describe('what lets rows meet is refused for its own reason', () => {
  it.each(cases)('%s', (_what, reason, build, x = ['rows', 3]) => expect(verdict(build, { x })).toMatch(reason)); // prettier-ignore
});

describe('sizes that fit their type', () => {
  it.each([
    { what: 'rows times a size, in 32 bits', type: 'INT32', axes: [0, 1], factor: 1 },
    { what: 'rows times a number, in 32 bits', type: 'INT32', axes: [0], factor: 60_000 },
    { what: 'rows times sizes times a number, in 64 bits', type: 'INT64', axes: [0, 1, 2], factor: 4_096 },
  ] as const)('are never negative: $what', ({ type, axes, factor }) => {
    const x = ['rows', 'length', 'width'];
    expect(verdict((graph) => mixedWhereNegative(graph, type, product(graph, type, axes, factor)), { x })).toBe('PROVEN'); // prettier-ignore
  });
});

describe('before opset 7, when a parameter was laid along the axis of the channels or one that was named', () => {
  /** Rows along axis 1, where the slopes of PRelu lay: with three rows, each would have its own. */
  const turned = (operator: string, opset: number) =>
    verdict(
      (graph) => {
        const among = graph.node('Transpose', ['x'], { perm: [1n, 0n, 2n] });
        const laid = graph.node(operator, [among, floats(graph, 'c', [3])]);
        graph.node('Transpose', [laid], { perm: [1n, 0n, 2n] }, ['y']);
      },
      { opset, x: ['rows', 2, 3] },
    );

  it.each(['PRelu', 'Add', 'Mul', 'Pow'].map((operator) => ({ operator })))(
    '$operator is not followed',
    ({ operator }) => {
      expect(turned(operator, 6)).toMatch(new RegExp(`${operator}.* before opset 7`));
      expect(turned(operator, 7)).toBe('PROVEN');
    },
  );

  it('Gemm is not followed', () => {
    const gemm = (opset: number) => verdict((graph) => graph.node('Gemm', ['x', floats(graph, 'w', [3, 2]), floats(graph, 'b', [2])], {}, ['y']), { opset }); // prettier-ignore
    expect(gemm(6)).toMatch(/Gemm.* before opset 7/);
    expect(gemm(7)).toBe('PROVEN');
  });

  it('BatchNormalization is not followed, which took mean and variance over all rows unless it was told', () => {
    const normalised = (opset: number) => verdict((graph) => graph.node('BatchNormalization', ['x', ...['s', 'b', 'm', 'v'].map((name) => floats(graph, name, [3]))], {}, ['y']), { opset }); // prettier-ignore
    expect(normalised(6)).toMatch(/BatchNormalization.* before opset 7/);
    expect(normalised(7)).toBe('PROVEN');
  });

  it('Dropout is not followed, which drew at random unless it was told', () => {
    const dropped = (opset: number) => verdict((graph) => graph.node('Dropout', ['x'], {}, ['y']), { opset });
    expect(dropped(6)).toMatch(/Dropout.* before opset 7/);
    expect(dropped(7)).toBe('PROVEN');
  });

  it('what has one operand is followed', () =>
    expect(verdict((graph) => graph.node('Relu', ['x'], {}, ['y']), { opset: 6 })).toBe('PROVEN'));
});
