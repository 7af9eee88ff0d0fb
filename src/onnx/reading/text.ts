const decoder = new TextDecoder();

/** Text that any database and any JSON parser takes: no NUL, and U+FFFD for what is not UTF-8. */
export function text(value: Uint8Array | string | undefined): string {
  const decoded = typeof value === 'string' ? value : decoder.decode(value);
  return decoded.replaceAll('\0', '\uFFFD');
}
