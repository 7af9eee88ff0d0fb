/** What a block holds, as it crosses from the thread that read it. */
export interface NumberBlockParts {
  /** Its nesting: 2 rows of 3 numbers are [2, 3]. */
  readonly shape: readonly number[];
  /** Row-major. Not-a-number and the infinities stand for those words; JSON has no such numbers. */
  readonly values: Float64Array;
  /** Whether `true` and `false` were written, which `values` has as 1 and 0. */
  readonly booleans: boolean;
  /** The numbers as text, with commas between; there when an integer among them has more digits than a double holds. */
  readonly digits?: Uint8Array;
}

/** An integer as text: what a double cannot hold is told by its digits alone. */
const INTEGER = /^-?\d+$/;

/**
 * An array of numbers, or even arrays of them, that was read from JSON without ever being JavaScript arrays: those take
 * four times the memory, and the garbage collector has to walk through them. It stands where the array would.
 */
export class NumberBlock {
  readonly shape: readonly number[];
  readonly values: Float64Array;
  readonly booleans: boolean;
  readonly #digits: Uint8Array | undefined;

  constructor({ shape, values, booleans, digits }: NumberBlockParts) {
    this.shape = shape;
    this.values = values;
    this.booleans = booleans;
    this.#digits = digits;
  }

  /** As many entries as the outermost array has. */
  get length(): number {
    return this.shape[0] ?? 0;
  }

  /** Whether there are integers that a double cannot hold. */
  get isWide(): boolean {
    return this.#digits !== undefined;
  }

  /** What JSON.parse gives for an element, with the words "NaN", "Infinity" and "-Infinity" as strings. */
  at(index: number): number | boolean | string {
    const value = this.values[index] ?? NaN;
    if (this.booleans) return value === 1;
    return Number.isFinite(value) ? value : String(value);
  }

  /** All of them, with each integer that a double cannot hold as a bigint. */
  *elements(): Generator<number | boolean | string | bigint> {
    const text =
      this.#digits && Buffer.from(this.#digits.buffer, this.#digits.byteOffset, this.#digits.length);
    let start = 0;
    for (const index of this.values.keys()) {
      const value = this.at(index);
      if (text === undefined) {
        yield value;
        continue;
      }
      const comma = text.indexOf(',', start);
      const end = comma === -1 ? text.length : comma;
      const written =
        typeof value === 'number' && Number.isInteger(value) && !Number.isSafeInteger(value)
          ? text.toString('latin1', start, end).trim()
          : '';
      yield INTEGER.test(written) ? BigInt(written) : value;
      start = end + 1;
    }
  }

  /** Nested arrays, where something else than a tensor was meant. */
  toJSON(): unknown[] {
    const elements = this.elements();
    const nest = (dimension: number): unknown[] =>
      Array.from({ length: this.shape[dimension] ?? 0 }, () =>
        dimension === this.shape.length - 1 ? (elements.next().value as unknown) : nest(dimension + 1),
      );
    return nest(0);
  }
}
