import { RunnerLost } from '../../runtime/index.js';
import { DomainError } from '../../platform/errors.js';
import { Unavailable, WorkerUnavailable } from '../../platform/failures.js';
import { NoRoom } from './memory-budget.js';

/** It is the model, or nobody knows: it would be the same the next time. The message is for an operator. */
export class ModelFault extends DomainError {}

/**
 * Why a model did not come up. RunnerLost: its runner ended under it, which a model may do every time, and the only one that
 * counts as its crash. Unavailable: something that it needs does not work. NoRoom: others hold the memory. ModelFault: the rest.
 */
export type LoadFailure = RunnerLost | Unavailable | NoRoom | ModelFault;

export function loadFailure(error: unknown): LoadFailure {
  if (error instanceof Unavailable || error instanceof NoRoom || error instanceof ModelFault) return error;
  if (error instanceof RunnerLost && error.code === 'UNAVAILABLE') {
    // What never came to be says nothing about what it would have run.
    return error.end === 'NOT_STARTED' ? new WorkerUnavailable(error.message, { cause: error }) : error;
  }
  // What Retort did not say on purpose is in the log only.
  return error instanceof DomainError
    ? new ModelFault(error.code, error.message, { cause: error })
    : new ModelFault('INTERNAL', 'An internal error stopped it; the log has the details.', { cause: error });
}

/** Why a deployment is PENDING again. */
export function againIn(failure: LoadFailure, delayMs: number, attempt: number): string {
  const message = failure.message.replace(/(?:; try again)?\.?$/, '');
  return `${message}. Loading it again in ${delayMs} ms (attempt ${attempt}).`;
}

/** What a caller is told whose model waits for something that does not work. */
export function inTheWay({ message, cause }: Unavailable, retryAfterMs: number): DomainError {
  return new DomainError('UNAVAILABLE', message, { cause, retryAfterMs });
}
