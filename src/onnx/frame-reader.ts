import { BrokenFrame, decodeFrame, PREFIX_BYTES, readPrefix, type Frame } from './frame.js';

/** Puts frames together from bytes as they come, in pieces of any size. */
export class FrameReader {
  readonly #prefix = new Uint8Array(PREFIX_BYTES);
  readonly #prefixView = new DataView(this.#prefix.buffer);
  /** What is being filled: the prefix, or a frame's header and body. */
  #target: Uint8Array<ArrayBuffer> = this.#prefix;
  #filled = 0;
  #headerBytes = 0;

  /** Where the next bytes belong; never empty. Whoever writes there itself tells so by `filled`. */
  get room(): Uint8Array {
    return this.#target.subarray(this.#filled);
  }

  /**
   * @param bytes how many were written to `room`
   * @returns a frame, when that was the last of it
   * @throws BrokenFrame
   */
  filled(bytes: number): Frame | undefined {
    this.#filled += bytes;
    if (this.#filled < this.#target.length) return undefined;
    this.#filled = 0;
    if (this.#target === this.#prefix) {
      const { headerBytes, bodyBytes } = readPrefix(this.#prefixView);
      this.#headerBytes = headerBytes;
      // A buffer of its own, and not zeroed: every byte of it is about to be written.
      this.#target = room(headerBytes + bodyBytes);
      return undefined;
    }
    const { buffer } = this.#target;
    this.#target = this.#prefix;
    return decodeFrame(buffer, this.#headerBytes);
  }

  /** @throws BrokenFrame */
  *push(chunk: Uint8Array): Generator<Frame, void, undefined> {
    for (let at = 0; at < chunk.length;) {
      const bytes = Math.min(this.#target.length - this.#filled, chunk.length - at);
      this.#target.set(chunk.subarray(at, at + bytes), this.#filled);
      at += bytes;
      const frame = this.filled(bytes);
      if (frame !== undefined) yield frame;
    }
  }
}

function room(bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return Buffer.allocUnsafeSlow(bytes);
  } catch {
    throw new BrokenFrame(`there is no memory for a frame of ${bytes} bytes`);
  }
}
