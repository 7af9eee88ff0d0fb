import { describe, expect, it } from '@jest/globals';
import type { GraphBuilder } from '../../../src/onnx/index.js';
import { body, floats, int, ints, sizeOf, verdict, withFunctions, withOpset, type GraphOptions } from './verdict.js'; // prettier-ignore

type Case = readonly [what: string, build: (graph: GraphBuilder) => void, options?: GraphOptions];

/** Cuts x into rows as long as a size says: where it says another, there are more or fewer rows than were sent. */
const cutBy = (graph: GraphBuilder, size: string) =>
  graph.node('Reshape', ['x', graph.node('Concat', [ints(graph, 'all', -1), size], { axis: 0n })], {}, ['y']);

/** Softmax along the last axis of what may be a row of rows. */
const softmaxed = (graph: GraphBuilder, value: string) => {
  const column = graph.node('Softmax', [graph.node('Unsqueeze', [value, ints(graph, 'last', 1)])], {
    axis: -1n,
  });
  graph.node('Reshape', [column, ints(graph, 'column', -1, 1)], {}, ['y']);
};

/** The runtime answered each of these differently for another number of rows, or other rows beside, while they were called proven. */
const cases: readonly Case[] = [
  ['Squeeze with an empty list of axes', (graph) => graph.node('Squeeze', ['x', graph.constant('none', 'INT64', [0], [])], {}, ['y'])],
  ['the number of rows from an If whose branches differ in rank', (graph) => {
    const on = graph.node('IsNaN', [graph.constant('nan', 'FP32', [], [NaN])]);
    const rows = sizeOf(graph, 0);
    const lone = graph.node('Squeeze', [rows]);
    const branch = (name: string, dims: number[]) => body((inner) => { inner.node('Identity', [inner.outer(name)], {}, ['out']); inner.output('out', 'INT64', dims); });
    graph.node('Clip', ['x', graph.node('Cast', [graph.node('If', [on], { then_branch: branch(lone, []), else_branch: branch(rows, [1]) })], { to: 1n })], {}, ['y']);
  }],
  ['Einsum that lays an axis of one over a longer one', (graph) => {
    const wide = graph.node('Einsum', ['x', floats(graph, 'w', [1, 3])], { equation: 'bij,ij->bij' });
    graph.node('Reshape', [wide, ints(graph, 'all', -1, 3)], {}, ['y']);
  }, { x: ['rows', -1, 3] }],
  ['a size that was a truth value in between', (graph) => cutBy(graph, graph.node('Cast', [graph.node('Cast', [sizeOf(graph, 1)], { to: 9n })], { to: 7n })), { x: ['rows', -1] }],
  ['a size from the product of reals that the runtime rounds', (graph) => cutBy(graph, graph.node('Cast', [graph.node('Mul', [graph.constant('ten', 'FP32', [1], [10]), graph.constant('part', 'FP32', [1], [0.7])])], { to: 7n })), { x: ['rows', 6] }],
  ['a size from whole numbers that overflow', (graph) => {
    const [whole, limit] = [graph.constant('whole', 'INT32', [1], [65_536]), graph.constant('limit', 'INT32', [1], [2 ** 31 - 1])];
    const quotient = graph.node('Div', [graph.node('Mul', [whole, whole]), limit]);
    cutBy(graph, graph.node('Cast', [graph.node('Add', [quotient, graph.constant('one', 'INT32', [1], [1])])], { to: 7n }));
  }],
  ['a size from a remainder with the sign of the dividend', (graph) => cutBy(graph, graph.node('Add', [graph.node('Mod', [ints(graph, 'minus', -1), ints(graph, 'three', 3)], { fmod: 1n }), ints(graph, 'two', 2)])), { x: ['rows', 4] }],
  ['Resize by a scale that the runtime rounds', (graph) => {
    const wide = graph.node('Resize', ['x', '', graph.constant('scales', 'FP32', [3], [1, 1, 0.7])], { mode: 'nearest' });
    graph.node('Reshape', [wide, ints(graph, 'all', -1, 6)], {}, ['y']);
  }, { x: ['rows', 1, 10] }],
  ['constants in a Resize that keeps their proportions', (graph) => graph.node('Add', ['x', graph.node('Resize', [floats(graph, 'c', [2, 3]), '', '', ints(graph, 'sizes', 1, 6)], { mode: 'nearest', keep_aspect_ratio_policy: 'not_smaller' })], {}, ['y']), { opset: 18, x: ['rows', 6] }],
  ['CenterCropPad of columns to the number of rows', (graph) => graph.node('CenterCropPad', ['x', sizeOf(graph, 0)], { axes: [1n] }, ['y']), { opset: 18 }],
  ['AffineGrid as high as there are rows', (graph) => {
    const size = graph.node('Concat', [sizeOf(graph, 0), ints(graph, 'c', 1), sizeOf(graph, 0, 'again'), ints(graph, 'w', 2)], { axis: 0n });
    graph.node('AffineGrid', ['x', size], {}, ['y']);
  }, { opset: 20, x: ['rows', 2, 3] }],
  ['places of rows that a Loop lays beside one another', (graph) => {
    const places = graph.node('Range', [int(graph, 'from', 0), graph.node('Squeeze', [sizeOf(graph, 0)]), int(graph, 'by', 1)]);
    const rounds = body((inner) => {
      inner.input('i', 'INT64', []); inner.input('c', 'BOOL', []);
      inner.node('Identity', ['c'], {}, ['on']); inner.node('Identity', [inner.outer(places)], {}, ['out']);
      inner.output('on', 'BOOL', []); inner.output('out', 'INT64', ['rows']);
    });
    const stacked = graph.node('Loop', [int(graph, 'twice', 2), graph.constant('true', 'BOOL', [], [true])], { body: rounds });
    graph.node('Add', ['x', graph.node('Cast', [graph.node('Transpose', [stacked])], { to: 1n })], {}, ['y']);
  }, { x: ['rows', 2] }],
  ['features of a table of three dimensions', (graph) => {
    const places = graph.node('Reshape', [graph.node('Cast', ['x'], { to: 7n }), ints(graph, 'flat', -1)]);
    const found = graph.node('ai.onnx.ml.ArrayFeatureExtractor', [floats(graph, 'table', [1, 1, 5]), places]);
    softmaxed(graph, graph.node('Squeeze', [found, ints(graph, 'first', 0)]));
  }, { x: ['rows', 1] }],
  ['a feature of a table of one dimension', (graph) => {
    const found = graph.node('ai.onnx.ml.ArrayFeatureExtractor', [floats(graph, 'table', [5]), ints(graph, 'place', 2)]);
    softmaxed(graph, graph.node('Add', [graph.node('Reshape', ['x', ints(graph, 'flat', -1)]), found]));
  }, { x: ['rows', 1] }],
  ['the size of what a regressor says of one line', (graph) => cutBy(graph, graph.node('Gather', [graph.node('Shape', [graph.node('ai.onnx.ml.LinearRegressor', [floats(graph, 'c', [3])], { coefficients: [1, 1, 1], targets: 1n })]), ints(graph, 'zero', 0)]))],
  ['QLinearConv with the channels last', (graph) => {
    const [scale, zero] = [graph.constant('s', 'FP32', [], [0.1]), graph.constant('z', 'UINT8', [], [128])];
    const weights = graph.constant('w', 'UINT8', [3, 2, 1, 1], [1, 2, 3, 4, 5, 6]);
    const quantised = graph.node('com.microsoft.QLinearConv', [graph.node('QuantizeLinear', ['x', scale, zero]), scale, zero, weights, scale, zero, scale, zero], { channels_last: 1n });
    graph.node('Reshape', [graph.node('DequantizeLinear', [quantised, scale, zero]), ints(graph, 'all', -1, 30)], {}, ['y']);
  }, { x: ['rows', 4, 5, 2] }],
  ['ImageScaler with rows as channels', (graph) => {
    const turn = { perm: [1n, 0n, 2n, 3n] };
    graph.node('Transpose', [graph.node('ImageScaler', [graph.node('Transpose', ['x'], turn)], { bias: [1, 2], scale: 1 })], turn, ['y']);
  }, { opset: 8, x: ['rows', 1, 1, 1] }],
  ['MeanVarianceNormalization across channels, before opset 9', (graph) => {
    const one = graph.node('Reshape', ['x', ints(graph, 'picture', 1, -1, 3, 1)]);
    graph.node('Reshape', [graph.node('MeanVarianceNormalization', [one], { across_channels: 1n }), ints(graph, 'all', -1, 3)], {}, ['y']);
  }, { opset: 8 }],
  ['a function of another version than the model', (graph) => graph.node('Transpose', [graph.node('own.Thing', [graph.node('Transpose', ['x'])])], {}, ['y']), {
    opset: 11,
    edit: withFunctions([{ input: ['a'], output: ['b'], node: [{ op_type: 'Softmax', input: ['a'], output: ['b'], attribute: [{ name: 'axis', i: 0, type: 2 }] }] }], 13),
  }],
  ['a function of the name of an operator that has no rule', (graph) => graph.node('com.microsoft.CDist', ['x', 'x'], {}, ['y']), {
    edit: withFunctions([{ name: 'CDist', domain: 'com.microsoft', input: ['a', 'c'], output: ['b'], node: [{ op_type: 'Relu', input: ['a'], output: ['b'] }] }]),
  }],
  ['operators of a version that is not said', (graph) => graph.node('Relu', ['x'], {}, ['y']), { edit: withoutDefaultOpset }],
  ['operators of two versions', (graph) => graph.node('Relu', ['x'], {}, ['y']), { edit: withOpset('ai.onnx', 13) }],
  ['a function that is there twice', (graph) => graph.node('own.Thing', ['x'], {}, ['y']), {
    edit: withFunctions(['Relu', 'Neg'].map((op) => ({ input: ['a'], output: ['b'], node: [{ op_type: op, input: ['a'], output: ['b'] }] }))),
  }],
]; // prettier-ignore

describe('a graph whose answers were found to depend on the other rows is not proven', () => {
  // By one object each: a function that takes more than its row has would be given jest's callback.
  it.each(cases.map(([what, build, options]) => ({ what, build, options })))('$what', ({ build, options }) =>
    expect(verdict(build, options)).not.toBe('PROVEN'),
  );
});

describe('a Range of reals', () => {
  it('has no size that could be relied on', () => {
    // 0.7 in single precision, and its third: whether there are three or four is a matter of rounding.
    const reason = verdict((graph) => {
      const real = (name: string, value: number) => graph.constant(name, 'FP32', [], [value]);
      cutBy(graph, graph.node('Shape', [graph.node('Range', [real('from', 0.1), real('to', 0.7), real('by', 0.2)])])); // prettier-ignore
    });
    expect(reason).not.toBe('PROVEN');
  });
});

/** GraphBuilder writes it first of the opset imports: domain '' and a version. */
function withoutDefaultOpset(bytes: Uint8Array): Uint8Array {
  const whole = Buffer.from(bytes);
  const at = whole.indexOf(Buffer.from([0x42, 4, 0x0a, 0, 0x10]));
  return Buffer.concat([whole.subarray(0, at), whole.subarray(at + 6)]);
}
