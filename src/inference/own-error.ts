import { DomainError } from '../platform/errors.js';

/**
 * A copy for each caller of a failure they share: the event log records each error object once, so a shared one would be
 * one caller's event.
 */
export function ownError(error: unknown): unknown {
  if (!(error instanceof DomainError)) return error;
  const { code, message, field, cause, retryAfterMs } = error;
  return new DomainError(code, message, {
    cause,
    ...(field && { field }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  });
}
