import { randomUUID } from 'node:crypto';

/** Shorter literals cost less than looking for them does. */
export const LONG_LITERAL_BYTES = 16_384;
/** Decoded at a time: strings of this size are made and forgotten where memory is at hand. */
const PIECE_BYTES = 49_152;
const scratch = Buffer.allocUnsafeSlow(PIECE_BYTES);
/** Unknown outside, so no document holds it by chance or on purpose. */
const PLACEHOLDER = `literal ${randomUUID()} `;

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COLON = 0x3a;
const PAD = 0x3d;
const SPACES: ReadonlySet<number | undefined> = new Set([0x20, 0x09, 0x0a, 0x0d]);

interface Literal {
  /** Of its first character, behind the quote. */
  readonly start: number;
  /** Of the quote that ends it. */
  readonly end: number;
}

/** JSON without its long literals. */
export interface SetAside {
  readonly rest: Buffer;
  /** Puts them back into what `rest` was parsed into. */
  readonly putBack: (parsed: unknown) => unknown;
}

/**
 * Shows a parser long string literals of base64 characters, as tensors come, by a short placeholder: JSON.parse looks at
 * every character for an escape, fifty times slower than memory is copied, and so does the search for poisoned
 * prototypes. A literal goes from an unescaped quote to the next one without an escape between; if the first ended a
 * literal instead, neither text would be JSON.
 */
export function setAside(body: Buffer): SetAside {
  const literals = body.length > LONG_LITERAL_BYTES ? longLiterals(body) : [];
  if (literals.length === 0) return { rest: body, putBack: (parsed) => parsed };
  const pieces: Buffer[] = [];
  let at = 0;
  for (const [index, { start, end }] of literals.entries()) {
    pieces.push(body.subarray(at, start), Buffer.from(`${PLACEHOLDER}${index}`));
    at = end;
  }
  pieces.push(body.subarray(at));
  return {
    rest: Buffer.concat(pieces),
    putBack: (parsed) =>
      putBack(parsed, literals.length, (index) => {
        const { start, end } = literals[index] ?? { start: 0, end: 0 };
        return body.toString('latin1', start, end);
      }),
  };
}

function longLiterals(body: Buffer): Literal[] {
  const literals: Literal[] = [];
  // What is twice as long as a step cannot lie between two of them.
  const step = LONG_LITERAL_BYTES / 2;
  for (let at = step; at < body.length;) {
    const end = body.indexOf(QUOTE, at);
    if (end === -1) break;
    const start = body.lastIndexOf(QUOTE, at - 1) + 1;
    if (end - start >= LONG_LITERAL_BYTES && isValue(body, start, end) && isBase64(body, start, end))
      literals.push({ start, end });
    at = end + step;
  }
  return literals;
}

function isValue(body: Buffer, start: number, end: number): boolean {
  let next = end + 1;
  while (SPACES.has(body[next])) next += 1;
  return start > 0 && body[start - 2] !== BACKSLASH && body[next] !== COLON;
}

/** Whether every character gives its six bits; nothing that JSON gives a meaning in a string does. */
function isBase64(body: Buffer, start: number, quote: number): boolean {
  let end = quote;
  while (quote - end < 2 && body[end - 1] === PAD) end -= 1;
  // Without this one, a character that gave none would go unnoticed.
  if ((end - start) % 4 === 1) return false;
  for (let at = start; at < end; at += (PIECE_BYTES / 3) * 4) {
    const piece = body.toString('latin1', at, Math.min(end, at + (PIECE_BYTES / 3) * 4));
    if (scratch.write(piece, 'base64') !== Math.floor((piece.length * 3) / 4)) return false;
  }
  return true;
}

/** Not by recursion: what a caller nests is as deep as they like. Ends with the last literal, not with the last node. */
function putBack(parsed: unknown, count: number, literal: (index: number) => string): unknown {
  const root = { parsed };
  const waiting: object[] = [root];
  let left = count;
  for (let node = waiting.pop(); node && left > 0; node = waiting.pop()) {
    // Its own keys, in an array its indices: what JSON is parsed into inherits nothing that can be enumerated.
    for (const key in node) {
      const value = (node as Record<string, unknown>)[key];
      if (typeof value === 'object' && value !== null) waiting.push(value);
      else if (typeof value === 'string' && value.startsWith(PLACEHOLDER)) {
        (node as Record<string, unknown>)[key] = literal(Number(value.slice(PLACEHOLDER.length)));
        left -= 1;
      }
    }
  }
  return root.parsed;
}
