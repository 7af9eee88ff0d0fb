import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const TENSORS_CODES = defineErrorCodes({
  user: ['INVALID_TENSOR', 'RUN_FAILED'],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof TENSORS_CODES.user> {}
}
