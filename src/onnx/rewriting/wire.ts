import { MalformedProtobuf } from '../windowed-file.js';

/** A field of a protobuf message in memory: where it lies, and where its content does. */
export interface WireField {
  readonly number: number;
  readonly wireType: number;
  /** Where its tag begins. */
  readonly from: number;
  readonly start: number;
  readonly end: number;
}

/** The fields of a message. @throws MalformedProtobuf */
export function* wireFields(message: Uint8Array): Generator<WireField> {
  let at = 0;
  const varint = (): number => {
    let value = 0;
    for (let length = 0; length < 10; length += 1) {
      const byte = message[at];
      if (byte === undefined) break;
      at += 1;
      value += (byte & 0x7f) * 2 ** (7 * length);
      if (byte < 0x80) return value;
    }
    throw new MalformedProtobuf('a number is cut short or longer than 64 bits');
  };
  while (at < message.length) {
    const from = at;
    const tag = varint();
    const wireType = tag % 8;
    let start = at;
    if (wireType === 0) varint();
    else if (wireType === 1) at += 8;
    else if (wireType === 5) at += 4;
    else if (wireType === 2) {
      const length = varint();
      start = at;
      at += length;
    } else throw new MalformedProtobuf(`a field has the unknown wire type ${wireType}`);
    if (at > message.length) throw new MalformedProtobuf('a field is longer than the message that holds it');
    yield { number: Math.floor(tag / 8), wireType, from, start, end: at };
  }
}

/** A field that holds bytes, with its tag and length. */
export function lengthDelimited(number: number, content: Uint8Array): Buffer {
  return Buffer.concat([varintBytes(number * 8 + 2), varintBytes(content.length), content]);
}

export function varintBytes(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  while (rest >= 0x80) {
    bytes.push((rest % 0x80) + 0x80);
    rest = Math.floor(rest / 0x80);
  }
  return Buffer.from([...bytes, rest]);
}
