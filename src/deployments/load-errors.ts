import { RunnerLost } from '../runtime/index.js';
import { DomainError } from '../platform/errors.js';

/**
 * Why a model did not come up. CRASH: its runner ended under it, which a model may do every time. OBSTACLE: something that it
 * needs does not work (the disk, the database, RDKit, the system that starts processes), which says nothing about the model.
 * NO_ROOM: other models hold the memory. FAULT: it is the model, or nobody knows; it would be the same the next time.
 */
export type LoadFailure = 'CRASH' | 'OBSTACLE' | 'NO_ROOM' | 'FAULT';

export function failureOf(error: unknown): LoadFailure {
  if (!(error instanceof DomainError)) return 'FAULT';
  if (error instanceof RunnerLost && error.code === 'UNAVAILABLE')
    return error.end === 'NOT_STARTED' ? 'OBSTACLE' : 'CRASH';
  if (error.code === 'UNAVAILABLE' || error.code === 'STORAGE_FULL') return 'OBSTACLE';
  return error.code === 'OVERLOADED' && error.retryAfterMs !== undefined ? 'NO_ROOM' : 'FAULT';
}

/** Why a deployment is PENDING again. */
export function againIn(error: DomainError, delayMs: number, attempt: number): string {
  const message = error.message.replace(/(?:; try again)?\.?$/, '');
  return `${message}. Loading it again in ${delayMs} ms (attempt ${attempt}).`;
}

/** What a caller is told whose model waits for something that does not work. */
export function inTheWay({ message, cause }: DomainError, retryAfterMs: number): DomainError {
  return new DomainError('UNAVAILABLE', message, { cause, retryAfterMs });
}

/** What an operator may read: what Retort said on purpose; anything else is in the log only. */
export function reasonOf(error: unknown): string {
  return error instanceof DomainError
    ? error.message
    : 'An internal error stopped it; the log has the details.';
}
