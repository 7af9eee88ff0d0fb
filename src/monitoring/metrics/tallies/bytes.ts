const FIRST_BYTES = 256;

/** Writes numbers and texts one after the other; whole numbers take as many bytes as they need. */
export class ByteWriter {
  private buffer = Buffer.allocUnsafe(FIRST_BYTES);
  private length = 0;

  /** @param value a whole number from 0 to 2^53 − 1 */
  whole(value: number): void {
    this.reserve(8);
    let rest = value;
    while (rest >= 0x80) {
      this.buffer[this.length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.buffer[this.length++] = rest;
  }

  /** @param value a whole number whose amount is below 2^52 */
  signed(value: number): void {
    this.whole(value < 0 ? -2 * value - 1 : 2 * value);
  }

  float(value: number): void {
    this.reserve(8);
    this.length = this.buffer.writeDoubleLE(value, this.length);
  }

  text(value: string): void {
    const size = Buffer.byteLength(value);
    this.whole(size);
    this.reserve(size);
    this.length += this.buffer.write(value, this.length, 'utf8');
  }

  /** A copy of what was written. */
  bytes(): Uint8Array {
    return Uint8Array.prototype.slice.call(this.buffer, 0, this.length);
  }

  private reserve(size: number): void {
    const needed = this.length + size;
    if (needed <= this.buffer.length) return;
    const larger = Buffer.allocUnsafe(Math.max(needed, 2 * this.buffer.length));
    this.buffer.copy(larger, 0, 0, this.length);
    this.buffer = larger;
  }
}

/** Reads what ByteWriter wrote. */
export class ByteReader {
  private readonly buffer: Buffer;
  private place = 0;

  constructor(bytes: Uint8Array) {
    this.buffer = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  /** @throws RangeError beyond the end */
  whole(): number {
    let value = 0;
    let unit = 1;
    for (;;) {
      const byte = this.buffer[this.place++];
      if (byte === undefined) throw new RangeError('Expected more bytes of a stored measurement.');
      value += (byte & 0x7f) * unit;
      if (byte < 0x80) return value;
      unit *= 0x80;
    }
  }

  signed(): number {
    const value = this.whole();
    return value % 2 === 1 ? -(value + 1) / 2 : value / 2;
  }

  float(): number {
    const value = this.buffer.readDoubleLE(this.place);
    this.place += 8;
    return value;
  }

  text(): string {
    const size = this.whole();
    const value = this.buffer.toString('utf8', this.place, this.place + size);
    this.place += size;
    return value;
  }
}
