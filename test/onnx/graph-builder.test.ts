import { describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../src/onnx/index.js';
import { oneNode, perceptron } from './awkward-models.js';

describe('GraphBuilder', () => {
  it('gives the same bytes for the same calls', () => {
    expect(Buffer.from(perceptron()).equals(perceptron())).toBe(true);
    expect(Buffer.from(oneNode('Relu')).equals(oneNode('Tanh'))).toBe(false);
  });

  it.each<[string, (graph: GraphBuilder) => void, string]>([
    ['an unknown input', (graph) => graph.node('Relu', ['z']), 'Relu: unknown input "z"'],
    ['a name given twice', (graph) => graph.input('x', 'FP32', [1]), '"x" is defined twice in "g"'],
    [
      'values that do not fill their shape',
      (graph) => graph.constant('w', 'FP32', [2, 2], [1, 2, 3]),
      'Constant "w" of shape [2,2] needs 4 values, got 3',
    ],
    [
      'an output that nothing computes',
      (graph) => {
        graph.output('y', 'FP32', [1]);
        graph.build();
      },
      'Output "y" is computed by no node of "g"',
    ],
  ])('refuses %s', (_, act, message) => {
    const graph = new GraphBuilder('g', { opset: 17 });
    graph.input('x', 'FP32', [1]);
    expect(() => act(graph)).toThrow(message);
  });
});
