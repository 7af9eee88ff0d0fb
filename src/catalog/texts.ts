/** PostgreSQL stores any character but this one. */
const NUL = '\u0000';

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
