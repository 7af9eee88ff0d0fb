import { defineErrorCodes, type NamedCodes } from '../platform/errors.js';

export const PIPELINES_CODES = defineErrorCodes({
  user: [
    'INVALID_PIPELINE',
    'INVALID_INSTANCE',
    'INVALID_SMILES',
    'INVALID_MOLBLOCK',
    'MOLECULE_TOO_COMPLEX',
  ],
});

declare module '../platform/errors.js' {
  interface UserErrorCodes extends NamedCodes<typeof PIPELINES_CODES.user> {}
}
