import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const BATCH_CODES = defineErrorCodes({
  user: ['FILE_NOT_FOUND', 'FILE_TOO_LARGE', 'SCHEDULE_NOT_FOUND', 'SCHEDULE_RUNNING'],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof BATCH_CODES.user> {}
}
