import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const RUNTIME_CODES = defineErrorCodes({
  system: ['RUN_TOO_LONG'],
});

declare module '../platform/errors.js' {
  interface SystemErrorCodes extends NamedCodes<typeof RUNTIME_CODES.system> {}
}
