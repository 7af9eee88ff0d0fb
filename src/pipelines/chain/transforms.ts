import { StepFault } from '../language/index.js';
import { invalidPipeline } from '../pipeline-error.js';
import { PipelineFaults } from '../pipeline-faults.js';
import type { TransformStep } from '../pipeline-schema.js';
import { stepNamed } from '../steps/index.js';

/**
 * Whether transforms fit rows of this many columns (-1 or undefined: not known before a run).
 *
 * @param offset position of the first transform in the list at `path`
 */
export function checkTransforms(
  steps: readonly TransformStep[],
  columns: number | undefined,
  path: readonly string[],
  offset: number,
): void {
  const faults = new PipelineFaults();
  for (const [index, step] of steps.entries())
    faults.attempt(() => {
      checkTransform(step, columns ?? -1, [...path, String(index + offset)]);
    });
  faults.throwIfAny();
}

function checkTransform(step: TransformStep, columns: number, at: readonly string[]): void {
  try {
    stepNamed(step.step).gives(step, [{ kind: 'numbers', shape: [columns], holds: 'real' }]);
  } catch (error) {
    if (error instanceof StepFault) throw invalidPipeline([...at, ...error.path], error.message);
    throw error;
  }
}
