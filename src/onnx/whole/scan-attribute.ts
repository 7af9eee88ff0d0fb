import { MalformedProtobuf } from '../windowed-file.js';
import { wireLists, type WireLists } from './wire-lists.js';

// Numbers of fields of AttributeProto in onnx/onnx.proto.
const ATTRIBUTE = { name: 1, float: 2, int: 3, text: 4, tensor: 5, graph: 6, floats: 7, ints: 8, texts: 9, graphs: 11 } as const; // prettier-ignore

export interface ScannedAttribute {
  readonly name: string;
  readonly int: number | null;
  readonly float: number | null;
  readonly text: string | null;
  readonly ints: Float64Array;
  readonly floats: Float32Array;
  readonly texts: readonly string[];
  /** Where the bytes of its TensorProto begin and end; null without one. */
  readonly tensor: { readonly start: number; readonly end: number } | null;
  readonly isGraph: boolean;
}

/**
 * An AttributeProto from its bytes in memory. The lists of a large forest have millions of elements, each written as a
 * field of its own: they are read without an object for each.
 * @throws MalformedProtobuf
 */
export function scanAttribute(bytes: Buffer): ScannedAttribute {
  const lists: WireLists = wireLists(bytes);
  const floats = lists.floats(ATTRIBUTE.floats);
  const one = (number: number) => lists.ranges(number).at(-1);
  const text = (number: number) => {
    const range = one(number);
    return range === undefined ? null : bytes.toString('utf8', range.start, range.end);
  };
  const name = text(ATTRIBUTE.name);
  if (name === null) throw new MalformedProtobuf('an attribute has no name');
  return {
    name,
    int: lists.integers(ATTRIBUTE.int).at(-1) ?? null,
    float: lists.floats(ATTRIBUTE.float).at(-1) ?? null,
    text: text(ATTRIBUTE.text),
    ints: lists.integers(ATTRIBUTE.ints),
    floats,
    texts: lists.ranges(ATTRIBUTE.texts).map(({ start, end }) => bytes.toString('utf8', start, end)),
    tensor: one(ATTRIBUTE.tensor) ?? null,
    isGraph: lists.ranges(ATTRIBUTE.graph).length > 0 || lists.ranges(ATTRIBUTE.graphs).length > 0,
  };
}
