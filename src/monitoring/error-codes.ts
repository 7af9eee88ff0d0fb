import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const MONITORING_CODES = defineErrorCodes({
  user: ['PREDICTION_NOT_LOGGED'],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof MONITORING_CODES.user> {}
}
