import { GraphBuilder } from '../../src/onnx/index.js';

/** The same numbers each time, from −1 to 1 (mulberry32). */
export function randomValues(count: number, seed: number): Float32Array {
  let state = seed;
  return Float32Array.from({ length: count }, () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 31 - 1;
  });
}

/** Linear layers with Relu between them: x, FP32 [N, first width], to y, FP32 [N, last width]. */
export function perceptron(widths: readonly number[], seed: number): Uint8Array {
  const graph = new GraphBuilder('perceptron', { opset: 17 });
  const layers = widths.length - 1;
  let value = graph.input('x', 'FP32', ['N', widths[0] ?? 0]);
  for (let layer = 0; layer < layers; layer += 1) {
    const [rows = 0, columns = 0] = widths.slice(layer);
    // Keeps the values of every layer near 1.
    const scale = Math.sqrt(6 / rows);
    const weights = randomValues(rows * columns, seed + 2 * layer).map((weight) => weight * scale);
    const inputs = [
      value,
      graph.constant(`weights_${layer}`, 'FP32', [rows, columns], weights),
      graph.constant(`bias_${layer}`, 'FP32', [columns], randomValues(columns, seed + 2 * layer + 1)),
    ];
    const isLast = layer === layers - 1;
    const sum = graph.node('Gemm', inputs, {}, [isLast ? 'y' : `sum_${layer}`]);
    value = isLast ? sum : graph.node('Relu', [sum]);
  }
  graph.output('y', 'FP32', ['N', widths.at(-1) ?? 0]);
  return graph.build();
}

/** Gives back what it gets, so that nearly all of a call's cost is the tensor's way in and out. */
export function identity(): Uint8Array {
  const graph = new GraphBuilder('identity', { opset: 17 });
  graph.node('Identity', [graph.input('x', 'FP32', ['N'])], {}, ['y']);
  graph.output('y', 'FP32', ['N']);
  return graph.build();
}

const SLOW_WIDTH = 1024;

/** x, FP32 [1], to y, FP32 [1], by way of so many products of 1024 × 1024 matrices: two billion operations each. */
export function slowGraph(products: number): Uint8Array {
  const graph = new GraphBuilder('slow', { opset: 17 });
  const shape = [SLOW_WIDTH, SLOW_WIDTH];
  const scale = Math.sqrt(3 / SLOW_WIDTH);
  const weights = graph.constant(
    'weights',
    'FP32',
    shape,
    randomValues(SLOW_WIDTH ** 2, 1).map((x) => x * scale),
  );
  // Depends on the input from the start, or the runtime would compute it all while loading.
  let value = graph.node('Mul', [weights, graph.input('x', 'FP32', [1])]);
  for (let product = 0; product < products; product += 1)
    value = graph.node('Tanh', [graph.node('MatMul', [value, weights])]);
  const sum = graph.node('ReduceMean', [value], { keepdims: 0n });
  graph.node('Reshape', [sum, graph.constant('one', 'INT64', [1], [1])], {}, ['y']);
  graph.output('y', 'FP32', [1]);
  return graph.build();
}
