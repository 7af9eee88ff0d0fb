import { MalformedProtobuf } from '../windowed-file.js';

export interface WireRange {
  readonly start: number;
  readonly end: number;
}

/** What the fields of a message hold, by their numbers, in the order of the bytes. */
export interface WireLists {
  /** Of length-delimited fields. */
  ranges(number: number): readonly WireRange[];
  /** 64-bit whole numbers, packed or one by one; beyond 2^53 the nearest that a double holds. */
  integers(number: number): Float64Array;
  /** 32-bit floats, packed or one by one. */
  floats(number: number): Float32Array;
}

/** Fields that hold numbers are gathered as they are met; the rest by where it lies. @throws MalformedProtobuf */
export function wireLists(bytes: Buffer): WireLists {
  const cursor = new Cursor(bytes);
  const ranges = new Map<number, WireRange[]>();
  const varints = new Map<number, Grown<Float64Array>>();
  const fixed = new Map<number, Grown<Float32Array>>();
  while (cursor.at < bytes.length) {
    const tag = cursor.unsigned();
    const [number, wireType] = [Math.floor(tag / 8), tag % 8];
    if (wireType === 0)
      listOf(varints, number, () => new Grown((size) => new Float64Array(size))).add(cursor.signed()); // prettier-ignore
    else if (wireType === 5)
      listOf(fixed, number, () => new Grown((size) => new Float32Array(size))).add(cursor.float());
    else if (wireType === 2) {
      const length = cursor.unsigned();
      listOf(ranges, number, () => []).push({ start: cursor.at, end: cursor.at + length });
      cursor.skip(length);
    } else if (wireType === 1) cursor.skip(8);
    else throw new MalformedProtobuf(`a field has the wire type ${wireType}, which no attribute has`);
  }
  return {
    ranges: (number) => ranges.get(number) ?? [],
    integers: (number) => varints.get(number)?.all() ?? packedIntegers(bytes, ranges.get(number) ?? []),
    floats: (number) => fixed.get(number)?.all() ?? packedFloats(bytes, ranges.get(number) ?? []),
  };
}

class Cursor {
  at = 0;

  constructor(private readonly bytes: Buffer) {}

  unsigned(): number {
    let value = 0;
    for (let shift = 1; ; shift *= 128) {
      const byte = this.byte();
      value += (byte & 0x7f) * shift;
      if (byte < 0x80) return value;
      if (shift > 2 ** 63) throw new MalformedProtobuf('a number is longer than 64 bits');
    }
  }

  /** A negative number takes all ten bytes. */
  signed(): number {
    const start = this.at;
    const value = this.unsigned();
    if (this.at - start < 9) return value;
    let exact = 0n;
    for (let index = start; index < this.at; index += 1)
      exact |= BigInt((this.bytes[index] ?? 0) & 0x7f) << BigInt(7 * (index - start));
    return Number(BigInt.asIntN(64, exact));
  }

  float(): number {
    const start = this.at;
    this.skip(4);
    return this.bytes.readFloatLE(start);
  }

  skip(length: number): void {
    this.at += length;
    if (this.at > this.bytes.length)
      throw new MalformedProtobuf('a field is longer than the message that holds it');
  }

  private byte(): number {
    const byte = this.bytes[this.at];
    if (byte === undefined) throw new MalformedProtobuf('a number is cut short');
    this.at += 1;
    return byte;
  }
}

/** A typed array that doubles when it is full. */
class Grown<List extends Float64Array | Float32Array> {
  private length = 0;
  private list: List;

  constructor(private readonly make: (size: number) => List) {
    this.list = make(16);
  }

  add(value: number): void {
    if (this.length === this.list.length) {
      const larger = this.make(2 * this.length);
      larger.set(this.list);
      this.list = larger;
    }
    this.list[this.length] = value;
    this.length += 1;
  }

  all(): List {
    return this.list.slice(0, this.length) as List;
  }
}

function packedIntegers(bytes: Buffer, ranges: readonly WireRange[]): Float64Array {
  const values = new Grown((size) => new Float64Array(size));
  for (const { start, end } of ranges) {
    const cursor = new Cursor(bytes.subarray(start, end));
    while (cursor.at < end - start) values.add(cursor.signed());
  }
  return values.all();
}

function packedFloats(bytes: Buffer, ranges: readonly WireRange[]): Float32Array {
  const values = new Grown((size) => new Float32Array(size));
  for (const { start, end } of ranges)
    for (let at = start; at + 4 <= end; at += 4) values.add(bytes.readFloatLE(at));
  return values.all();
}

function listOf<List>(lists: Map<number, List>, number: number, make: () => List): List {
  const known = lists.get(number);
  if (known !== undefined) return known;
  const made = make();
  lists.set(number, made);
  return made;
}
