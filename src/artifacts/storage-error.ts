import { DomainError } from '../platform/errors.js';
import { StoreUnavailable } from '../platform/failures.js';

// No space, over quota, read-only file system, or beyond the largest file: all are the operator's to fix.
const full: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EFBIG']);

/** What a failed write means to the caller; system messages name paths, so they stay in `cause`. */
export function storageError(error: unknown): DomainError {
  const code = systemCode(error);
  if (code !== undefined && full.has(code))
    return new StoreUnavailable(
      `The artifact store cannot take more (${code}); nothing was kept. The operator must free space, then send the file again`,
      { code: 'STORAGE_FULL', cause: error },
    );
  return new StoreUnavailable(`The artifact store failed (${code ?? 'unknown'}); try again`, {
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

/** The `code` of a system error (ENOENT); undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  // Node's own codes (ERR_…, ABORT_ERR) say what a caller did, not what the system did.
  return typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}
