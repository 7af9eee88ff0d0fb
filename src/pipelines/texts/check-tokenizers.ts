import { StepFault } from '../language/index.js';
import { invalidPipeline } from '../pipeline-error.js';
import type { Pipeline, PipelineOfGraph } from '../pipeline.js';
import { type EncodedForm, encoderOf } from './encoders.js';
import type { TextEncoder, TokenizerDescription } from './text-encoder.js';
import { isDigest, NoTokenizer, tokenizeSteps } from './tokenizer-files.js';

/**
 * Whether the tokenizers of a pipeline's steps can be used, and give no id that the graph has no line for.
 *
 * @param attached by digest
 * @param tables inputs of the graph that are looked up in a table, with the lines of that
 * @throws DomainError INVALID_PIPELINE; NoTokenizer for an attached file that is none
 */
export function checkTokenizers(
  pipeline: Pipeline,
  attached: ReadonlyMap<string, TokenizerDescription>,
  tables: Readonly<Record<string, number>>,
): void {
  if (pipeline.format !== 2) return;
  for (const { name, tokenizer } of tokenizeSteps(pipeline)) {
    const encoder = encoderOfStep(pipeline, name, tokenizer, attached);
    for (const input of filledBy(pipeline, name)) {
      const lines = Object.hasOwn(tables, input) ? tables[input] : undefined;
      if (lines !== undefined && encoder.largestId >= lines)
        throw invalidPipeline(
          ['steps', name, 'tokenizer'],
          `has ids up to ${encoder.largestId}, but the graph looks "${input}" up in a table of ${lines} lines: expected the tokenizer that the model was trained with`,
        );
    }
  }
}

function encoderOfStep(
  pipeline: PipelineOfGraph,
  name: string,
  tokenizer: unknown,
  attached: ReadonlyMap<string, TokenizerDescription>,
): TextEncoder {
  const isAttached = typeof tokenizer === 'string' && isDigest(tokenizer);
  const description = isAttached ? attached.get(tokenizer) : tokenizer;
  if (typeof description !== 'object' || description === null)
    throw invalidPipeline(
      ['steps', name, 'tokenizer'],
      'names no attachment: expected a tokenizer.json attached with the role TOKENIZER (retort push --tokenizer)',
    );
  try {
    return encoderOf(description as TokenizerDescription, pipeline.steps[name] as unknown as EncodedForm);
  } catch (error) {
    if (!(error instanceof StepFault)) throw error;
    // A file that has no such token may still be right; one that cannot be read is not.
    if (isAttached && !error.message.includes('vocabulary has no token'))
      throw new NoTokenizer(tokenizer, error.message.replace(/^is no tokenizer that can be read: /, ''));
    throw invalidPipeline(['steps', name, ...error.path], error.message);
  }
}

/** Inputs of the graph that get the ids of a step, cast or not. */
function filledBy({ steps, inputs }: PipelineOfGraph, step: string): string[] {
  if (steps[step]?.part !== 'ids') return [];
  const carriers = new Set([step]);
  for (const [name, { step: kind, of }] of Object.entries(steps))
    if (kind === 'cast' && of === step) carriers.add(name);
  return Object.entries(inputs).flatMap(([input, { of }]) => (carriers.has(of) ? [input] : []));
}
