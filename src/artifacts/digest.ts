import { DomainError } from '../platform/errors.js';

const pattern = /^sha256:[0-9a-f]{64}$/;

/** The hexadecimal part of `sha256:<64 hex>`. No other text of a caller ever becomes part of a file's path. */
export function digestHex(digest: string): string {
  if (!pattern.test(digest))
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected a digest of the form sha256:<64 lower-case hexadecimal digits>, got ${JSON.stringify(digest.slice(0, 80))}`,
      { field: ['digest'] },
    );
  return digest.slice('sha256:'.length);
}
