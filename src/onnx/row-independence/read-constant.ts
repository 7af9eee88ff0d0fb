import { fromHalf } from '../../tensors/index.js';
import { fieldsWithin, integers, signed, type Field } from '../difference/protobuf-fields.js';
import { MalformedProtobuf, type WindowedFile } from '../windowed-file.js';
import type { StoredConstant } from './graph.js';
import { MAX_ELEMENTS } from './value.js';

// Numbers of fields of TensorProto in onnx/onnx.proto.
const TENSOR = { dims: 1, type: 2, floats: 4, int32s: 5, int64s: 7, name: 8, raw: 9, doubles: 10, uint64s: 11, location: 14 } as const; // prettier-ignore
const MAX_BYTES = MAX_ELEMENTS * 8;

type Read = (bytes: Buffer, offset: number) => number;
interface ElementType {
  readonly bytes: number;
  readonly read: Read;
  readonly whole: boolean;
}
const whole = (bytes: number, read: Read): ElementType => ({ bytes, read, whole: true });
const real = (bytes: number, read: Read): ElementType => ({ bytes, read, whole: false });

// By TensorProto.DataType; whole numbers beyond 2^53 are only ever compared.
const types: Readonly<Record<number, ElementType>> = {
  1: real(4, (bytes, at) => bytes.readFloatLE(at)),
  2: whole(1, (bytes, at) => bytes.readUInt8(at)),
  3: whole(1, (bytes, at) => bytes.readInt8(at)),
  4: whole(2, (bytes, at) => bytes.readUInt16LE(at)),
  5: whole(2, (bytes, at) => bytes.readInt16LE(at)),
  6: whole(4, (bytes, at) => bytes.readInt32LE(at)),
  7: whole(8, (bytes, at) => Number(bytes.readBigInt64LE(at))),
  9: whole(1, (bytes, at) => bytes.readUInt8(at)),
  10: real(2, (bytes, at) => fromHalf(bytes.readUInt16LE(at))),
  11: real(8, (bytes, at) => bytes.readDoubleLE(at)),
  12: whole(4, (bytes, at) => bytes.readUInt32LE(at)),
  13: whole(8, (bytes, at) => Number(bytes.readBigUInt64LE(at))),
};

/** A TensorProto with its elements where they are few: weights stay in the file. */
export function readConstant(file: WindowedFile, field: Field): StoredConstant & { readonly name: string } {
  const dims: number[] = [];
  let [name, type, isElsewhere] = ['', 0, false];
  const contents: Field[] = [];
  for (const part of fieldsWithin(file, field))
    switch (part.number) {
      case TENSOR.dims:
        dims.push(...integers(file, part).map(Number));
        break;
      case TENSOR.type:
        type = Number(signed(part));
        break;
      case TENSOR.name:
        name = nameOf(file, part);
        break;
      case TENSOR.location:
        isElsewhere = Number(signed(part)) !== 0;
        break;
      case TENSOR.floats:
      case TENSOR.int32s:
      case TENSOR.int64s:
      case TENSOR.raw:
      case TENSOR.doubles:
      case TENSOR.uint64s:
        // One more than could be used is enough to know that there are too many.
        if (contents.length <= MAX_ELEMENTS) contents.push(part);
    }
  const count = dims.reduce((product, size) => product * size, 1);
  const element = types[type];
  const readable = !isElsewhere && element !== undefined && count <= MAX_ELEMENTS;
  const values = readable ? valuesOf(file, contents, type, element) : null;
  return { name, dims, values: values?.length === count ? values : null, whole: element?.whole ?? true };
}

function valuesOf(
  file: WindowedFile,
  contents: readonly Field[],
  type: number,
  element: ElementType,
): number[] | null {
  if (contents.length > MAX_ELEMENTS) return null;
  const kinds = new Set(contents.map(({ number }) => number));
  if (kinds.size > 1 || contents.some(({ start, end }) => end - start > 2 * MAX_BYTES)) return null;
  return contents.flatMap((part) => {
    switch (part.number) {
      case TENSOR.raw:
        return fixed(file, part, element);
      case TENSOR.floats:
        return fixed(
          file,
          part,
          real(4, (bytes, at) => bytes.readFloatLE(at)),
        );
      case TENSOR.doubles:
        return fixed(
          file,
          part,
          real(8, (bytes, at) => bytes.readDoubleLE(at)),
        );
      default: {
        const numbers = integers(file, part).map(Number);
        // float16 as int32: the bits of the number.
        return type === 10 ? numbers.map(fromHalf) : numbers;
      }
    }
  });
}

function fixed(file: WindowedFile, { start, end }: Field, { bytes: size, read }: ElementType): number[] {
  file.position = start;
  const bytes = file.copy(end - start);
  return Array.from({ length: Math.floor(bytes.length / size) }, (_, index) => read(bytes, index * size));
}

/** Byte for byte, so that no two names that differ become one. */
export function nameOf(file: WindowedFile, { start, end }: Field): string {
  if (end - start > 65_536) throw new MalformedProtobuf('a name is longer than any name');
  file.position = start;
  const bytes = Buffer.alloc(end - start);
  for (let index = 0; index < bytes.length; index += 1) bytes[index] = file.byte();
  return bytes.toString('latin1');
}
