import { DomainError } from '../platform/errors.js';

/**
 * What a row refers to exists as long as the row does: the database refuses to orphan. Only between two reads of one
 * request can both disappear.
 *
 * @throws DomainError UNAVAILABLE in that case.
 */
export async function existing<T>(found: Promise<T | null>, what: string): Promise<T> {
  const value = await found;
  if (value !== null) return value;
  throw new DomainError(
    'UNAVAILABLE',
    `The ${what} was deleted while this request was reading it. Ask again.`,
  );
}
