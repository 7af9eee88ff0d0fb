import { Buffer } from 'node:buffer';
import type { NumberBlockParts } from './number-block.js';

export interface NumberArray extends NumberBlockParts {
  readonly start: number;
  /** Behind its last bracket. */
  readonly end: number;
  readonly openings: number;
}

/** Shorter arrays are read as quickly by JSON.parse, and take little. */
const LEAST_BYTES = 4_096;
/** Numbers are parsed so many bytes at a time: what that makes is forgotten where memory is at hand. */
const PIECE_BYTES = 32_768;
/** No tensor has more dimensions. */
const MAX_RANK = 64;

const COMMA = 0x2c;
const SPACE = 0x20;
const OPEN = 0x5b;
const CLOSE = 0x5d;
const MINUS = 0x2d;

const BRACKETS = /[[\]]/g;

const NUMBER = 1;
const BLANK = 2;
/** Of each byte: whether numbers are written with it, or it is white space. */
const KINDS = new Uint8Array(256);
for (const character of '0123456789+-.eE') KINDS[character.charCodeAt(0)] = NUMBER;
for (const character of ' \t\r\n') KINDS[character.charCodeAt(0)] = BLANK;

const QUOTED = ['"NaN"', '"Infinity"', '"-Infinity"'].map((word) => Buffer.from(word));
const BARE = ['NaN', 'Infinity', '-Infinity'].map((word) => Buffer.from(word));
const BOOLEANS = ['true', 'false'].map((word) => Buffer.from(word));

/** What a walk over an array of numbers found out. */
interface Outline {
  readonly shape: number[];
  readonly count: number;
  readonly openings: number;
  readonly end: number;
  readonly booleans: boolean;
  readonly hasWords: boolean;
}

/**
 * Reads arrays of numbers, and even arrays of them, out of JSON into typed arrays. Numbers themselves are read by
 * JSON.parse, in pieces, so that the same text gives the same number wherever it stands.
 */
export class NumberArrayReader {
  private readonly words: readonly Buffer[];
  /** Arrays that were found to hold something else too: known, so that no byte is looked at for each array around it. */
  private readonly others = new Set<number>();
  private quietUntil = 0;

  /** @param tolerant whether not-a-number and the infinities may stand bare, and digits beyond 2^53 count */
  constructor(private readonly tolerant: boolean) {
    this.words = tolerant ? [...QUOTED, ...BARE] : QUOTED;
  }

  /** Null when what opens at `start` is not one, or not worth it. To be asked in the order of the text. */
  read(bytes: Uint8Array, start: number): NumberArray | null {
    if (start < this.quietUntil || this.others.delete(start)) return null;
    const outline = this.walk(bytes, start);
    if (outline === null) return null;
    if (outline.end - start < LEAST_BYTES || outline.count === 0) {
      this.quietUntil = outline.end;
      return null;
    }
    const read = this.parse(bytes, start, outline);
    if (read === null) {
      // No numbers after all: the parser shall say what is wrong.
      this.quietUntil = outline.end;
      return null;
    }
    const { shape, openings, end, booleans } = outline;
    return { start, end, shape, openings, booleans, ...read };
  }

  /** Null when there is anything but numbers in even arrays. */
  private walk(bytes: Uint8Array, start: number): Outline | null {
    const open: number[] = [];
    const counts: number[] = [];
    const shape: number[] = [];
    let leafDepth = -1;
    let count = 0;
    let openings = 0;
    let booleans: boolean | undefined;
    let hasWords = false;
    let wantsValue = true;
    const other = (): null => {
      // Those still open hold what was found; those closed before do not.
      for (const opened of open) if (opened !== start) this.others.add(opened);
      return null;
    };
    for (let at = start; at < bytes.length;) {
      const byte = bytes[at] ?? 0;
      const depth = open.length;
      if (
        KINDS[byte] === NUMBER &&
        byte !== MINUS &&
        wantsValue &&
        depth === leafDepth &&
        booleans === false
      ) {
        // What most of it is, a number behind another.
        at += 1;
        while (KINDS[bytes[at] ?? 0] === NUMBER) at += 1;
        count += 1;
        counts[depth - 1] = (counts[depth - 1] ?? 0) + 1;
        wantsValue = false;
        continue;
      }
      if (KINDS[byte] === BLANK) at += 1;
      else if (byte === COMMA) {
        if (wantsValue) return other();
        wantsValue = true;
        at += 1;
      } else if (byte === OPEN) {
        if (!wantsValue || depth === MAX_RANK || depth === leafDepth) return other();
        open.push(at);
        counts.push(0);
        openings += 1;
        at += 1;
      } else if (byte === CLOSE) {
        if (wantsValue) return other();
        const size = counts.pop() ?? 0;
        open.pop();
        shape[depth - 1] ??= size;
        if (shape[depth - 1] !== size) return other();
        at += 1;
        if (depth === 1) {
          return { shape, count, openings, end: at, booleans: booleans === true, hasWords };
        }
        counts[depth - 2] = (counts[depth - 2] ?? 0) + 1;
      } else {
        if (!wantsValue) return other();
        if (leafDepth === -1) leafDepth = depth;
        const length = this.tokenLength(bytes, at);
        if (length === 0 || depth !== leafDepth) return other();
        const isNumber = length > 0;
        const isBoolean = !isNumber && isOneOf(bytes, at, BOOLEANS) > 0;
        if (booleans === undefined) booleans = isBoolean;
        else if (booleans !== isBoolean) return other();
        if (!isNumber && !isBoolean) hasWords = true;
        count += 1;
        counts[depth - 1] = (counts[depth - 1] ?? 0) + 1;
        wantsValue = false;
        at += Math.abs(length);
      }
    }
    return other();
  }

  /** Of a number; negative of a word; 0 of anything else. */
  private tokenLength(bytes: Uint8Array, at: number): number {
    let end = at;
    while (KINDS[bytes[end] ?? 0] === NUMBER) end += 1;
    if (end > at && !(end === at + 1 && bytes[at] === MINUS)) return end - at;
    return -(isOneOf(bytes, at, this.words) || isOneOf(bytes, at, BOOLEANS));
  }

  private parse(
    bytes: Uint8Array,
    start: number,
    { count, end, booleans, hasWords }: Outline,
  ): { values: Float64Array; digits?: Uint8Array } | null {
    const values = new Float64Array(count);
    let written = 0;
    let isWide = false;
    for (let at = start; at < end;) {
      const next = pieceEnd(bytes, at, end);
      const read = this.parsePiece(bytes, at, next, hasWords);
      if (read === null || written + read.length > count) return null;
      for (const value of read) {
        if (typeof value === 'number') {
          // One too large to be held is for the parser and the decoder to refuse in their words.
          if (!Number.isFinite(value)) return null;
          if (Math.abs(value) > Number.MAX_SAFE_INTEGER) isWide = true;
          values[written] = value;
        } else if (booleans) values[written] = value === true ? 1 : 0;
        else values[written] = wordOf(value);
        written += 1;
      }
      at = next + 1;
    }
    if (written !== count) return null;
    return isWide && this.tolerant ? { values, digits: withoutBrackets(bytes, start, end) } : { values };
  }

  /** The values of one piece, between two commas. */
  private parsePiece(
    bytes: Uint8Array,
    start: number,
    end: number,
    hasWords: boolean,
  ): readonly unknown[] | null {
    const text = Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start)
      .toString('latin1')
      .replaceAll(BRACKETS, ' ');
    try {
      return JSON.parse(`[${hasWords ? withoutWords(text) : text}]`) as unknown[];
    } catch {
      return null;
    }
  }
}

/** Words as the values of JSON that numbers cannot be mistaken for: null is not-a-number, true and false the infinities. */
function withoutWords(text: string): string {
  return text
    .replaceAll(/"?NaN"?/g, 'null')
    .replaceAll(/"?-Infinity"?/g, 'false')
    .replaceAll(/"?Infinity"?/g, 'true');
}

/** What `withoutWords` made of a word. */
function wordOf(value: unknown): number {
  if (value === null) return NaN;
  return value === true ? Infinity : -Infinity;
}

/** The position of a comma, or the end. */
function pieceEnd(bytes: Uint8Array, start: number, end: number): number {
  if (end - start <= PIECE_BYTES) return end;
  const comma = bytes.lastIndexOf(COMMA, start + PIECE_BYTES);
  if (comma > start) return comma;
  const next = bytes.indexOf(COMMA, start + PIECE_BYTES);
  return next === -1 || next > end ? end : next;
}

function withoutBrackets(bytes: Uint8Array, start: number, end: number): Uint8Array {
  return bytes.slice(start, end).map((byte) => (byte === OPEN || byte === CLOSE ? SPACE : byte));
}

/** The length of the word that stands here; 0 when none of them does. */
function isOneOf(bytes: Uint8Array, at: number, words: readonly Buffer[]): number {
  for (const word of words) {
    let same = 0;
    while (same < word.length && bytes[at + same] === word[same]) same += 1;
    if (same === word.length) return same;
  }
  return 0;
}
