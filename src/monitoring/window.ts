import { DomainError } from '../platform/errors.js';
import { formatDuration } from '../platform/text/duration.js';

/** @throws DomainError INVALID_ARGUMENT for a duration outside of both bounds, which are included */
export function checkDuration(ms: number, from: number, to: number, field: readonly string[]): number {
  if (ms >= from && ms <= to) return ms;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `Expected ${field.join('.')} from ${formatDuration(from)} to ${formatDuration(to)}, got ${formatDuration(ms)}.`,
    { field },
  );
}
