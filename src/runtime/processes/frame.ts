import { constants, isUtf8 } from 'node:buffer';
import { DATA_TYPES, typedArrayOf, type DataType } from '../../tensors/index.js';
import { isStrings } from '../../tensors/index.js';
import type { Tensor, TensorValues } from '../../tensors/index.js';

/**
 * What a runner in a process and the server say to each other: a prefix of a fixed size, a header, and the tensors' own
 * bytes, each at a multiple of 8 so that the receiver lays a typed array over them where they lie. Numbers are
 * little-endian, as on every machine the runtime is built for.
 *
 *   prefix   magic u32 · header bytes u32 · body bytes f64
 *   header   kind u8 · id u32 · first f64 · second f64 · text · names u32 (2^32 - 1: none), each a text
 *            · tensors u32, each: name text, datatype u8, rank u32, rank × f64, bytes f64;    text is u32 bytes, UTF-8
 *   body     the tensors' bytes one after the other; an element of BYTES is a text
 */
export interface Frame {
  readonly kind: FrameKind;
  /** Of the request; a reply carries the same. */
  readonly id: number;
  /** What these two count depends on the kind. */
  readonly first: number;
  readonly second: number;
  readonly text: string;
  readonly names: readonly string[] | null;
  readonly tensors: readonly Tensor[];
}

export const FRAME_KINDS = ['load', 'run', 'loaded', 'ran', 'refused', 'failed'] as const;
export type FrameKind = (typeof FRAME_KINDS)[number];

export const PREFIX_BYTES = 16;
const MAGIC = 0x31465452;
const NO_NAMES = 0xffff_ffff;
const MAX_HEADER_BYTES = 2 ** 26;
/** Of header and body together: they are received into one buffer. */
const MAX_FRAME_BYTES = constants.MAX_LENGTH;
/** Up to this many bytes copying is cheaper than one more buffer in the system call. */
const COPIED_BYTES = 16_384;

/** The other side sent what is no frame: nothing it says after that can be trusted. */
export class BrokenFrame extends Error {}

/** Tensors that are too large for one frame. */
export class FrameTooLarge extends Error {}

/**
 * @returns what to send, one after the other; the tensors' own memory where they are large
 * @throws FrameTooLarge
 */
export function encodeFrame(
  frame: Omit<Frame, 'first' | 'second' | 'text' | 'names' | 'tensors'> & Partial<Frame>,
): Buffer[] {
  const { kind, id, first = 0, second = 0, text = '', names = null, tensors = [] } = frame;
  const bodies = tensors.map(bodyOf);
  let bodyBytes = 0;
  for (const bytes of bodies) bodyBytes += padded(bytes.byteLength);
  let headerBytes = 21 + textBytes(text) + 4 + 4;
  if (names !== null) for (const name of names) headerBytes += textBytes(name);
  for (const { name, shape } of tensors) headerBytes += textBytes(name) + 13 + 8 * shape.length;
  headerBytes = padded(headerBytes);
  if (headerBytes > MAX_HEADER_BYTES || headerBytes + bodyBytes > MAX_FRAME_BYTES)
    throw new FrameTooLarge(
      `${headerBytes + bodyBytes} bytes of tensors and names are more than one run can carry`,
    );
  const isCopied = bodyBytes <= COPIED_BYTES;
  const head = Buffer.allocUnsafe(PREFIX_BYTES + headerBytes + (isCopied ? bodyBytes : 0));
  const writer = new HeaderWriter(head);
  writer.u32(MAGIC);
  writer.u32(headerBytes);
  writer.f64(bodyBytes);
  writer.u8(FRAME_KINDS.indexOf(kind));
  writer.u32(id);
  writer.f64(first);
  writer.f64(second);
  writer.text(text);
  writer.u32(names === null ? NO_NAMES : names.length);
  if (names !== null) for (const name of names) writer.text(name);
  writer.u32(tensors.length);
  for (const [index, { name, datatype, shape }] of tensors.entries()) {
    writer.text(name);
    writer.u8(DATA_TYPES.indexOf(datatype));
    writer.u32(shape.length);
    for (const size of shape) writer.f64(size);
    writer.f64(bodies[index]?.byteLength ?? 0);
  }
  writer.zeroTo(PREFIX_BYTES + headerBytes);
  if (isCopied) {
    for (const bytes of bodies) writer.bytes(bytes);
    return [head];
  }
  const chunks: Buffer[] = [head];
  for (const bytes of bodies) {
    if (bytes.byteLength === 0) continue;
    chunks.push(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength));
    const padding = padded(bytes.byteLength) - bytes.byteLength;
    if (padding > 0) chunks.push(Buffer.alloc(padding));
  }
  return chunks;
}

/** How much follows a prefix. @throws BrokenFrame */
export function readPrefix(prefix: DataView): { headerBytes: number; bodyBytes: number } {
  if (prefix.getUint32(0, true) !== MAGIC) throw new BrokenFrame('a frame does not begin like one');
  const headerBytes = prefix.getUint32(4, true);
  const bodyBytes = prefix.getFloat64(8, true);
  if (
    headerBytes < 40 ||
    headerBytes > MAX_HEADER_BYTES ||
    headerBytes % 8 !== 0 ||
    !Number.isSafeInteger(bodyBytes) ||
    bodyBytes < 0 ||
    bodyBytes % 8 !== 0 ||
    headerBytes + bodyBytes > MAX_FRAME_BYTES
  )
    throw new BrokenFrame(`a frame claims a header of ${headerBytes} bytes and a body of ${bodyBytes}`);
  return { headerBytes, bodyBytes };
}

/**
 * @param frame header and body, from the beginning of their buffer; the tensors of the result are views of it
 * @throws BrokenFrame when anything in it does not fit to the byte
 */
export function decodeFrame(frame: Uint8Array<ArrayBuffer>, headerBytes: number): Frame {
  const { buffer: content, byteLength } = frame;
  const reader = new HeaderReader(content, headerBytes);
  const kind = FRAME_KINDS[reader.u8()];
  if (kind === undefined) throw new BrokenFrame('a frame is of no known kind');
  const id = reader.u32();
  const first = reader.f64();
  const second = reader.f64();
  const text = reader.text();
  const nameCount = reader.u32();
  const names = nameCount === NO_NAMES ? null : reader.list(nameCount, 4, () => reader.text());
  let at = headerBytes;
  const tensors = reader.list(reader.u32(), 17, (): Tensor => {
    const name = reader.text();
    const datatype = DATA_TYPES[reader.u8()];
    if (datatype === undefined) throw new BrokenFrame(`tensor "${name}" is of no known datatype`);
    const shape = reader.list(reader.u32(), 8, () => reader.size());
    const bytes = reader.size();
    if (at + padded(bytes) > byteLength) throw new BrokenFrame(`tensor "${name}" ends beyond its frame`);
    const data = valuesOf(content, at, bytes, datatype, shape);
    at += padded(bytes);
    return { name, datatype, shape, data };
  });
  if (at !== byteLength) throw new BrokenFrame('a frame holds more than its tensors');
  reader.end(7);
  return { kind, id, first, second, text, names, tensors };
}

function valuesOf(
  content: ArrayBuffer,
  at: number,
  bytes: number,
  datatype: DataType,
  shape: readonly number[],
): TensorValues {
  const count = shape.reduce((product, size) => product * size, 1);
  if (datatype === 'BYTES') return stringsOf(new HeaderReader(content, at + bytes, at), count);
  const constructor = typedArrayOf(datatype);
  if (count * constructor.BYTES_PER_ELEMENT !== bytes)
    throw new BrokenFrame(`a tensor of shape [${shape.join(',')}] has ${bytes} bytes of ${datatype}`);
  return new constructor(content, at, count);
}

function stringsOf(reader: HeaderReader, count: number): string[] {
  const values = reader.list(count, 4, () => reader.text());
  reader.end(0);
  return values;
}

function bodyOf({ name, shape, data }: Tensor): ArrayBufferView {
  // An array that was handed to a thread before is empty by now; the child would take it for a broken frame.
  if (data.length !== shape.reduce((product, size) => product * size, 1))
    throw new TypeError(`Tensor "${name}" of shape [${shape.join(',')}] has ${data.length} elements`);
  if (!isStrings(data)) return data;
  const bytes = Buffer.allocUnsafe(data.reduce((sum, value) => sum + textBytes(value), 0));
  const writer = new HeaderWriter(bytes);
  for (const value of data) writer.text(value);
  return bytes;
}

function padded(bytes: number): number {
  return Math.ceil(bytes / 8) * 8;
}

function textBytes(text: string): number {
  return 4 + Buffer.byteLength(text);
}

class HeaderWriter {
  #at = 0;

  constructor(private readonly target: Buffer) {}

  u8(value: number): void {
    this.#at = this.target.writeUInt8(value, this.#at);
  }

  u32(value: number): void {
    this.#at = this.target.writeUInt32LE(value, this.#at);
  }

  f64(value: number): void {
    this.#at = this.target.writeDoubleLE(value, this.#at);
  }

  text(value: string): void {
    const bytes = this.target.write(value, this.#at + 4);
    this.u32(bytes);
    this.#at += bytes;
  }

  bytes({ buffer, byteOffset, byteLength }: ArrayBufferView): void {
    this.target.set(new Uint8Array(buffer, byteOffset, byteLength), this.#at);
    this.#at += byteLength;
    this.zeroTo(this.#at + padded(byteLength) - byteLength);
  }

  zeroTo(end: number): void {
    this.target.fill(0, this.#at, end);
    this.#at = end;
  }
}

/** Reads only inside its part of a frame; whatever else is there is broken. */
class HeaderReader {
  readonly #view: DataView;
  readonly #bytes: Buffer;

  constructor(
    content: ArrayBuffer,
    private readonly limit: number,
    private at = 0,
  ) {
    this.#view = new DataView(content);
    this.#bytes = Buffer.from(content);
  }

  u8(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u32(): number {
    return this.#view.getUint32(this.#take(4), true);
  }

  f64(): number {
    return this.#view.getFloat64(this.#take(8), true);
  }

  size(): number {
    const value = this.f64();
    if (!Number.isSafeInteger(value) || value < 0) throw new BrokenFrame(`${value} is no size`);
    return value;
  }

  text(): string {
    const length = this.u32();
    const from = this.#take(length);
    const text = this.#bytes.toString('utf8', from, from + length);
    // Bytes that are not UTF-8 become U+FFFD silently; the decoder that throws is ten times slower.
    if (text.includes('\uFFFD') && !isUtf8(this.#bytes.subarray(from, from + length)))
      throw new BrokenFrame('a text is not UTF-8');
    return text;
  }

  /** @param least bytes that one item takes at least: what cannot fit is refused before it is made room for */
  list<T>(count: number, least: number, read: () => T): T[] {
    if (!(count * least <= this.limit - this.at))
      throw new BrokenFrame(`${count} items are more than a frame holds`);
    const items: T[] = [];
    for (let left = count; left > 0; left -= 1) items.push(read());
    return items;
  }

  /** @param padding bytes that may be left */
  end(padding: number): void {
    if (this.limit - this.at > padding)
      throw new BrokenFrame('a part of a frame is longer than what it holds');
  }

  #take(bytes: number): number {
    const from = this.at;
    if (bytes > this.limit - from) throw new BrokenFrame('a frame ends inside a field');
    this.at = from + bytes;
    return from;
  }
}
