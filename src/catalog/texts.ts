import { DomainError } from '../platform/errors.js';

/** PostgreSQL stores any character but this one. */
const NUL = '\u0000';

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

/** Whether the database can hold, and so compare, a text. */
export function isStorable(text: string): boolean {
  return !text.includes(NUL);
}

/** The same value without NUL characters in its texts: files may hold them where the database cannot. */
export function withoutNul<T>(value: T): T {
  if (typeof value === 'string') return value.replaceAll(NUL, '') as T;
  if (Array.isArray(value)) return value.map((item: unknown) => withoutNul(item)) as T;
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]: [string, unknown]) => [withoutNul(key), withoutNul(item)]),
  ) as T;
}
