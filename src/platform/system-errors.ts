/** The `code` of a system error (ENOENT); undefined for anything else. */
export function systemCode(error: unknown): string | undefined {
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  // Node's own codes (ERR_…, ABORT_ERR) say what a caller did, not what the system did.
  return typeof error.code === 'string' && /^E[A-Z0-9]+$/.test(error.code) ? error.code : undefined;
}

const FULL: ReadonlySet<string> = new Set(['ENOSPC', 'EDQUOT', 'EROFS', 'EFBIG']);

/**
 * The code of an error that says a disk takes no more: no space, over quota, read-only file system, or beyond the largest file.
 * All are the operator's to put right. Undefined for any other error.
 */
export function fullDiskCode(error: unknown): string | undefined {
  const code = systemCode(error);
  return code !== undefined && FULL.has(code) ? code : undefined;
}
