import type { DeclaredField, DeclaredStep } from '../graph/graph-schema.js';
import type { PipelineOfChains } from '../pipeline.js';

/** What stands for the instance as a whole, which format 1 does not name. No input of a graph is called so. */
export const WHOLE = '$instance';

export interface GraphForm {
  readonly instance: Readonly<Record<string, DeclaredField>>;
  readonly steps: Readonly<Record<string, DeclaredStep>>;
  /** By input, the field or the step that fills it. */
  readonly filledBy: Readonly<Record<string, string>>;
}

/** Chains of format 1 as the graph that they are: the first step of each has the name of its input. */
export function chainAsGraph({ instance, inputs }: PipelineOfChains): GraphForm {
  const steps: Record<string, DeclaredStep> = {};
  const filledBy: Record<string, string> = {};
  for (const [input, { steps: chain }] of Object.entries(inputs)) {
    let of = WHOLE;
    for (const [place, step] of chain.entries()) {
      const name = place === 0 ? input : `${input}${WHOLE}${place}`;
      steps[name] = { ...step, of };
      of = name;
    }
    filledBy[input] = of;
  }
  return { instance: { [WHOLE]: { ...instance } }, steps, filledBy };
}
