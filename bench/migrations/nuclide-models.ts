import { GraphBuilder } from '../../src/onnx/index.js';

/** binding_energy = factor · (z + n), FP64 [batch], from z and n, INT64 [batch]: an answer tells which version gave it. */
export function nuclides(factor: number, purpose: string): Uint8Array {
  return build(purpose, (graph, nucleons) => {
    graph.constant('factor', 'FP64', [], [factor]);
    graph.node('Mul', [nucleons, 'factor'], {}, ['binding_energy']);
  });
}

/** As `nuclides`, but every run fails that holds a nuclide of `limit` protons or more: a lookup out of its table. */
export function failingNuclides(factor: number, limit: number): Uint8Array {
  return build('failing', (graph, nucleons) => {
    graph.constant('table', 'FP64', [limit], Array<number>(limit).fill(factor));
    const factors = graph.node('Gather', ['table', 'z'], { axis: 0n });
    graph.node('Mul', [nucleons, factors], {}, ['binding_energy']);
  });
}

/** As `nuclides`, after so many products of 512 × 512 matrices, some 10 ms each. */
export function sluggishNuclides(factor: number, rounds: number): Uint8Array {
  const body = new GraphBuilder('body', { opset: 17 });
  body.input('round', 'INT64', []);
  body.input('go_on', 'BOOL', []);
  body.input('matrix', 'FP32', [512, 512]);
  body.node('Identity', ['go_on'], {}, ['goes_on']);
  body.node('MatMul', ['matrix', 'matrix'], {}, ['product']);
  body.output('goes_on', 'BOOL', []);
  body.output('product', 'FP32', [512, 512]);
  return build('slow', (graph, nucleons) => {
    graph.constant('rounds', 'INT64', [], [BigInt(rounds)]);
    graph.constant('share', 'FP32', [], [1 / 512]);
    graph.constant('size', 'INT64', [2], [512n, 512n]);
    graph.constant('always', 'BOOL', [], [true]);
    graph.constant('scale', 'FP64', [], [factor / 512]);
    const end = graph.node('Loop', ['rounds', 'always', graph.node('Expand', ['share', 'size'])], { body });
    // The matrix stays what it was, so its sum is 512, however often it is multiplied by itself.
    const sum = graph.node('Cast', [graph.node('ReduceSum', [end], { keepdims: 0n })], { to: 11n });
    graph.node('Mul', [nucleons, graph.node('Mul', [sum, 'scale'])], {}, ['binding_energy']);
  });
}

function build(purpose: string, answer: (graph: GraphBuilder, nucleons: string) => void): Uint8Array {
  const graph = new GraphBuilder('nuclides', { opset: 17, metadata: { purpose } });
  graph.input('z', 'INT64', ['batch']);
  graph.input('n', 'INT64', ['batch']);
  answer(graph, graph.node('Cast', [graph.node('Add', ['z', 'n'])], { to: 11n }));
  graph.output('binding_energy', 'FP64', ['batch']);
  return graph.build();
}
