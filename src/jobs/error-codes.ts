import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const JOBS_CODES = defineErrorCodes({
  user: ['JOB_NOT_FOUND', 'JOB_OVER', 'JOB_NOT_PAUSED'],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof JOBS_CODES.user> {}
}
