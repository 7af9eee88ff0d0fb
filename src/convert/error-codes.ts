import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const CONVERT_CODES = defineErrorCodes({
  user: [
    'CONVERTER_NOT_INSTALLED',
    'FORMAT_UNKNOWN',
    'PICKLE_NOT_TRUSTED',
    'CONVERSION_FAILED',
    'CONVERSION_DIFFERS',
  ],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof CONVERT_CODES.user> {}
}
