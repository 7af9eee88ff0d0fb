import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const ARTIFACTS_CODES = defineErrorCodes({
  user: ['ARTIFACT_NOT_FOUND', 'ARTIFACT_TOO_LARGE', 'ARTIFACT_CORRUPT', 'DIGEST_MISMATCH', 'INVALID_MODEL'],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof ARTIFACTS_CODES.user> {}
}
