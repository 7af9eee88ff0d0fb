import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const CATALOG_CODES = defineErrorCodes({
  user: [
    'INVALID_NAME',
    'NAME_TAKEN',
    'MODEL_NOT_FOUND',
    'MODEL_ARCHIVED',
    'MODEL_IN_USE',
    'VERSION_NOT_FOUND',
    'VERSION_IN_USE',
    'NO_PIPELINE',
    'TAG_EXISTS',
    'TAG_NOT_FOUND',
    'ALIAS_NOT_FOUND',
    'ALIAS_MOVED',
    'ALIAS_PROTECTED',
    'NO_EARLIER_TARGET',
    'INVALID_ATTACHMENT',
  ],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof CATALOG_CODES.user> {}
}
