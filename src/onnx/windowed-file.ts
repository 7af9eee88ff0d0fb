import { closeSync, fstatSync, openSync, readSync } from 'node:fs';

/** The bytes end inside something, or are not what they should be. */
export class MalformedProtobuf extends Error {}

const windowBytes = 256 * 1024;

/** Reads a file forwards through a window of fixed size; what is skipped is never read. Synchronous: for child processes. */
export class WindowedFile {
  readonly size: number;
  position = 0;
  readonly #file: number;
  readonly #window = Buffer.allocUnsafe(windowBytes);
  #start = 0;
  #length = 0;

  constructor(path: string) {
    this.#file = openSync(path, 'r');
    this.size = fstatSync(this.#file).size;
  }

  close(): void {
    closeSync(this.#file);
  }

  /** The first bytes of the file, wherever the position is. */
  head(length: number): Buffer {
    const head = Buffer.alloc(Math.min(length, this.size));
    return head.subarray(0, readSync(this.#file, head, 0, head.length, 0));
  }

  byte(): number {
    const offset = this.position - this.#start;
    if (offset < 0 || offset >= this.#length) return this.#refill();
    this.position += 1;
    return this.#window[offset] ?? 0;
  }

  copy(length: number): Buffer {
    const bytes = Buffer.alloc(length);
    let done = 0;
    while (done < length) {
      const read = readSync(this.#file, bytes, done, length - done, this.position + done);
      if (read === 0) throw new MalformedProtobuf('the file ends too early');
      done += read;
    }
    this.position += length;
    return bytes;
  }

  /**
   * A base-128 varint, with its bytes as they stand. The value is exact up to 2^53, enough for tags and lengths.
   * @param most bytes it may take, however small it is
   */
  varint(most = 10): { value: number; bytes: number[] } {
    const bytes: number[] = [];
    let value = 0;
    for (;;) {
      const byte = this.byte();
      value += (byte & 0x7f) * 2 ** (7 * bytes.length);
      bytes.push(byte);
      if (byte < 0x80) return { value, bytes };
      if (bytes.length === most)
        throw new MalformedProtobuf(`a number takes more bytes than ${most}, its most`);
    }
  }

  #refill(): number {
    this.#start = this.position;
    this.#length = readSync(this.#file, this.#window, 0, windowBytes, this.position);
    if (this.#length === 0) throw new MalformedProtobuf('the file ends too early');
    this.position += 1;
    return this.#window[0] ?? 0;
  }
}
