import type { Signature, Tensor } from '../onnx/index.js';

export type KeyOf = (inputs: readonly Tensor[], outputs: readonly string[] | undefined) => string;

/**
 * Names what requests must have in common to run together, beyond what checkInputs has made sure of: the dimensions the
 * signature leaves open, save the first, and the outputs asked for. Most graphs leave none open, and their key costs
 * nothing.
 */
export function batchKeys({ inputs }: Signature): KeyOf {
  const open = inputs
    .filter(({ shape, unranked }) => unranked === true || shape.slice(1).includes(-1))
    .map(({ name }) => name);
  return (tensors, outputs) => {
    const asked = outputs === undefined || outputs.length === 0 ? '' : JSON.stringify(outputs);
    if (open.length === 0) return asked;
    const extents = open.map((wanted) =>
      tensors
        .find(({ name }) => name === wanted)
        ?.shape.slice(1)
        .join(),
    );
    return `${extents.join(';')} ${asked}`;
  };
}
