/** Why a file cannot be served. Raised in workers and children, which know no DomainError; carried across by code and message. */
export class ModelProblem extends Error {
  constructor(
    readonly code: ModelProblemCode,
    message: string,
  ) {
    super(message);
  }
}

export type ModelProblemCode = 'INVALID_MODEL' | 'UNSUPPORTED_MODEL' | 'MODEL_OUT_OF_MEMORY';
