import type { WholeNode } from '../../../onnx/index.js';
import type { Tape } from '../tape.js';

/** One node on its way back. */
export interface Step {
  readonly tape: Tape;
  readonly node: WholeNode;
  /** Of each output; null for one that the answer does not depend on. */
  readonly gradients: readonly (string | null)[];
  /** Whether an input depends on the graph's inputs: others need no gradient. */
  readonly isActive: (place: number) => boolean;
}

/**
 * The gradients of a node's inputs, by their places; those left out have none.
 * @throws NoGradientGraph
 */
export type Rule = (step: Step) => Readonly<Record<number, string>>;

export function input({ node }: Step, place: number): string {
  return node.inputs[place] ?? '';
}

export function output({ node }: Step): string {
  return node.outputs[0] ?? '';
}

/** Of the first output, which is there where a rule is asked. */
export function gradientOf({ gradients }: Step): string {
  return gradients[0] ?? '';
}
