import { BrokenFrame, decodeFrame, PREFIX_BYTES, readPrefix, type Frame } from './frame.js';

/** A larger buffer is given back after its frame. */
const KEPT_BYTES = 2 ** 24;

/** Puts frames together from bytes as they come, in pieces of any size. */
export class FrameReader {
  readonly #prefix = new Uint8Array(PREFIX_BYTES);
  readonly #prefixView = new DataView(this.#prefix.buffer);
  /** What is being filled: the prefix, or a frame's header and body. */
  #target: Uint8Array<ArrayBuffer> = this.#prefix;
  #filled = 0;
  #headerBytes = 0;
  #kept: ArrayBuffer | undefined;

  /**
   * @param reuses whether a frame may be overwritten by the next: for callers that are done with one before they ask for another.
   * Fresh memory costs a page fault for every 4 kB.
   */
  constructor(private readonly reuses = false) {}

  /** Where the next bytes belong; never empty. A caller that writes there itself says so by `filled`. */
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
      this.#target = this.#bufferOf(headerBytes + bodyBytes);
      return undefined;
    }
    const content = this.#target;
    this.#target = this.#prefix;
    return decodeFrame(content, this.#headerBytes);
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

  #bufferOf(bytes: number): Uint8Array<ArrayBuffer> {
    if (!this.reuses || bytes > KEPT_BYTES) return room(bytes);
    if (this.#kept === undefined || this.#kept.byteLength < bytes)
      this.#kept = room(Math.min(KEPT_BYTES, 2 * bytes)).buffer;
    return new Uint8Array(this.#kept, 0, bytes);
  }
}

/** Not zeroed: every byte of it is about to be written. */
function room(bytes: number): Uint8Array<ArrayBuffer> {
  try {
    return Buffer.allocUnsafeSlow(bytes);
  } catch {
    throw new BrokenFrame(`there is no memory for a frame of ${bytes} bytes`);
  }
}
