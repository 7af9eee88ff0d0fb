import { DomainError } from '../platform/errors.js';

/** The file as a whole cannot be read as what it is said to be. */
export function unreadableFile(message: string, cause?: unknown): DomainError {
  return new DomainError('UNREADABLE_FILE', message, cause === undefined ? {} : { cause });
}
