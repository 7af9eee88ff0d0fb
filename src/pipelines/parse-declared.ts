import type { z } from 'zod';
import { describeValue, isObject } from './instances/describe-value.js';
import { invalidPipeline } from './pipeline-error.js';
import { PipelineFaults } from './pipeline-faults.js';

/**
 * What a schema makes of a declared pipeline.
 *
 * @throws DomainError INVALID_PIPELINE with every fault
 */
export function parseDeclared<Schema extends z.ZodType>(schema: Schema, pipeline: unknown): z.output<Schema> {
  const parsed = schema.safeParse(pipeline, { reportInput: true });
  if (parsed.success) return parsed.data;
  const faults = new PipelineFaults();
  for (const issue of parsed.error.issues)
    faults.attempt(() => {
      throw invalidPipeline(issue.path, explained(issue));
    });
  faults.throwIfAny();
  throw invalidPipeline([], 'not a pipeline');
}

/** zod says what was expected, and of some faults also what came. */
function explained({ code, message, input, path }: z.core.$ZodIssue): string {
  const text = message
    .replace(/^Invalid discriminator value\. Expected/, 'expected')
    .replace(/^Invalid input: /, '')
    .replace(/ received undefined$/, ' got nothing')
    .replace(/ received (?=\S+$)/, ' got ');
  if (code === 'unrecognized_keys' || text.includes(', got ')) return text;
  // A value of no known kind is reported with the object around it.
  const key = path.at(-1);
  const given = code === 'invalid_union' && typeof key === 'string' && isObject(input) ? input[key] : input;
  return `${text}, got ${describeValue(given)}`;
}
