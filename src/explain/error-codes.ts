import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const EXPLAIN_CODES = defineErrorCodes({
  user: [
    'METHOD_NOT_APPLICABLE',
    'INVALID_BACKGROUND',
    'INVALID_BASELINE',
    'UNKNOWN_TARGET',
    'BUDGET_TOO_SMALL',
  ],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof EXPLAIN_CODES.user> {}
}
