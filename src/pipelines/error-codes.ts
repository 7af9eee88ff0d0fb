import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const PIPELINES_CODES = defineErrorCodes({
  user: ['INVALID_PIPELINE', 'INVALID_INSTANCE'],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof PIPELINES_CODES.user> {}
}
