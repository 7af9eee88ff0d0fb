import { MalformedProtobuf, type WindowedFile } from '../windowed-file.js';

/** One field of a protobuf message as it lies in the file. */
export interface Field {
  readonly number: number;
  readonly wireType: number;
  /** Of wire type 0: the number's own bytes. */
  readonly bytes: readonly number[];
  /** Where its content begins and ends in the file. */
  readonly start: number;
  readonly end: number;
}

/** Protobuf's own limit on nesting; it keeps a file of nested lengths or groups from exhausting the stack. */
export const MAX_DEPTH = 100;

// What protobuf's parsers read of a tag and of a length, at most: over-long forms of smaller numbers are legal.
const TAG_BYTES = 5;
const LENGTH_BYTES = 5;
const WIRE = { varint: 0, fixed64: 1, bytes: 2, group: 3, groupEnd: 4, fixed32: 5 } as const;

/**
 * The fields of the message from the file's position to `end`, cut as protobuf's own C++ parser cuts them, which is the
 * one in the runtime: nobody may read another message here than is loaded there. The caller that takes a field may read anywhere
 * in the file: the next one is looked for after this one's end. A group is one field of wire type 3; its content is of no
 * message that ONNX knows.
 *
 * @throws MalformedProtobuf
 */
export function* fields(file: WindowedFile, end: number): Generator<Field> {
  while (file.position < end) {
    const { number, wireType } = tag(file);
    let bytes: readonly number[] = [];
    const length = wireType === WIRE.bytes ? file.varint(LENGTH_BYTES).value : (FIXED_LENGTHS[wireType] ?? 0);
    const start = file.position;
    file.position += length;
    if (wireType === WIRE.varint) ({ bytes } = file.varint());
    else if (wireType === WIRE.group) skipGroup(file, number, end, 1);
    else if (wireType === WIRE.groupEnd) throw new MalformedProtobuf('a group ends that has not begun');
    const field: Field = { number, wireType, bytes, start, end: file.position };
    if (field.end > end) throw new MalformedProtobuf('a field is longer than the message that holds it');
    yield field;
    file.position = field.end;
  }
}

const FIXED_LENGTHS: Readonly<Record<number, number>> = { [WIRE.fixed64]: 8, [WIRE.fixed32]: 4 };

function tag(file: WindowedFile): { number: number; wireType: number } {
  const { value } = file.varint(TAG_BYTES);
  // Bits beyond the 32nd are cut off, as the runtime's parser does.
  const [number, wireType] = [Math.floor((value % 2 ** 32) / 8), value % 8];
  if (number === 0) throw new MalformedProtobuf('a field has the number 0');
  if (wireType > WIRE.fixed32) throw new MalformedProtobuf(`a field has the unknown wire type ${wireType}`);
  return { number, wireType };
}

/** To behind the tag that ends it. */
function skipGroup(file: WindowedFile, group: number, end: number, depth: number): void {
  if (depth > MAX_DEPTH) throw new MalformedProtobuf(`groups are nested more than ${MAX_DEPTH} deep`);
  while (file.position < end) {
    const { number, wireType } = tag(file);
    if (wireType === WIRE.groupEnd) {
      if (number !== group) throw new MalformedProtobuf('a group ends that has not begun');
      return;
    }
    if (wireType === WIRE.varint) file.varint();
    else if (wireType === WIRE.group) skipGroup(file, number, end, depth + 1);
    else {
      const length =
        wireType === WIRE.bytes ? file.varint(LENGTH_BYTES).value : (FIXED_LENGTHS[wireType] ?? 0);
      file.position += length;
    }
  }
  throw new MalformedProtobuf('a group does not end');
}

/**
 * The fields of a message that is itself a field; of one that occurs several times though it can be there only once,
 * those of all its occurrences, which is what protobuf means by that.
 */
export function* fieldsWithin(file: WindowedFile, message: Field | readonly Field[]): Generator<Field> {
  for (const { wireType, start, end } of [message].flat()) {
    // A number, where a message is expected, is of no meaning.
    if (wireType !== WIRE.bytes) continue;
    file.position = start;
    yield* fields(file, end);
  }
}

/** A whole number as protobuf's int64 and int32 mean it: two's complement over all 64 bits. */
export function signed({ bytes }: Pick<Field, 'bytes'>): bigint {
  let value = 0n;
  for (const [index, byte] of bytes.entries()) value |= BigInt(byte & 0x7f) << BigInt(7 * index);
  return BigInt.asIntN(64, value);
}

/** The whole numbers of a repeated field, packed or a single one. */
export function integers(file: WindowedFile, field: Field): bigint[] {
  if (field.wireType === 0) return [signed(field)];
  const values: bigint[] = [];
  if (field.wireType !== WIRE.bytes) return values;
  file.position = field.start;
  while (file.position < field.end) values.push(signed(file.varint()));
  if (file.position !== field.end)
    throw new MalformedProtobuf('a number is longer than the list that holds it');
  return values;
}

/** Text that any JSON parser and database takes: no NUL, and U+FFFD for what is not UTF-8. */
export function text(file: WindowedFile, { wireType, start, end }: Field): string {
  if (wireType !== WIRE.bytes) return '';
  file.position = start;
  return bytesOf(file, end - start)
    .toString('utf8')
    .replaceAll('\0', '\uFFFD');
}

/** Names are short and lie in the window already; a system call for each would take most of the time. */
function bytesOf(file: WindowedFile, length: number): Buffer {
  if (length > 512) return file.copy(length);
  const bytes = Buffer.allocUnsafe(length);
  for (let index = 0; index < length; index += 1) bytes[index] = file.byte();
  return bytes;
}
