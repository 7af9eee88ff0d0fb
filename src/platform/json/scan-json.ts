import { JSON_LIMITS, type JsonCounts } from './json-weight.js';
import type { NumberArrayReader, NumberArray } from './number-arrays.js';

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const COMMA = 0x2c;
const COLON = 0x3a;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Of each byte, whether the scan has to look at it. */
const MEANT = new Uint8Array(256);
for (const byte of [QUOTE, COMMA, COLON, OPEN_ARRAY, CLOSE_ARRAY, OPEN_OBJECT, CLOSE_OBJECT]) MEANT[byte] = 1;

/** Which JSON has more than it may. */
export type Beyond = keyof typeof JSON_LIMITS;

export type JsonPath = readonly (string | number)[];

/** An array of numbers that is long enough to be read apart, and where it stands. */
export interface FoundNumbers extends NumberArray {
  readonly path: JsonPath;
}

export interface Scan {
  readonly counts: JsonCounts;
  readonly found: readonly FoundNumbers[];
}

/**
 * Goes through JSON byte by byte before anything is made of it. It judges nothing but the limits: whether the text is
 * JSON, the parser says.
 *
 * @param numbers given, arrays of numbers are looked for
 * @returns what there is too much of, in place of the scan
 */
export function scanJson(bytes: Uint8Array, numbers?: NumberArrayReader): Scan | Beyond {
  const found: FoundNumbers[] = [];
  const place = new Place(bytes);
  let openings = 0;
  let objects = 0;
  let strings = 0;
  let commas = 0;
  for (let at = 0; at < bytes.length;) {
    switch (bytes[at]) {
      case QUOTE: {
        strings += 1;
        if (strings > JSON_LIMITS.strings) return 'strings';
        const end = endOfString(bytes, at);
        place.string(at, end);
        at = end;
        continue;
      }
      case OPEN_ARRAY: {
        const array = numbers?.read(bytes, at);
        if (array) {
          openings += array.openings;
          commas += array.values.length;
          if (openings > JSON_LIMITS.openings) return 'openings';
          found.push({ ...array, path: place.path() });
          at = array.end;
          continue;
        }
        openings += 1;
        objects += 1;
        if (!place.open(true)) return 'depth';
        break;
      }
      case OPEN_OBJECT:
        openings += 1;
        objects += 1;
        if (!place.open(false)) return 'depth';
        break;
      case CLOSE_ARRAY:
      case CLOSE_OBJECT:
        place.close();
        break;
      case COMMA:
        commas += 1;
        place.comma();
        break;
      case COLON:
        place.colon();
        break;
      default:
        at += 1;
        while (at < bytes.length && MEANT[bytes[at] ?? 0] === 0) at += 1;
        continue;
    }
    if (openings > JSON_LIMITS.openings) return 'openings';
    if (objects > JSON_LIMITS.objects) return 'objects';
    at += 1;
  }
  return { counts: { bytes: bytes.length, openings: objects, strings, commas }, found };
}

/** The position behind the string that begins at `start`; the end when it is not closed. */
function endOfString(bytes: Uint8Array, start: number): number {
  for (let at = start + 1; at < bytes.length; at += 1) {
    if (bytes[at] === BACKSLASH) at += 1;
    else if (bytes[at] === QUOTE) return at + 1;
  }
  return bytes.length;
}

/** Where in the JSON the scan is. Numbers in typed arrays, since there may be two million steps down and up. */
class Place {
  private depth = 0;
  /** In an array the index of the entry; in an object -1. */
  private readonly index = new Int32Array(JSON_LIMITS.depth + 1);
  private readonly keyStart = new Int32Array(JSON_LIMITS.depth + 1);
  private readonly keyEnd = new Int32Array(JSON_LIMITS.depth + 1);
  private stringStart = 0;
  private stringEnd = 0;

  constructor(private readonly bytes: Uint8Array) {}

  string(start: number, end: number): void {
    this.stringStart = start;
    this.stringEnd = end;
  }

  /** @returns false when it is too deep */
  open(isArray: boolean): boolean {
    if (this.depth === JSON_LIMITS.depth) return false;
    this.index[this.depth] = isArray ? 0 : -1;
    this.depth += 1;
    return true;
  }

  close(): void {
    if (this.depth > 0) this.depth -= 1;
  }

  comma(): void {
    const top = this.depth - 1;
    const index = this.index[top] ?? -1;
    if (top >= 0 && index >= 0) this.index[top] = index + 1;
  }

  /** What stood before is a key. */
  colon(): void {
    const top = this.depth - 1;
    if (top < 0) return;
    this.keyStart[top] = this.stringStart;
    this.keyEnd[top] = this.stringEnd;
  }

  path(): (string | number)[] {
    return Array.from({ length: this.depth }, (_, level) => {
      const index = this.index[level] ?? -1;
      return index >= 0 ? index : this.key(level);
    });
  }

  private key(level: number): string {
    const bytes = this.bytes.subarray(this.keyStart[level], this.keyEnd[level]);
    try {
      return JSON.parse(new TextDecoder().decode(bytes)) as string;
    } catch {
      // No JSON, so nothing will be put anywhere.
      return '';
    }
  }
}
