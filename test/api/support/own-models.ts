import { GraphBuilder } from '../../../src/onnx/index.js';

/** y = factor · x, FP32 [rows, 4]: an answer tells which version gave it, and equal factors give equal bytes. */
export function scalingModel(factor: number): Uint8Array {
  const graph = new GraphBuilder('scaling', { opset: 17, metadata: { purpose: 'test' } });
  graph.input('x', 'FP32', ['rows', 4]);
  graph.constant('factor', 'FP32', [], [factor]);
  graph.node('Mul', ['x', 'factor'], {}, ['y']);
  graph.output('y', 'FP32', ['rows', 4]);
  return graph.build();
}

/** y = factor · x, a number a row. */
export function lineModel(factor: number): Uint8Array {
  const graph = new GraphBuilder('line', { opset: 17 });
  graph.input('x', 'FP32', ['rows']);
  graph.constant('factor', 'FP32', [], [factor]);
  graph.node('Mul', ['x', 'factor'], {}, ['y']);
  graph.output('y', 'FP32', ['rows']);
  return graph.build();
}

/** FP32 [rows, 16] through 64 tanh units to [rows, 3]: sums long enough that another order of adding would show. */
export function perceptronModel(): Uint8Array {
  const graph = new GraphBuilder('perceptron', { opset: 17 });
  const weights = (count: number, seed: number) =>
    Array.from({ length: count }, (_, index) => Math.sin(seed + index * 12.9898) / 3);
  graph.input('x', 'FP32', ['rows', 16]);
  graph.constant('w1', 'FP32', [16, 64], weights(16 * 64, 1));
  graph.constant('b1', 'FP32', [64], weights(64, 2));
  graph.constant('w2', 'FP32', [64, 3], weights(64 * 3, 3));
  graph.constant('b2', 'FP32', [3], weights(3, 4));
  const hidden = graph.node('Tanh', [graph.node('Gemm', ['x', 'w1', 'b1'])]);
  graph.node('Gemm', [hidden, 'w2', 'b2'], {}, ['y']);
  graph.output('y', 'FP32', ['rows', 3]);
  return graph.build();
}

export const COPIED_TYPES = [
  'BOOL',
  'INT8',
  'UINT8',
  'INT16',
  'UINT16',
  'INT32',
  'UINT32',
  'INT64',
  'UINT64',
  'FP16',
  'FP32',
  'FP64',
] as const;
export type CopiedType = (typeof COPIED_TYPES)[number];

/** Hands a vector through unchanged: what a type can hold is then a matter of the API alone. */
export function copyingModel(datatype: CopiedType): Uint8Array {
  const graph = new GraphBuilder('copying', { opset: 17 });
  graph.input('x', datatype, ['length']);
  graph.node('Identity', ['x'], {}, ['y']);
  graph.output('y', datatype, ['length']);
  return graph.build();
}

/** Of a Loop: multiplies a matrix of 512 × 512 by itself, some 10 ms a round. */
export function squaringBody(): GraphBuilder {
  const body = new GraphBuilder('body', { opset: 17 });
  body.input('round', 'INT64', []);
  body.input('go_on', 'BOOL', []);
  body.input('matrix', 'FP32', [512, 512]);
  body.node('Identity', ['go_on'], {}, ['goes_on']);
  body.node('MatMul', ['matrix', 'matrix'], {}, ['product']);
  body.output('goes_on', 'BOOL', []);
  body.output('product', 'FP32', [512, 512]);
  return body;
}

/**
 * y = 512 after `rounds` (INT64 []) products of 512 × 512 matrices: some 10 ms each, so a caller decides how long the
 * request runs, while the warm-up with 1 round stays short.
 */
export function slowModel(): Uint8Array {
  const graph = new GraphBuilder('slow', { opset: 17 });
  graph.input('rounds', 'INT64', []);
  graph.constant('share', 'FP32', [], [1 / 512]);
  graph.constant('size', 'INT64', [2], [512n, 512n]);
  graph.constant('always', 'BOOL', [], [true]);
  const start = graph.node('Expand', ['share', 'size']);

  const end = graph.node('Loop', ['rounds', 'always', start], { body: squaringBody() });
  graph.node('ReduceSum', [end], { keepdims: 0n }, ['y']);
  graph.output('y', 'FP32', []);
  return graph.build();
}

/**
 * y = 2 x, FP32 [4], at once when `stop` (BOOL []) is true, and never when it is false: a run that ends only with its
 * process. The warm-up says true.
 */
export function endlessModel(): Uint8Array {
  const body = new GraphBuilder('body', { opset: 17 });
  body.input('round', 'INT64', []);
  body.input('go_on', 'BOOL', []);
  body.input('sum', 'FP32', [4]);
  body.node('Identity', ['go_on'], {}, ['goes_on']);
  body.node('Identity', ['sum'], {}, ['next']);
  body.output('goes_on', 'BOOL', []);
  body.output('next', 'FP32', [4]);

  const graph = new GraphBuilder('endless', { opset: 17 });
  graph.input('x', 'FP32', [4]);
  graph.input('stop', 'BOOL', []);
  const end = graph.node('Loop', ['', graph.node('Not', ['stop']), 'x'], { body });
  graph.node('Add', [end, end], {}, ['y']);
  graph.output('y', 'FP32', [4]);
  return graph.build();
}

/** y = a / b, INT32 [rows]: the least integer divided by -1 is a fault of the processor, which ends the process. */
export function quotientModel(): Uint8Array {
  const graph = new GraphBuilder('quotient', { opset: 17 });
  graph.input('a', 'INT32', ['rows']);
  graph.input('b', 'INT32', ['rows']);
  graph.node('Div', ['a', 'b'], {}, ['y']);
  graph.output('y', 'INT32', ['rows']);
  return graph.build();
}

/** y = x, FP32 [n]: at once while every x is at most 1000, and never when one is above. */
export function endlessAboveThousand(): Uint8Array {
  const body = new GraphBuilder('body', { opset: 17 });
  body.input('round', 'INT64', []);
  body.input('go_on', 'BOOL', []);
  body.input('value', 'FP32', ['n']);
  body.node('Identity', ['go_on'], {}, ['goes_on']);
  body.node('Identity', ['value'], {}, ['next']);
  body.output('goes_on', 'BOOL', []);
  body.output('next', 'FP32', ['n']);

  const graph = new GraphBuilder('endless-above-1000', { opset: 17 });
  graph.input('x', 'FP32', ['n']);
  graph.constant('limit', 'FP32', [], [1000]);
  const largest = graph.node('ReduceMax', ['x'], { keepdims: 0n });
  graph.node('Loop', ['', graph.node('Greater', [largest, 'limit']), 'x'], { body }, ['y']);
  graph.output('y', 'FP32', ['n']);
  return graph.build();
}

/** y = the sum of x zeros: an input of 8 bytes (INT64 [1]) that takes 4 x bytes to run. */
export function zerosSummed(): Uint8Array {
  const graph = new GraphBuilder('zeros-summed', { opset: 17 });
  graph.input('x', 'INT64', [1]);
  graph.node('ReduceSum', [graph.node('ConstantOfShape', ['x'])], { keepdims: 0n }, ['y']);
  graph.output('y', 'FP32', []);
  return graph.build();
}

/** y = x zeros: an input of 8 bytes (INT64 [1]) and an answer of 4 x bytes. */
export function manyZeros(): Uint8Array {
  const graph = new GraphBuilder('many-zeros', { opset: 17 });
  graph.input('x', 'INT64', [1]);
  graph.node('ConstantOfShape', ['x'], {}, ['y']);
  graph.output('y', 'FP32', ['count']);
  return graph.build();
}
