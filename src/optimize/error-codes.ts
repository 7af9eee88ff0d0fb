import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const OPTIMIZE_CODES = defineErrorCodes({
  user: ['OPTIMIZATION_NOT_APPLICABLE', 'OPTIMIZATION_FAILED', 'SAMPLE_TOO_SMALL'],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof OPTIMIZE_CODES.user> {}
}
