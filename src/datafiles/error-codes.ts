import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const DATAFILES_CODES = defineErrorCodes({
  user: ['UNREADABLE_FILE', 'COLUMN_NOT_FOUND'],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof DATAFILES_CODES.user> {}
}
