import { DomainError } from '../platform/errors.js';

/** A copy for each caller of a failure they share: an error is told to the event log once, for whoever it happened to. */
export function ownError(error: unknown): unknown {
  if (!(error instanceof DomainError)) return error;
  const { code, message, field, cause, retryAfterMs } = error;
  return new DomainError(code, message, {
    cause,
    ...(field && { field }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
