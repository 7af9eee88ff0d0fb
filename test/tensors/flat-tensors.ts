import type { Tensor } from '../../src/tensors/index.js';

/** Tensors of one dimension around the sizes at which writing them is divided. */
export function flatTensors(): Tensor[] {
  const sizes = [0, 1, 4_095, 4_096, 4_097, 16_384, 16_385, 50_001];
  return sizes.flatMap((size): Tensor[] => {
    const one = { name: 'x', shape: [size] };
    const values = Array.from({ length: size }, (_, index) => (index - 7) / 3);
    const floats = values.map((value, index) => (index % 1_000 === 3 ? NaN : value));
    return [
      { ...one, datatype: 'FP32', data: Float32Array.from(floats) },
      { ...one, datatype: 'FP64', data: Float64Array.from(floats) },
      { ...one, datatype: 'FP16', data: Uint16Array.from(values, (_, index) => index) },
      { ...one, datatype: 'INT64', data: BigInt64Array.from(values, (_, index) => BigInt(index) << 40n) },
      { ...one, datatype: 'BOOL', data: Uint8Array.from(values, (_, index) => index % 2) },
      {
        ...one,
        datatype: 'BYTES',
        data: values.map((value, index) => (index % 5 === 0 ? 'é"\n' : `${value}`)),
      },
      {
        ...one,
        datatype: 'BYTES',
        data: values.slice(0, 40).map(() => 'long '.repeat(10_000)),
        shape: [Math.min(40, size)],
      },
    ];
  });
}
