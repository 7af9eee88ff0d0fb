import { requiredInputs, type Signature, type Tensor } from '../tensors/index.js';

/** Null for a request that runs alone. */
export type KeyOf = (inputs: readonly Tensor[], outputs: readonly string[] | undefined) => string | null;

/**
 * Names what requests must have in common to run together, beyond what checkInputs has made sure of: the dimensions the
 * signature leaves open, save the first, and the outputs asked for. Most graphs leave none open, and their key costs
 * nothing. A request that brings an optional input runs alone: what it brings holds for the whole run.
 */
export function batchKeys(signature: Signature): KeyOf {
  const required = requiredInputs(signature);
  const open = required
    .filter(({ shape, unranked }) => unranked === true || shape.slice(1).includes(-1))
    .map(({ name }) => name);
  return (tensors, outputs) => {
    if (tensors.length > required.length) return null;
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
