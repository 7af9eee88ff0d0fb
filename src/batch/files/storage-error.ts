import type { DomainError } from '../../platform/errors.js';
import { StoreUnavailable } from '../../platform/failures.js';

// No space, over quota, read-only file system, or beyond the largest file: all are the operator's to put right.
const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EFBIG']);

/** What a failed write of a result means; system messages name paths, so they stay in `cause`. */
export function storageError(error: unknown): DomainError {
  const code = systemCode(error);
  if (code !== undefined && FULL.has(code))
    return new StoreUnavailable(
      `The disk cannot take more of the result (${code}); what was written is kept. The operator must free space.`,
      { code: 'STORAGE_FULL', cause: error },
    );
  return new StoreUnavailable(`The result could not be written (${code ?? 'unknown'}).`, { cause: error });
}

/** The `code` of a system error (ENOENT); undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  const { code } = (error ?? {}) as { readonly code?: unknown };
  return typeof code === 'string' && /^E[A-Z0-9]+$/.test(code) ? code : undefined;
}
