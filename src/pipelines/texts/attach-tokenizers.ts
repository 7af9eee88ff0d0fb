import { invalidPipeline } from '../pipeline-error.js';
import type { Pipeline } from '../pipeline.js';
import { isDigest, tokenizeSteps } from './tokenizer-files.js';

/** A file that is attached to the pipeline's version as a tokenizer. */
export interface AttachedTokenizer {
  readonly digest: string;
  readonly name?: string | undefined;
}

/**
 * A pipeline with the digest of the attachment that each of its steps means: the only one where nothing is said, else the one
 * of this name or digest.
 *
 * @throws DomainError INVALID_PIPELINE where there is none, or several
 */
export function attachTokenizers(pipeline: Pipeline, attached: readonly AttachedTokenizer[]): Pipeline {
  const open = tokenizeSteps(pipeline).filter(({ tokenizer }) => typeof tokenizer !== 'object');
  if (open.length === 0 || pipeline.format !== 2) return pipeline;
  const steps = { ...pipeline.steps };
  for (const { name, tokenizer } of open) {
    const step = steps[name];
    if (step !== undefined) steps[name] = { ...step, tokenizer: meant(name, tokenizer, attached) };
  }
  return { ...pipeline, steps };
}

function meant(step: string, tokenizer: unknown, attached: readonly AttachedTokenizer[]): string {
  const path = ['steps', step, 'tokenizer'];
  const digests = [...new Set(attached.map(({ digest }) => digest))];
  const names = attached.flatMap(({ name }) => (name === undefined ? [] : [`"${name}"`]));
  const [only] = digests;
  if (only === undefined)
    throw invalidPipeline(
      path,
      'no tokenizer is attached: expected a tokenizer.json attached with the role TOKENIZER (retort push --tokenizer)',
    );
  if (typeof tokenizer !== 'string') {
    if (digests.length === 1) return only;
    throw invalidPipeline(
      path,
      `${digests.length} tokenizers are attached: say which one is meant, by ${names.length > 0 ? `its name (${names.join(', ')}) or` : 'a name in its options, or by'} its digest`,
    );
  }
  const found = attached.find(({ digest, name }) => (isDigest(tokenizer) ? digest : name) === tokenizer);
  if (found !== undefined) return found.digest;
  throw invalidPipeline(
    path,
    `no attached tokenizer is "${tokenizer}"; there ${attached.length === 1 ? 'is' : 'are'} ${[...names, ...(names.length < attached.length ? digests : [])].join(', ')}`,
  );
}
