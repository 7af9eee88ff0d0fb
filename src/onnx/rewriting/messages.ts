import { modelWriter, toInt64 } from '../onnx-schema.js';
import { lengthDelimited } from './wire.js';
import { GRAPH, MODEL } from './graph-layout.js';
import type { OutlineType } from './outline-schema.js';

const lookup = (name: string) => modelWriter.root.lookupType(name);

export interface NewNode {
  readonly op_type: string;
  readonly input: readonly string[];
  readonly output: readonly string[];
  readonly attribute?: readonly object[];
}

/** A node as a field of the graph. */
export function nodeField(node: NewNode): Buffer {
  return lengthDelimited(GRAPH.node, lookup('NodeProto').encode(node).finish());
}

/** An input or output as a field of the graph. */
export function valueField(number: number, name: string, type: OutlineType): Buffer {
  return lengthDelimited(number, lookup('ValueInfoProto').encode({ name, type }).finish());
}

export function opsetField(version: number): Buffer {
  const opset = lookup('OperatorSetIdProto')
    .encode({ domain: '', version: toInt64(version) })
    .finish();
  return lengthDelimited(MODEL.opsetImport, opset);
}

/** A Constant node's value of type INT64. */
export function int64Tensor(values: readonly number[]): object {
  return {
    dims: [toInt64(values.length)],
    data_type: 7,
    raw_data: new Uint8Array(BigInt64Array.from(values.map(BigInt)).buffer),
  };
}
