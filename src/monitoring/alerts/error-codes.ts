import { defineErrorCodes, type NamedCodes } from '../../platform/errors.js';

export const ALERTS_CODES = defineErrorCodes({ user: ['ALERT_RULE_NOT_FOUND', 'SECRET_NOT_FOUND'] });

declare module '../../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof ALERTS_CODES.user> {}
}
