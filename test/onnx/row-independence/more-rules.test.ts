import { describe, expect, it } from '@jest/globals';
import type { GraphBuilder } from '../../../src/onnx/index.js';
import { floats, int, ints, verdict } from './verdict.js';

type Case = readonly [
  what: string,
  reason: RegExp,
  build: (graph: GraphBuilder) => void,
  shape?: readonly (number | string)[],
];

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
  ['CumSum along an axis from the end', /adds row to row/, (graph) => graph.node('CumSum', ['x', int(graph, 'axis', -2)], {}, ['y'])],
]; // prettier-ignore

describe('what lets rows meet is refused for its own reason', () => {
  it.each(cases)('%s', (_what, reason, build, x = ['rows', 3]) => expect(verdict(build, { x })).toMatch(reason)); // prettier-ignore
});
