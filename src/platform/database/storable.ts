/** What no PostgreSQL text holds: U+0000, and halves of surrogate pairs, which are no characters (jsonb refuses both). */
const UNSTORABLE = /[\0\p{Surrogate}]/gu;
const REPLACEMENT = '\uFFFD';

/**
 * A value as the database can hold it: what no text there can hold is U+FFFD, in texts, and in the keys and texts of
 * JSON. The same value comes back when there is nothing to replace.
 *
 * What a caller is to read again as it was sent is checked before it comes here; this keeps the rest, such as the
 * words of an error that repeat what came, from making a whole transaction fail.
 */
export function storable<T>(value: T): T {
  if (typeof value === 'string') return value.replace(UNSTORABLE, REPLACEMENT) as T;
  if (Array.isArray(value)) {
    const items = value.map((item: unknown) => storable(item));
    return (items.some((item, index) => item !== value[index]) ? items : value) as T;
  }
  if (!isPlain(value)) return value;
  const entries = Object.entries(value);
  const kept = entries.map(([key, item]) => [storable(key), storable(item)] as const);
  const same = kept.every(([key, item], index) => key === entries[index]?.[0] && item === entries[index][1]);
  return (same ? value : Object.fromEntries(kept)) as T;
}

/** Dates, bytes and the database client's own objects are not looked into. */
function isPlain(value: unknown): value is Record<string, unknown> {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  // By its shape: an object may come from another realm, with another Object.prototype.
  return prototype === null || Object.getPrototypeOf(prototype) === null;
}
