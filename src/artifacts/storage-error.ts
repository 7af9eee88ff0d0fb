import { DomainError } from '../platform/errors.js';
import { StoreUnavailable } from '../platform/failures.js';
import { fullDiskCode, systemCode } from '../platform/system-errors.js';

/** What a failed write means to the caller; system messages name paths, so they stay in `cause`. */
export function storageError(error: unknown): DomainError {
  const full = fullDiskCode(error);
  if (full !== undefined)
    return new StoreUnavailable(
      `The artifact store cannot take more (${full}); nothing was kept. The operator must free space, then send the file again`,
      { code: 'STORAGE_FULL', cause: error },
    );
  return new StoreUnavailable(`The artifact store failed (${systemCode(error) ?? 'unknown'}); try again`, {
    cause: error,
  });
}

/** The stored bytes are not those of their digest. */
export function damagedOnDisk(digest: string, actual: string): DomainError {
  return new DomainError(
    'ARTIFACT_CORRUPT',
    `Expected the stored bytes of ${digest}, got bytes of ${actual}: the file was damaged on disk; send the same file again (POST /artifacts), which mends it`,
  );
}
