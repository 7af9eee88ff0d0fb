import { DomainError } from '../../platform/errors.js';

export interface S3Keys {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** @throws DomainError INVALID_ARGUMENT that does not repeat the secret */
export function readKeys(secret: string, field: readonly string[]): S3Keys {
  const [, accessKeyId, secretAccessKey, sessionToken] =
    /^([^:\s]+):([^:\s]+)(?::(\S+))?$/.exec(secret) ?? [];
  if (accessKeyId === undefined || secretAccessKey === undefined)
    throw new DomainError(
      'INVALID_ARGUMENT',
      'Expected the secret for S3 to be ACCESS_KEY_ID:SECRET_ACCESS_KEY, or these two and :SESSION_TOKEN; it is something else.',
      { field },
    );
  return { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) };
}
