import { createHash, type Hash } from 'node:crypto';
import { closeSync, openSync, readSync } from 'node:fs';
import { posix } from 'node:path';
import { ModelProblem } from '../model-problem.js';
import { elementType, elementTypeName } from './element-types.js';

/** How a tensor's elements lie in the file. */
export type Layout =
  /** Little-endian elements one after the other: `raw_data`, or packed floats. */
  | 'bytes'
  /** Each element, or each byte of packed small ones, as a varint. */
  | 'varints'
  /** Anything else (text, sparse tensors, unusual encodings): only equal or not. */
  | 'opaque';

/** A tensor that a graph stores: an initializer, or the value of a Constant node. Its elements stay in the file. */
export interface StoredTensor {
  readonly scope: string;
  readonly name: string;
  /** `TensorProto.DataType`. */
  readonly type: number;
  readonly dims: readonly number[];
  readonly layout: Layout;
  /** Begin and end of each piece of its content in the file, flat. */
  readonly pieces: readonly number[];
  /** The file beside the graph that the content lies in, as the graph names it; the graph itself without. */
  readonly location?: string;
}

/** A graph, and the files beside it that its tensors lie in. */
export interface GraphFiles {
  readonly path: string;
  readonly data?: readonly { readonly name: string; readonly path: string }[];
}

function elementCount({ dims }: Pick<StoredTensor, 'dims'>): number {
  return dims.reduce((product, size) => product * size, 1);
}

/** `FP32 [4,1]` */
export function formatTensor({ type, dims }: Pick<StoredTensor, 'type' | 'dims'>): string {
  return `${elementTypeName(type)} [${dims.join(',')}]`;
}

/** Same type and shape: the only tensors whose elements can be compared one by one. */
export function congruent(one: StoredTensor, other: StoredTensor): boolean {
  return (
    one.type === other.type &&
    one.dims.length === other.dims.length &&
    one.dims.every((size, axis) => size === other.dims[axis])
  );
}

/** Bytes of the elements as `raw_data` would hold them; small ones are packed. */
export function rawBytes(tensor: StoredTensor): number {
  return Math.ceil((elementCount(tensor) * (elementType(tensor.type)?.bits ?? 0)) / 8);
}

/** Reads the content of stored tensors piece by piece; never more than the buffer it is given. */
export class ContentFile {
  readonly #file: number;
  /** By their names; opened when a tensor in them is first read. */
  readonly #beside = new Map<string, ContentFile>();

  constructor(private readonly files: GraphFiles) {
    this.#file = openSync(files.path, 'r');
  }

  close(): void {
    closeSync(this.#file);
    for (const file of this.#beside.values()) file.close();
  }

  /** Where a tensor's content lies. */
  of({ location }: Pick<StoredTensor, 'location'>): ContentFile {
    if (location === undefined) return this;
    const name = posix.normalize(location);
    const known = this.#beside.get(name);
    if (known) return known;
    const path = this.files.data?.find((file) => file.name === name)?.path;
    if (path === undefined)
      throw new ModelProblem(
        'INVALID_MODEL',
        `The stored model lacks the file ${JSON.stringify(name.slice(0, 200))}`,
      );
    const file = new ContentFile({ path });
    this.#beside.set(name, file);
    return file;
  }

  /** As many bytes as there are from `position`, at most the buffer's length. */
  read(buffer: Uint8Array, length: number, position: number): number {
    let done = 0;
    while (done < length) {
      const read = readSync(this.#file, buffer, done, length - done, position + done);
      if (read === 0) break;
      done += read;
    }
    return done;
  }

  /** The same for equal content, however it is cut into pieces of equal layout. */
  digest(tensor: StoredTensor, buffer: Uint8Array): string {
    const hash = createHash('sha256');
    if (tensor.layout === 'opaque') this.of(tensor).#hashPieces(tensor, buffer, hash);
    else {
      const elements = new ElementBytes(this, tensor);
      for (let length = elements.fill(buffer); length > 0; length = elements.fill(buffer))
        hash.update(buffer.subarray(0, length));
    }
    return hash.digest('hex');
  }

  #hashPieces({ pieces }: StoredTensor, buffer: Uint8Array, hash: Hash): void {
    for (let at = 0; at < pieces.length; at += 2) {
      const [start = 0, end = 0] = [pieces[at], pieces[at + 1]];
      // With its length, so that "ab", "c" and "a", "bc" differ.
      hash.update(`${end - start}:`);
      for (let position = start; position < end;) {
        const length = this.read(buffer, Math.min(buffer.length, end - position), position);
        if (length === 0) return;
        hash.update(buffer.subarray(0, length));
        position += length;
      }
    }
  }
}

const WINDOW_BYTES = 64 * 1024;

/** A tensor's elements in order, as `raw_data` would hold them, whatever their layout. */
export class ElementBytes {
  readonly #window: Uint8Array;
  /** Bytes that one varint stands for. */
  readonly #width: number;
  #piece = 0;
  #position: number;
  #windowAt = 0;
  #windowLength = 0;

  private readonly file: ContentFile;

  constructor(
    file: ContentFile,
    private readonly tensor: StoredTensor,
  ) {
    this.file = file.of(tensor);
    const { bits = 8 } = elementType(tensor.type) ?? {};
    this.#width = Math.max(1, bits / 8);
    this.#window = new Uint8Array(tensor.layout === 'varints' ? WINDOW_BYTES : 0);
    this.#position = tensor.pieces[0] ?? 0;
  }

  /** Fills the buffer, whose length is a multiple of every element's; less only at the end. Answers how many bytes. */
  fill(buffer: Uint8Array): number {
    return this.tensor.layout === 'bytes' ? this.#copy(buffer, 0) : this.#decode(buffer);
  }

  #copy(buffer: Uint8Array, from: number): number {
    let done = from;
    while (done < buffer.length && this.#piece < this.tensor.pieces.length) {
      const end = this.tensor.pieces[this.#piece + 1] ?? 0;
      const wanted = Math.min(buffer.length - done, end - this.#position);
      const read = this.file.read(buffer.subarray(done), wanted, this.#position);
      done += read;
      this.#position += read;
      if (read < wanted || this.#position >= end) this.#nextPiece();
    }
    return done;
  }

  #decode(buffer: Uint8Array): number {
    const view = new DataView(buffer.buffer, buffer.byteOffset, buffer.byteLength);
    let done = 0;
    while (done + this.#width <= buffer.length) {
      const value = this.#varint();
      if (value === undefined) break;
      if (this.#width === 1) view.setUint8(done, Number(value & 0xffn));
      else if (this.#width === 2) view.setUint16(done, Number(value & 0xffffn), true);
      else if (this.#width === 4) view.setUint32(done, Number(value & 0xffff_ffffn), true);
      else view.setBigUint64(done, BigInt.asUintN(64, value), true);
      done += this.#width;
    }
    return done;
  }

  #varint(): bigint | undefined {
    let value = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = this.#byte();
      if (byte === undefined) return undefined;
      value |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) return value;
    }
  }

  #byte(): number | undefined {
    if (this.#windowAt === this.#windowLength) {
      const end = this.tensor.pieces[this.#piece + 1];
      if (end === undefined) return undefined;
      const wanted = Math.min(WINDOW_BYTES, end - this.#position);
      this.#windowLength = this.file.read(this.#window, wanted, this.#position);
      this.#windowAt = 0;
      this.#position += this.#windowLength;
      if (this.#position >= end || this.#windowLength < wanted) this.#nextPiece();
      if (this.#windowLength === 0) return this.#byte();
    }
    return this.#window[this.#windowAt++];
  }

  #nextPiece(): void {
    this.#piece += 2;
    this.#position = this.tensor.pieces[this.#piece] ?? 0;
  }
}
