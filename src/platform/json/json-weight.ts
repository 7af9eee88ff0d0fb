import { DomainError } from '../errors.js';

/** What makes JSON heavy once it is read: each of these becomes something on the heap. */
export interface JsonCounts {
  readonly bytes: number;
  /** Objects and arrays, without those that are read as blocks of numbers. */
  readonly openings: number;
  readonly strings: number;
  readonly commas: number;
}

/**
 * A body of 32 MiB of nothing but `{},` is eleven million objects, and JSON.parse stops the server for seconds over them.
 * Two million openings are what a tensor may be nested into one by one; what is no array of numbers becomes objects on the
 * heap while every caller waits, and has a limit of its own. Numbers are not bounded: they are what tensors are made of.
 */
export const JSON_LIMITS = {
  openings: 2_000_000,
  objects: 500_000,
  strings: 1_000_000,
  depth: 1_000,
} as const;

/** Fewer than the depth that is allowed, so that they cannot be nested too deeply. */
const FEW_PARTS = 500;
const PART_MARKS = Buffer.from('"{[');

/** An empty object takes 56 bytes on V8's heap, a place in an array 8, a short string 24 to 32. */
const OPENING_BYTES = 64;
const STRING_BYTES = 32;
const PLACE_BYTES = 8;
/** The text of the body, and its content. */
const COPIES = 2;
/** The heaviest JSON is `[{},{},…]`, at three bytes an object. */
const HEAVIEST_PER_BYTE = COPIES + Math.ceil((OPENING_BYTES + PLACE_BYTES) / 3);

/** Bytes of memory that JSON takes while its request runs. */
export function weightOf({ bytes, openings, strings, commas }: JsonCounts): number {
  return COPIES * bytes + OPENING_BYTES * openings + STRING_BYTES * strings + PLACE_BYTES * commas;
}

/** What so many bytes of JSON weigh at most. */
export function heaviest(bytes: number): number {
  return HEAVIEST_PER_BYTE * bytes;
}

/** What so many bytes of JSON weigh at most that has few parts: half of them are commas. */
export function heaviestNumbers(bytes: number): number {
  return weightOf({ bytes, openings: FEW_PARTS, strings: FEW_PARTS, commas: bytes / 2 });
}

/**
 * Whether JSON is within every limit because it has hardly anything but numbers and long strings; told at the speed of
 * memory, while a scan looks at every byte.
 */
export function hasFewParts(bytes: Uint8Array): boolean {
  return [...PART_MARKS].every((mark) => {
    let at = -1;
    for (let found = 0; found < FEW_PARTS; found += 1) {
      at = bytes.indexOf(mark, at + 1);
      if (at === -1) return true;
    }
    return false;
  });
}

/** @returns the refusal of what has too much of something */
export function beyondLimit(what: keyof typeof JSON_LIMITS): DomainError {
  const most = JSON_LIMITS[what].toLocaleString('en');
  const expected = {
    openings: `at most ${most} objects and arrays`,
    objects: `at most ${most} objects and arrays beside its long arrays of numbers`,
    strings: `at most ${most} strings`,
    depth: `objects and arrays nested at most ${most} deep`,
  }[what];
  return new DomainError(
    'INVALID_ARGUMENT',
    `Expected a JSON body of ${expected}, got more. Send fewer rows at a time, or send tensors as base64 or binary data.`,
  );
}
