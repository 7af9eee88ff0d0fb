import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const BATCH_CODES = defineErrorCodes({
  user: ['FILE_NOT_FOUND', 'FILE_TOO_LARGE'],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof BATCH_CODES.user> {}
}
