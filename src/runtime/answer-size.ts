import { DomainError } from '../platform/errors.js';

/** What a run answered is larger than what may be sent. */
export class AnswerTooLarge extends DomainError {
  constructor(bytes: number, limit: number) {
    super(
      'INVALID_ARGUMENT',
      `Expected an answer of at most ${limit} bytes of tensors, got ${bytes}. Ask for fewer rows or name fewer outputs, or have RETORT_BODY_LIMIT_BYTES raised.`,
      { field: ['outputs'] },
    );
  }
}
