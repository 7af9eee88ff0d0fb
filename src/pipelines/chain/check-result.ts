import { invalidPipeline } from '../pipeline-error.js';
import { byValue, checkColumns, meaningOf } from '../check-output.js';
import type { DeclaredResult } from '../pipeline-schema.js';
import type { PipelineOutput, PipelineResult } from '../pipeline.js';
import { checkTransforms } from './transforms.js';

/** Whether a result can be made from an output, and with which unit. @throws INVALID_PIPELINE */
export function checkResult(
  result: DeclaredResult,
  outputs: Readonly<Record<string, PipelineOutput>>,
  rowwise: boolean,
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
  if (result.steps.length > 0 && output.datatype === 'BYTES')
    throw invalidPipeline([...path, 'steps'], `"${result.output}" holds text (BYTES); steps need numbers`);
  if (result.steps.length > 0 && result.unit === undefined)
    throw invalidPipeline(
      [...path, 'unit'],
      'steps change what the number means, so the result needs a unit of its own',
    );
  checkTransforms(result.steps, output.shape.length < 2 ? 1 : output.shape.at(-1), [...path, 'steps'], 0);
  const { columns, classes, unit, description, steps } = result;
  if (steps.length > 0 && classes !== undefined)
    throw invalidPipeline([...path, 'classes'], 'steps make numbers of the label, which has no classes then');
  if (columns !== undefined) checkColumns(columns, output.shape, rowwise, [...path, 'columns']);
  return {
    output: result.output,
    ...(description === undefined ? {} : { description }),
    steps,
    ...meaningOf({
      unit: unit ?? output.unit,
      columns: columns ?? output.columns,
      classes: byValue(classes) ?? (steps.length > 0 ? undefined : output.classes),
    }),
  };
}
