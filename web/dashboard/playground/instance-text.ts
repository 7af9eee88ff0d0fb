/** An instance as it stands in an address or a field: text as it is, anything else as JSON. */
export function instanceText(instance: unknown): string {
  return typeof instance === 'string' ? instance : JSON.stringify(instance);
}

/** The other way round. Text that looks like JSON of an object is one; molecules and nuclides never do. */
export function instanceOf(text: string): unknown {
  const trimmed = text.trim();
  if (!/^[{[]/.test(trimmed)) return trimmed;
  try {
    const parsed = JSON.parse(trimmed) as unknown;
    return typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed) ? parsed : trimmed;
  } catch {
    return trimmed;
  }
}

const MOST_SHOWN = 4_000;

/** An instance to be shown in a program: a picture or a long list stands there by its beginning. */
export function shortened(instance: unknown): unknown {
  if (typeof instance === 'string')
    return instance.length > MOST_SHOWN ? `${instance.slice(0, 60)}…` : instance;
  if (typeof instance !== 'object' || instance === null || instanceText(instance).length <= MOST_SHOWN)
    return instance;
  return Array.isArray(instance)
    ? instance.slice(0, 8).map(shortened)
    : Object.fromEntries(Object.entries(instance).map(([name, value]) => [name, shortened(value)]));
}
