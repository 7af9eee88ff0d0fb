import { decodeTensor } from './decode-tensor.js';
import type { Signature, Tensor, TensorSpec } from './tensor.js';

/** Inputs that every request has to bring. */
export function requiredInputs({ inputs }: Signature): TensorSpec[] {
  return inputs.filter((spec) => spec.default === undefined);
}

/** What an input is when a request leaves it out; null for one that has to be sent. */
export function defaultOf({ name, default: kept }: TensorSpec): Tensor | null {
  return kept === undefined ? null : decodeTensor({ name, ...kept });
}

/** The optional inputs of a signature with their values. */
export function defaultInputs({ inputs }: Signature): Tensor[] {
  return inputs.flatMap((spec) => defaultOf(spec) ?? []);
}

/** With the defaults of what is left out; each run gets copies, since running hands arrays over. */
export function withDefaults(inputs: readonly Tensor[], defaults: readonly Tensor[]): readonly Tensor[] {
  if (defaults.length === 0) return inputs;
  const missing = defaults.filter(({ name }) => !inputs.some((input) => input.name === name));
  return [...inputs, ...missing.map((tensor) => ({ ...tensor, data: tensor.data.slice() }))];
}
