import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const ONNX_CODES = defineErrorCodes({
  user: ['UNSUPPORTED_MODEL'],
  system: ['MODEL_OUT_OF_MEMORY', 'LOCALE_MISSING'],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof ONNX_CODES.user> {}
  interface SystemErrorCodes extends NamedCodes<typeof ONNX_CODES.system> {}
}
