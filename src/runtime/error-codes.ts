import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const RUNTIME_CODES = defineErrorCodes({
  user: ['REMOTE_UNUSABLE'],
  system: ['RUN_TOO_LONG', 'REMOTE_FAILED'],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof RUNTIME_CODES.user> {}
  interface SystemErrorCodes extends NamedCodes<typeof RUNTIME_CODES.system> {}
}
