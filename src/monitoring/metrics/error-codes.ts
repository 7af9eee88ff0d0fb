import { defineErrorCodes, type NamedCodes } from '../../platform/errors.js';

export const METRICS_CODES = defineErrorCodes({ system: ['METRICS_OFF'] });

declare module '../../platform/errors.js' {
  interface SystemErrorCodes extends NamedCodes<typeof METRICS_CODES.system> {}
}
