import { fullDiskCode } from '../platform/system-errors.js';

/** Why a file cannot be served. Raised in workers and children, which know no DomainError; carried across by code and message. */
export class ModelProblem extends Error {
  constructor(
    readonly code: ModelProblemCode,
    message: string,
    /** Files that the model names and that did not come with it. */
    readonly missingFiles: readonly string[] = [],
  ) {
    super(message);
  }
}

/** LOCALE_MISSING and STORAGE_FULL are the server's lack and not the model's fault. */
export type ModelProblemCode =
  'INVALID_MODEL' | 'UNSUPPORTED_MODEL' | 'MODEL_OUT_OF_MEMORY' | 'LOCALE_MISSING' | 'STORAGE_FULL';

/** What an error means to the caller; undefined for an unforeseen one. */
export function problemOf(error: unknown): ModelProblem | undefined {
  if (error instanceof ModelProblem) return error;
  const code = fullDiskCode(error);
  if (code === undefined) return undefined;
  return new ModelProblem(
    'STORAGE_FULL',
    `The cache of graphs cannot take more (${code}). The operator must free space`,
  );
}
