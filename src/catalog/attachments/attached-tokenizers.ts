import {
  type AttachedTokenizer,
  attachTokenizers,
  type InstanceReader,
  NoTokenizer,
  type Pipeline,
} from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import type { NewAttachment } from './attachment.js';

/** A pipeline whose texts have the tokenizers that are attached beside it. @throws DomainError INVALID_PIPELINE */
export function withTokenizers(pipeline: Pipeline, attachments: readonly NewAttachment[]): Pipeline {
  const tokenizers = attachments.flatMap(({ role, digest, options }): AttachedTokenizer[] =>
    role === 'TOKENIZER' ? [{ digest, name: options.name }] : [],
  );
  return attachTokenizers(pipeline, tokenizers);
}

/**
 * Whether they can be read, and fit the graph.
 *
 * @throws DomainError INVALID_PIPELINE; INVALID_ATTACHMENT, ARTIFACT_NOT_FOUND, ARTIFACT_CORRUPT with the attachment's path
 */
export async function checkAttachedTokenizers(
  pipeline: Pipeline,
  attachments: readonly NewAttachment[],
  reader: InstanceReader,
  tables: Readonly<Record<string, number>>,
): Promise<void> {
  try {
    await reader.checkTokenizers(pipeline, tables);
  } catch (error) {
    const place = (digest: string) => attachments.findIndex((each) => each.digest === digest);
    if (error instanceof NoTokenizer)
      throw new DomainError(
        'INVALID_ATTACHMENT',
        `Expected a tokenizer.json as Hugging Face's tokenizers write it; it cannot be used: ${error.reason}.`,
        { field: ['attachments', String(place(error.digest)), 'digest'], cause: error },
      );
    throw error;
  }
}
