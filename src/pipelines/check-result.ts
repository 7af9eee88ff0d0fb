import { invalidPipeline } from './pipeline-error.js';
import type { DeclaredResult } from './pipeline-schema.js';
import type { PipelineOutput, PipelineResult } from './pipeline.js';
import { checkTransforms } from './transforms.js';

/** Whether a result can be made from an output, and with which unit. @throws INVALID_PIPELINE */
export function checkResult(
  result: DeclaredResult,
  outputs: Readonly<Record<string, PipelineOutput>>,
  path: readonly string[],
): PipelineResult {
  const output = Object.hasOwn(outputs, result.output) ? outputs[result.output] : undefined;
  if (output === undefined)
    throw invalidPipeline(
      [...path, 'output'],
      `the graph has the outputs ${Object.keys(outputs)
        .map((name) => `"${name}"`)
        .join(', ')}; got "${result.output}"`,
    );
  if (output.datatype === 'FP16')
    throw invalidPipeline(
      [...path, 'output'],
      `"${result.output}" is FP16, which results can not be made from; add a Cast to FP32 to the graph`,
    );
  if (result.steps.length > 0 && output.datatype === 'BYTES')
    throw invalidPipeline([...path, 'steps'], `"${result.output}" holds text (BYTES); steps need numbers`);
  if (result.steps.length > 0 && result.unit === undefined)
    throw invalidPipeline(
      [...path, 'unit'],
      'steps change what the number means, so the result needs a unit of its own',
    );
  checkTransforms(result.steps, output.shape.length < 2 ? 1 : output.shape.at(-1), [...path, 'steps'], 0);
  return { ...result, unit: result.unit ?? output.unit };
}
