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
