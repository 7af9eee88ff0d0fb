import { DomainError } from '../platform/errors.js';
import { StoreUnavailable } from '../platform/failures.js';
import type { ModelProblemCode } from './model-problem.js';

/** What a worker or child refused, which comes as code and message, for a caller. */
export function refusalOf(code: ModelProblemCode, message: string): DomainError {
  return code === 'STORAGE_FULL' ? new StoreUnavailable(message, { code }) : new DomainError(code, message);
}
