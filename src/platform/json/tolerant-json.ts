import { isUtf8 } from 'node:buffer';
import { parseExactJson } from './exact-json.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const FIRST_BYTES = new Set(Buffer.from('NI-'));
const TOKENS = ['NaN', 'Infinity', '-Infinity'].map((token) => Buffer.from(token));
/** A token is never longer than this, as a share of itself and the separator it needs: `NaN,` becomes `"NaN",`. */
const MAX_GROWTH = 1.5;

/**
 * JSON in which not-a-number and the infinities may stand bare, as the programs that speak the serving protocols write
 * them; they are read as the strings "NaN", "Infinity" and "-Infinity", which is what tensors take. Integers beyond 2^53 are
 * read as bigint, digit by digit.
 *
 * @throws SyntaxError in a whole sentence, which quotes nothing but the bytes
 */
export function parseTolerantJson(bytes: Buffer): unknown {
  if (!isUtf8(bytes)) throw new SyntaxError('Expected JSON as UTF-8, got other bytes.');
  try {
    return parseExactJson(bytes.toString('utf8'));
  } catch (error) {
    const quoted = quoteTokens(bytes);
    if (quoted === null) throw malformed(error);
    return parseQuoted(quoted);
  }
}

function parseQuoted(bytes: Buffer): unknown {
  try {
    return parseExactJson(bytes.toString('utf8'));
  } catch (error) {
    throw malformed(error);
  }
}

function malformed(cause: unknown): SyntaxError {
  return new SyntaxError(`The body is not valid JSON: ${(cause as Error).message}.`, { cause });
}

/**
 * The same JSON with its bare tokens in quotes; null when it has none. One pass over bytes into one buffer: a body of
 * nothing but tokens must not become millions of small strings.
 */
function quoteTokens(bytes: Buffer): Buffer | null {
  let quoted: Buffer | null = null;
  let written = 0;
  let copied = 0;
  for (let at = 0; at < bytes.length;) {
    if (bytes[at] === QUOTE) {
      at = endOfString(bytes, at);
      continue;
    }
    const length = tokenAt(bytes, at);
    if (length === 0) {
      at += 1;
      continue;
    }
    quoted ??= Buffer.allocUnsafe(Math.ceil((bytes.length + 1) * MAX_GROWTH));
    written += bytes.copy(quoted, written, copied, at);
    quoted[written] = QUOTE;
    written += 1 + bytes.copy(quoted, written + 1, at, at + length);
    quoted[written] = QUOTE;
    written += 1;
    at += length;
    copied = at;
  }
  if (quoted === null) return null;
  written += bytes.copy(quoted, written, copied);
  return quoted.subarray(0, written);
}

/** The position behind the string that begins at `start`; the end when it is not closed. */
function endOfString(bytes: Buffer, start: number): number {
  for (let at = start + 1; at < bytes.length; at += 1) {
    if (bytes[at] === BACKSLASH) at += 1;
    else if (bytes[at] === QUOTE) return at + 1;
  }
  return bytes.length;
}

/** The length of the token that is a whole value here, from a separator to a separator; 0 when there is none. */
function tokenAt(bytes: Buffer, at: number): number {
  if (!FIRST_BYTES.has(bytes[at] ?? 0)) return 0;
  const token = TOKENS.find((candidate) => startsWith(bytes, at, candidate));
  if (token === undefined) return 0;
  if (at > 0 && !isOneOf(bytes[at - 1], '[:, \t\r\n')) return 0;
  let next = at + token.length;
  while (next < bytes.length && isOneOf(bytes[next], ' \t\r\n')) next += 1;
  return next === bytes.length || isOneOf(bytes[next], ',]}') ? token.length : 0;
}

function startsWith(bytes: Buffer, at: number, token: Buffer): boolean {
  for (let index = 0; index < token.length; index += 1) if (bytes[at + index] !== token[index]) return false;
  return true;
}

function isOneOf(byte: number | undefined, characters: string): boolean {
  return byte !== undefined && characters.includes(String.fromCharCode(byte));
}
