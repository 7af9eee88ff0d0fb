import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const TRANSFER_CODES = defineErrorCodes({
  user: [
    'ARCHIVE_NOT_FOUND',
    'ARCHIVE_TOO_LARGE',
    'ARCHIVE_INVALID',
    'ARCHIVE_UNSUPPORTED',
    'IMPORT_CONFLICT',
  ],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof TRANSFER_CODES.user> {}
}
