import { DomainError } from '../../platform/errors.js';

/** A multiple of four characters, so that every slice but the last decodes to whole bytes. */
const SLICE = 1 << 18;

/**
 * The bytes of a base64 text (RFC 4648 section 4, padding optional), a slice at a time, so that they never exist twice
 * in memory as a whole. Node's decoder skips what it does not understand; here that is an error.
 *
 * @throws DomainError INVALID_ARGUMENT before the first byte.
 */
export function decodeBase64(text: string, field: readonly string[]): AsyncIterable<Uint8Array> {
  if (text === '')
    throw new DomainError(
      'INVALID_ARGUMENT',
      'Expected the bytes of an ONNX file in base64, got an empty text.',
      { field },
    );
  const stray = text.search(/[^A-Za-z0-9+/]/);
  const digits = stray === -1 ? text.length : stray;
  if (!/^={0,2}$/.test(text.slice(digits, digits + 3)) || text.length > digits + 2) {
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected base64 (A–Z, a–z, 0–9, "+", "/", padded with "="), got ${JSON.stringify(text[digits])} at character ${digits + 1}.`,
      { field },
    );
  }
  if (digits % 4 === 1 || (text.length > digits && text.length % 4 !== 0)) {
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected base64 whose length is a multiple of 4, got ${text.length} characters: some are missing at the end.`,
      { field },
    );
  }
  return slices(text);
}

async function* slices(text: string): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < text.length; start += SLICE)
    yield Buffer.from(text.slice(start, start + SLICE), 'base64');
}
