import { DomainError } from '../platform/errors.js';

/**
 * A cursor is the position of a row in one list, in one order: base64url of `[list, ...values]`. It names the list so
 * that one taken from elsewhere is refused instead of pointing somewhere by accident.
 */
export function encodeCursor(list: string, values: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify([list, ...values])).toString('base64url');
}

/** @throws DomainError CURSOR_INVALID unless `isPosition` accepts the values. */
export function decodeCursor<Values extends readonly unknown[]>(
  list: string,
  cursor: string,
  isPosition: (values: readonly unknown[]) => values is Values,
): Values {
  const [name, ...values] = parsed(cursor);
  if (name === list && isPosition(values)) return values;
  throw invalidCursor(cursor);
}

export function invalidCursor(cursor: string): DomainError {
  const shown = cursor.length > 40 ? `${cursor.slice(0, 40)}…` : cursor;
  return new DomainError(
    'CURSOR_INVALID',
    `Expected a cursor that this list has answered in this order, got ${JSON.stringify(shown)}. Begin again without "after" and "before".`,
  );
}

function parsed(cursor: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}
