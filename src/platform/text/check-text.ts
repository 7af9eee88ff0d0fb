import { DomainError } from '../errors.js';

/** PostgreSQL stores any character but this one. */
const NUL = '\u0000';
const MAX_REASON = 1_000;

/** @throws DomainError INVALID_ARGUMENT when the text is too long or cannot be stored. */
export function checkText(
  text: string,
  field: readonly string[],
  limits: { max: number; min?: number },
): string {
  const { max, min = 0 } = limits;
  if (text.length < min || text.length > max) {
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected ${min === 0 ? 'at most' : `${min} to`} ${max} characters, got ${text.length}.`,
      { field },
    );
  }
  if (text.includes(NUL)) {
    throw new DomainError(
      'INVALID_ARGUMENT',
      'Expected text, got a NUL character (U+0000) in it. Remove it.',
      { field },
    );
  }
  return text;
}

/** Why somebody makes a change; null where nothing was said. @throws DomainError INVALID_ARGUMENT */
export function checkReason(reason: string | null | undefined): string | null {
  return reason === null || reason === undefined ? null : checkText(reason, ['reason'], { max: MAX_REASON });
}
