import { DomainError } from '../platform/errors.js';

/** The runner ended under the model, or could not be reached: not for what the model is. */
export function isCrash(error: unknown): error is DomainError {
  return error instanceof DomainError && error.code === 'UNAVAILABLE';
}

/** There is no room now, and may be later. */
export function isPassing(error: unknown): error is DomainError {
  return error instanceof DomainError && error.code === 'OVERLOADED' && error.retryAfterMs !== undefined;
}

/** Why a deployment is PENDING again. */
export function againIn(error: DomainError, delayMs: number, attempt: number): string {
  const message = error.message.replace(/(?:; try again)?\.?$/, '');
  return `${message}. Loading it again in ${delayMs} ms (attempt ${attempt}).`;
}

/** What an operator may read: what Retort said on purpose; anything else is in the log only. */
export function reasonOf(error: unknown): string {
  return error instanceof DomainError
    ? error.message
    : 'An internal error stopped it; the log has the details.';
}
