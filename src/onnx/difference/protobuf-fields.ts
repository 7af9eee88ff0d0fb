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

/**
 * The fields of the message from the file's position to `end`. Whoever takes a field may read anywhere in the file: the
 * next one is looked for after this one's end.
 *
 * @throws MalformedProtobuf
 */
export function* fields(file: WindowedFile, end: number): Generator<Field> {
  while (file.position < end) {
    const tag = file.varint();
    const number = Math.floor(tag.value / 8);
    const wireType = tag.value % 8;
    let field: Field;
    if (wireType === 0) {
      const start = file.position;
      const { bytes } = file.varint();
      field = { number, wireType, bytes, start, end: file.position };
    } else {
      const length = lengthOf(wireType, file);
      const start = file.position;
      field = { number, wireType, bytes: [], start, end: start + length };
    }
    if (field.end > end) throw new MalformedProtobuf('a field is longer than the message that holds it');
    yield field;
    file.position = field.end;
  }
}

/** The fields of a message that is itself a field. */
export function* fieldsWithin(file: WindowedFile, { start, end }: Field): Generator<Field> {
  file.position = start;
  yield* fields(file, end);
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
  file.position = field.start;
  while (file.position < field.end) values.push(signed(file.varint()));
  return values;
}

/** Text that any JSON parser and database takes: no NUL, and U+FFFD for what is not UTF-8. */
export function text(file: WindowedFile, { start, end }: Field): string {
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

function lengthOf(wireType: number, file: WindowedFile): number {
  if (wireType === 2) return file.varint().value;
  if (wireType === 1) return 8;
  if (wireType === 5) return 4;
  throw new MalformedProtobuf(`a field has the unknown wire type ${wireType}`);
}
