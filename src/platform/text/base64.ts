/**
 * The bytes of a padded base64 text, in a buffer of exactly its size; undefined for anything but what an encoder writes.
 * Node's decoder takes two alphabets and skips what it does not know, so a damaged string would turn into other bytes
 * without a word: every character has to give its six bits.
 */
export function decodedBase64(text: string): (Buffer & { readonly buffer: ArrayBuffer }) | undefined {
  const padding = text.endsWith('==') ? 2 : text.endsWith('=') ? 1 : 0;
  // Characters beyond one byte would be read by their lower half.
  if (text.length % 4 !== 0 || Buffer.byteLength(text) !== text.length) return undefined;
  if (text.includes('-') || text.includes('_')) return undefined;
  // Not zeroed, and of its own: a tensor lies in it and moves to a thread with it.
  const bytes = Buffer.allocUnsafeSlow((text.length / 4) * 3 - padding);
  if (bytes.write(text, 'base64') !== bytes.length) return undefined;
  // Bits of the last character that belong to no byte are not zero, if encoding does not lead back to it.
  const last = Math.max(0, text.length - 4);
  return bytes.toString('base64', (last / 4) * 3) === text.slice(last) ? bytes : undefined;
}
