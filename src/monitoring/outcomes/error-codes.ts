import { defineErrorCodes, type NamedCodes } from '../../platform/errors.js';

export const OUTCOME_CODES = defineErrorCodes({
  user: ['PREDICTION_NOT_LOGGED'],
});

declare module '../../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof OUTCOME_CODES.user> {}
}
