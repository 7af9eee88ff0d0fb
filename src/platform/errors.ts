/**
 * Every error Retort raises on purpose. `message` is written for the caller: what was expected, what came, and
 * what to do. `field` is the path inside the input that is at fault. Transports map `code` once each.
 */
export class DomainError extends Error {
  override readonly name = 'DomainError';
  readonly field: readonly string[] | undefined;
  /** When the same request is likely to succeed, in milliseconds from now; undefined when trying again will not help. */
  readonly retryAfterMs: number | undefined;
  /** What is wrong as well, where more than one thing is. */
  readonly also: readonly DomainError[];

  constructor(
    readonly code: ErrorCode,
    message: string,
    options: {
      field?: readonly string[];
      cause?: unknown;
      retryAfterMs?: number;
      also?: readonly DomainError[];
    } = {},
  ) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.field = options.field;
    this.retryAfterMs = options.retryAfterMs;
    this.also = options.also ?? [];
  }
}

/** What a caller can put right: a `userError` in GraphQL, 4xx over REST. */
export const USER_ERROR_CODES = [
  'INVALID_ARGUMENT',
  'INVALID_NAME',
  'NAME_TAKEN',
  'MODEL_NOT_FOUND',
  'MODEL_ARCHIVED',
  'MODEL_IN_USE',
  'VERSION_NOT_FOUND',
  'VERSION_IN_USE',
  'TAG_EXISTS',
  'TAG_NOT_FOUND',
  'ALIAS_NOT_FOUND',
  'ALIAS_MOVED',
  'ALIAS_PROTECTED',
  'NO_EARLIER_TARGET',
  'DEPLOYMENT_NOT_FOUND',
  'DEPLOYMENT_NOT_READY',
  'REVISION_NOT_FOUND',
  'VERSION_NOT_SERVED',
  'ALREADY_SERVED',
  'BREAKING_SIGNATURE',
  'MIGRATION_IN_PROGRESS',
  'MIGRATION_NOT_FOUND',
  'MIGRATION_NOT_PAUSED',
  'TRAFFIC_SPLIT',
  'ARTIFACT_NOT_FOUND',
  'ARTIFACT_TOO_LARGE',
  'ARTIFACT_CORRUPT',
  'DIGEST_MISMATCH',
  'INVALID_MODEL',
  'UNSUPPORTED_MODEL',
  'INVALID_PIPELINE',
  'NO_PIPELINE',
  'INVALID_TENSOR',
  'INVALID_INSTANCE',
  'RUN_FAILED',
  'ARCHIVE_NOT_FOUND',
  'ARCHIVE_TOO_LARGE',
  'ARCHIVE_INVALID',
  'ARCHIVE_UNSUPPORTED',
  'IMPORT_CONFLICT',
  'EMPTY_SAMPLE',
  'CURSOR_INVALID',
  'CURSOR_EXPIRED',
] as const;
export type UserErrorCode = (typeof USER_ERROR_CODES)[number];

/** What a caller cannot put right by changing the request: a GraphQL error with `extensions.code`, 5xx over REST. */
export const SYSTEM_ERROR_CODES = [
  'UNAUTHENTICATED',
  'FORBIDDEN',
  'DEADLINE_EXCEEDED',
  'RUN_TOO_LONG',
  'MODEL_OUT_OF_MEMORY',
  'OVERLOADED',
  'STORAGE_FULL',
  'LOCALE_MISSING',
  'UNAVAILABLE',
  'INTERNAL',
] as const;
export type SystemErrorCode = (typeof SYSTEM_ERROR_CODES)[number];

export type ErrorCode = UserErrorCode | SystemErrorCode;

const userErrorCodes: ReadonlySet<string> = new Set(USER_ERROR_CODES);

export function isUserError(error: unknown): error is DomainError & { code: UserErrorCode } {
  return error instanceof DomainError && userErrorCodes.has(error.code);
}

/** Retort cannot start, for a reason the person starting it can put right. Printed as one line, without a stack. */
export class StartupError extends Error {
  override readonly name = 'StartupError';
}
