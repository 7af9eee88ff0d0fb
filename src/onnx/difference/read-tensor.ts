import type { WindowedFile } from '../windowed-file.js';
import { fieldsWithin, integers, signed, text, type Field } from './protobuf-fields.js';
import { rawBytes, type StoredTensor } from './stored-tensor.js';

// Numbers of fields of TensorProto and SparseTensorProto in onnx/onnx.proto.
const TENSOR = { dims: 1, type: 2, floats: 4, int32s: 5, strings: 6, int64s: 7, name: 8, raw: 9, doubles: 10, uint64s: 11, external: 13, location: 14 } as const; // prettier-ignore
const SPARSE = { values: 1, indices: 2, dims: 3 } as const;
const FIXED: ReadonlySet<number> = new Set([TENSOR.floats, TENSOR.doubles]);
const VARINTS: ReadonlySet<number> = new Set([TENSOR.int32s, TENSOR.int64s, TENSOR.uint64s]);
const STRING = 8;

type Unplaced = Omit<StoredTensor, 'scope'>;

/** A TensorProto without its elements, which stay where they are. */
export function readTensor(file: WindowedFile, field: Field): Unplaced {
  let [name, type] = ['', 0];
  const dims: number[] = [];
  const pieces: number[] = [];
  const contents = new Set<number>();
  const external = new Map<string, string>();
  let isExternal = false;
  for (const part of fieldsWithin(file, field)) {
    if (part.number === TENSOR.dims) dims.push(...integers(file, part).map(Number));
    else if (part.number === TENSOR.type) type = Number(signed(part));
    else if (part.number === TENSOR.name) name = text(file, part);
    else if (part.number === TENSOR.external) {
      const [key, value] = readEntry(file, part);
      external.set(key, value);
    } else if (part.number === TENSOR.location && part.wireType === 0)
      isExternal = BigInt.asIntN(32, signed(part)) === 1n;
    else if (
      part.number === TENSOR.raw ||
      part.number === TENSOR.strings ||
      FIXED.has(part.number) ||
      VARINTS.has(part.number)
    ) {
      contents.add(part.number);
      pieces.push(part.start, part.end);
    }
  }
  const tensor: Unplaced = { name, type, dims, pieces, layout: 'opaque' };
  if (isExternal) {
    const start = Number(external.get('offset') ?? 0);
    const length = rawBytes({ ...tensor, scope: '' });
    return {
      ...tensor,
      location: external.get('location') ?? '',
      pieces: [start, start + length],
      layout: 'bytes',
    };
  }
  const [content] = contents;
  if (contents.size > 1 || content === undefined || type === STRING) return tensor;
  if (VARINTS.has(content)) return { ...tensor, layout: 'varints' };
  // Bytes that are not as many as the shape says are compared as they are, without numbers.
  const bytes = length(pieces);
  return bytes === rawBytes({ ...tensor, scope: '' }) ? { ...tensor, layout: 'bytes' } : tensor;
}

/** A SparseTensorProto, named as its values are. Compared as a whole: equal or not. */
export function readSparseTensor(file: WindowedFile, field: Field): Unplaced {
  let values: Unplaced | undefined;
  let indices: Unplaced | undefined;
  const dims: number[] = [];
  for (const part of fieldsWithin(file, field))
    if (part.number === SPARSE.values) values = readTensor(file, part);
    else if (part.number === SPARSE.indices) indices = readTensor(file, part);
    else if (part.number === SPARSE.dims) dims.push(...integers(file, part).map(Number));
  return {
    name: values?.name ?? '',
    type: values?.type ?? 0,
    dims,
    layout: 'opaque',
    pieces: [...(values?.pieces ?? []), ...(indices?.pieces ?? [])],
  };
}

function length(pieces: readonly number[]): number {
  return pieces.reduce((sum, place, index) => (index % 2 === 0 ? sum - place : sum + place), 0);
}

function readEntry(file: WindowedFile, field: Field): [string, string] {
  let [key, value] = ['', ''];
  for (const part of fieldsWithin(file, field))
    if (part.number === 1) key = text(file, part);
    else if (part.number === 2) value = text(file, part);
  return [key, value];
}
