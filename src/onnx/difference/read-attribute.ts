import { createHash } from 'node:crypto';
import type { WindowedFile } from '../windowed-file.js';
import { fieldsWithin, integers, signed, text, type Field } from './protobuf-fields.js';
import { readTensor } from './read-tensor.js';
import { formatTensor, type StoredTensor } from './stored-tensor.js';

// Numbers of fields of AttributeProto in onnx/onnx.proto.
const ATTRIBUTE = { name: 1, float: 2, int: 3, string: 4, tensor: 5, graph: 6, floats: 7, ints: 8, strings: 9, graphs: 11, doc: 13, type: 20, reference: 21 } as const; // prettier-ignore

const SHOWN_BYTES = 256;
const HASHED_AT_ONCE = 1024 * 1024;

export interface Attribute {
  readonly name: string;
  /** As text where it is short, else what it is and its digest: equal text means an equal attribute. */
  readonly value: string;
  /** The value, where it is a tensor. */
  readonly tensor: Omit<StoredTensor, 'scope'> | null;
  /** GraphProto fields to be read. */
  readonly graphs: readonly Field[];
}

/** @param tensorApart whether the content of a tensor is compared elsewhere, and not a part of the value */
export function readAttribute(file: WindowedFile, field: Field, tensorApart: boolean): Attribute {
  let [name, type] = ['', 0];
  let tensor: Attribute['tensor'] = null;
  const graphs: Field[] = [];
  const values: string[] = [];
  const contents: Field[] = [];
  for (const part of fieldsWithin(file, field))
    switch (part.number) {
      case ATTRIBUTE.name:
        name = text(file, part);
        break;
      case ATTRIBUTE.type:
        type = Number(signed(part));
        break;
      case ATTRIBUTE.doc:
        break;
      case ATTRIBUTE.graph:
      case ATTRIBUTE.graphs:
        graphs.push(part);
        values.push('a subgraph');
        break;
      case ATTRIBUTE.tensor:
        tensor = readTensor(file, part);
        values.push(`tensor ${formatTensor(tensor)}`);
        if (tensorApart) break;
        // What lies in another file is told by where it lies.
        values.push(
          tensor.location === undefined
            ? `sha256 ${piecesDigest(file, tensor.pieces)}`
            : `bytes ${tensor.pieces.join(' to ')} of ${JSON.stringify(tensor.location)}`,
        );
        break;
      default:
        contents.push(part);
        values.push(...shortValue(file, part));
    }
  // A list stays a list when it holds one element, and an absent value has its type at least.
  const isList = type >= 6 && type <= 10;
  const joined = values.join(', ');
  return { name, value: isList ? `[${joined}]` : joined, tensor, graphs };
}

function shortValue(file: WindowedFile, field: Field): string[] {
  const { number, start, end } = field;
  if (end - start > SHOWN_BYTES) return [`${end - start} bytes, sha256 ${digest(file, field)}`];
  switch (number) {
    case ATTRIBUTE.int:
    case ATTRIBUTE.ints:
      return integers(file, field).map(String);
    case ATTRIBUTE.float:
    case ATTRIBUTE.floats: {
      file.position = start;
      const bytes = file.copy(end - start);
      return Array.from({ length: bytes.length / 4 }, (_, index) =>
        String(Number(bytes.readFloatLE(4 * index).toPrecision(9))),
      );
    }
    case ATTRIBUTE.string:
    case ATTRIBUTE.strings:
    case ATTRIBUTE.reference:
      return [JSON.stringify(text(file, field))];
    default:
      // Sparse tensors, types, and what later versions of ONNX add.
      return [`field ${number}, sha256 ${digest(file, field)}`];
  }
}

function digest(file: WindowedFile, { start, end }: Field): string {
  return piecesDigest(file, [start, end]);
}

/** Enough of a digest to tell two values apart. */
function piecesDigest(file: WindowedFile, pieces: readonly number[]): string {
  const hash = createHash('sha256');
  for (let at = 0; at < pieces.length; at += 2) {
    const end = pieces[at + 1] ?? 0;
    file.position = pieces[at] ?? 0;
    while (file.position < end) hash.update(file.copy(Math.min(HASHED_AT_ONCE, end - file.position)));
  }
  return hash.digest('hex').slice(0, 16);
}
