import type { OutputNumbers } from '../deployments/index.js';
import { fromHalf, type Tensor } from '../tensors/index.js';

/** What a run answered, as numbers by output. Texts have none: their lengths stand for them. */
export function numbersOfTensors(outputs: readonly Tensor[]): OutputNumbers {
  return new Map(outputs.map((tensor) => [tensor.name, numbersOf(tensor)]));
}

function numbersOf({ datatype, data }: Tensor): ArrayLike<number> {
  if (datatype === 'FP16') return Float64Array.from(data as Uint16Array, fromHalf);
  if (datatype === 'BYTES') return (data as readonly string[]).map((text) => text.length);
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return Array.from(data, Number);
  return data as ArrayLike<number>;
}
