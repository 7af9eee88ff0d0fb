import type { Arbitrary } from 'fast-check';
import fc from 'fast-check';

// Protobuf by hand: the same message in any of the ways in which it may be written.

/** A field: number, and a whole number, bytes, or a message. */
export type Part =
  | readonly [number: number, value: bigint]
  | readonly [number: number, value: string | Uint8Array]
  | readonly [number: number, value: Message];
/** In order; `single` are numbers of fields that can be there only once, so that their messages may come in parts. */
export interface Message {
  readonly parts: readonly Part[];
  readonly single?: ReadonlySet<number>;
}

export function message(parts: readonly Part[], single: readonly number[] = []): Message {
  return { parts, single: new Set(single) };
}

/** In the usual way. */
export function encode({ parts }: Message): Buffer {
  return Buffer.concat(parts.map((part) => field(part, plain)));
}

/** In a way that some parser might not expect, and every one has to take. */
export function encodedSomehow(root: Message): Arbitrary<Buffer> {
  return fc.infiniteStream(fc.nat()).map((stream) => {
    const next = () => Number(stream.next().value);
    const chance = (of: number) => next() % of === 0;
    const style: Style = {
      tag: (number, wireType) => {
        const bytes = padded(BigInt(number * 8 + wireType), chance(2) ? 5 : 1);
        // Bits beyond 32, which the C++ parser cuts off.
        if (bytes.length === 5 && chance(2)) bytes[4] = (bytes[4] ?? 0) | 0x10;
        return bytes;
      },
      length: (length) => padded(BigInt(length), chance(2) ? 5 : 1),
      number: (value) => padded(BigInt.asUintN(64, value), chance(2) ? 10 : 1),
      message: (inner) => spread(inner),
    };
    const noise = (): Buffer => {
      if (!chance(3)) return Buffer.alloc(0);
      const number = 200 + (next() % 100);
      const group = Buffer.concat([style.tag(7, 0), style.number(1n), style.tag(3, 2), Buffer.from([1, 9])]);
      return chance(2)
        ? Buffer.concat([style.tag(number, 3), group, style.tag(number, 4)])
        : Buffer.concat([style.tag(number, 5), Buffer.alloc(4)]);
    };
    const spread = ({ parts, single = new Set<number>() }: Message): Buffer => {
      const pieces: Buffer[] = [];
      for (const part of parts) {
        const [number, value] = part;
        pieces.push(noise());
        // Of another wire type than the field's: no more than an unknown field.
        if (chance(4)) pieces.push(style.tag(number, 5), Buffer.alloc(4, 1));
        if (typeof value === 'bigint' && single.has(number) && chance(2))
          pieces.push(style.tag(number, 0), style.number(0n));
        if (isMessage(value) && single.has(number) && value.parts.length > 1 && chance(2)) {
          const cut = 1 + (next() % (value.parts.length - 1));
          for (const some of [value.parts.slice(0, cut), value.parts.slice(cut)])
            pieces.push(field([number, { ...value, parts: some }], style));
        } else pieces.push(field(part, style));
      }
      return Buffer.concat([...pieces, noise()]);
    };
    return spread(root);
  });
}

interface Style {
  tag(number: number, wireType: number): Buffer;
  length(length: number): Buffer;
  number(value: bigint): Buffer;
  message(inner: Message): Buffer;
}

const plain: Style = {
  tag: (number, wireType) => padded(BigInt(number * 8 + wireType), 1),
  length: (length) => padded(BigInt(length), 1),
  number: (value) => padded(BigInt.asUintN(64, value), 1),
  message: encode,
};

function field([number, value]: Part, style: Style): Buffer {
  if (typeof value === 'bigint') return Buffer.concat([style.tag(number, 0), style.number(value)]);
  const content = isMessage(value) ? style.message(value) : Buffer.from(value as string);
  return Buffer.concat([style.tag(number, 2), style.length(content.length), content]);
}

function isMessage(value: Part[1]): value is Message {
  return typeof value === 'object' && 'parts' in value;
}

/** A varint of at least so many bytes. */
function padded(value: bigint, length: number): Buffer {
  const bytes: number[] = [];
  for (let rest = value; rest > 0n || bytes.length < Math.max(1, length); rest >>= 7n)
    bytes.push(Number(rest & 0x7fn) | 0x80);
  bytes[bytes.length - 1] = (bytes.at(-1) ?? 0) & 0x7f;
  return Buffer.from(bytes);
}
