import type { DomainError } from '../../platform/errors.js';
import { StoreUnavailable } from '../../platform/failures.js';
import { fullDiskCode, systemCode } from '../../platform/system-errors.js';

/** What a failed write of a result means; system messages name paths, so they stay in `cause`. */
export function storageError(error: unknown): DomainError {
  const full = fullDiskCode(error);
  if (full !== undefined)
    return new StoreUnavailable(
      `The disk cannot take more of the result (${full}); what was written is kept. The operator must free space.`,
      { code: 'STORAGE_FULL', cause: error },
    );
  return new StoreUnavailable(`The result could not be written (${systemCode(error) ?? 'unknown'}).`, {
    cause: error,
  });
}
