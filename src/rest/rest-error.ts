import type { ErrorCode } from '../platform/errors.js';

/** What HTTP itself can have wrong, beside what the domain can. */
export type RestErrorCode =
  | ErrorCode
  | 'BAD_REQUEST'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'PAYLOAD_TOO_LARGE'
  | 'UNSUPPORTED_MEDIA_TYPE'
  | 'RANGE_NOT_SATISFIABLE'
  | 'REQUEST_TIMEOUT'
  | 'NOT_IMPLEMENTED';

/** The one place where a code becomes an HTTP status. */
export const HTTP_STATUS: Readonly<Record<RestErrorCode, number>> = {
  INVALID_ARGUMENT: 400,
  INVALID_NAME: 400,
  NAME_TAKEN: 409,
  MODEL_NOT_FOUND: 404,
  MODEL_ARCHIVED: 409,
  MODEL_IN_USE: 409,
  VERSION_NOT_FOUND: 404,
  VERSION_IN_USE: 409,
  TAG_EXISTS: 409,
  TAG_NOT_FOUND: 404,
  ALIAS_NOT_FOUND: 404,
  ALIAS_MOVED: 409,
  ALIAS_PROTECTED: 409,
  NO_EARLIER_TARGET: 409,
  DEPLOYMENT_NOT_FOUND: 404,
  DEPLOYMENT_NOT_READY: 503,
  ARTIFACT_NOT_FOUND: 404,
  ARTIFACT_TOO_LARGE: 413,
  ARTIFACT_CORRUPT: 500,
  DIGEST_MISMATCH: 400,
  INVALID_MODEL: 400,
  UNSUPPORTED_MODEL: 400,
  INVALID_PIPELINE: 400,
  NO_PIPELINE: 400,
  INVALID_TENSOR: 400,
  INVALID_INSTANCE: 400,
  RUN_FAILED: 400,
  ARCHIVE_NOT_FOUND: 404,
  ARCHIVE_TOO_LARGE: 413,
  ARCHIVE_INVALID: 400,
  ARCHIVE_UNSUPPORTED: 400,
  IMPORT_CONFLICT: 409,
  CURSOR_INVALID: 400,
  CURSOR_EXPIRED: 410,
  UNAUTHENTICATED: 401,
  FORBIDDEN: 403,
  DEADLINE_EXCEEDED: 504,
  OVERLOADED: 503,
  STORAGE_FULL: 507,
  UNAVAILABLE: 503,
  INTERNAL: 500,
  BAD_REQUEST: 400,
  NOT_FOUND: 404,
  METHOD_NOT_ALLOWED: 405,
  PAYLOAD_TOO_LARGE: 413,
  UNSUPPORTED_MEDIA_TYPE: 415,
  RANGE_NOT_SATISFIABLE: 416,
  REQUEST_TIMEOUT: 408,
  NOT_IMPLEMENTED: 501,
};

/** A refusal that only HTTP knows. What the domain knows is a `DomainError`. */
export class RestError extends Error {
  override readonly name = 'RestError';

  constructor(
    readonly code: RestErrorCode,
    message: string,
    readonly headers: Readonly<Record<string, string>> = {},
  ) {
    super(message);
  }
}
