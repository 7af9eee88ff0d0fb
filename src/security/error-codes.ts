import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const SECURITY_CODES = defineErrorCodes({
  system: ['UNAUTHENTICATED', 'FORBIDDEN'],
});

declare module '../platform/errors.js' {
  interface SystemErrorCodes extends NamedCodes<typeof SECURITY_CODES.system> {}
}
