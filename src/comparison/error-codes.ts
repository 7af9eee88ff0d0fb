import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const COMPARISON_CODES = defineErrorCodes({
  user: ['EMPTY_SAMPLE'],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof COMPARISON_CODES.user> {}
}
