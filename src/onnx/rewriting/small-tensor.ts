import protobuf from 'protobufjs';
import { DATA_TYPES, ONNX_ELEMENT_TYPES, typedArrayOf, type DataType } from '../../tensors/index.js';
import { fromInt64, type Int64 } from '../onnx-schema.js';
import { fromBytes } from '../../tensors/index.js';
import type { Tensor, TensorValues } from '../../tensors/index.js';

const tensorReader = protobuf
  .parse(
    `
syntax = "proto2";
message TensorProto {
  repeated int64 dims = 1;
  optional int32 data_type = 2;
  repeated float float_data = 4 [packed = true];
  repeated int32 int32_data = 5 [packed = true];
  repeated bytes string_data = 6;
  repeated int64 int64_data = 7 [packed = true];
  optional string name = 8;
  optional bytes raw_data = 9;
  repeated double double_data = 10 [packed = true];
  repeated uint64 uint64_data = 11 [packed = true];
}
`,
    { keepCase: true },
  )
  .root.lookupType('TensorProto');

interface TensorMessage {
  dims?: Int64[];
  data_type?: number;
  float_data?: number[];
  int32_data?: number[];
  string_data?: Uint8Array[];
  int64_data?: Int64[];
  name?: string;
  raw_data?: Uint8Array;
  double_data?: number[];
  uint64_data?: Int64[];
}

const datatypes = new Map<number, DataType>(DATA_TYPES.map((type) => [ONNX_ELEMENT_TYPES[type], type]));

export function datatypeOf(elementType: number | undefined): DataType | undefined {
  return datatypes.get(elementType ?? 0);
}

/** A stored tensor of few elements; undefined when it holds another number of them than its shape says. */
export function readSmallTensor(message: Uint8Array): Tensor | undefined {
  const tensor: TensorMessage = tensorReader.toObject(tensorReader.decode(message));
  const datatype = datatypeOf(tensor.data_type);
  if (datatype === undefined) return undefined;
  const shape = (tensor.dims ?? []).map((size) => Number(fromInt64(size)));
  const count = shape.reduce((product, size) => product * size, 1);
  const data = valuesOf(tensor, datatype, count);
  return data?.length === count ? { name: tensor.name ?? '', datatype, shape, data } : undefined;
}

function valuesOf(tensor: TensorMessage, datatype: DataType, count: number): TensorValues | undefined {
  if (datatype === 'BYTES')
    return (tensor.string_data ?? []).map((bytes) => Buffer.from(bytes).toString('utf8'));
  if (tensor.raw_data !== undefined && tensor.raw_data.length > 0) {
    const decoded = fromBytes(tensor.raw_data, datatype, count);
    return 'problem' in decoded ? undefined : decoded.values;
  }
  const elements = elementsOf(tensor, datatype);
  const values = new (typedArrayOf(datatype))(elements.length);
  for (const [index, element] of elements.entries())
    values[index] =
      values instanceof BigInt64Array || values instanceof BigUint64Array ? BigInt(element) : Number(element);
  return values;
}

/** The field in which TensorProto keeps elements of a type; half floats are there by their bits. */
function elementsOf(tensor: TensorMessage, datatype: Exclude<DataType, 'BYTES'>): (number | bigint)[] {
  switch (datatype) {
    case 'FP32':
      return tensor.float_data ?? [];
    case 'FP64':
      return tensor.double_data ?? [];
    case 'INT64':
      return (tensor.int64_data ?? []).map(fromInt64);
    case 'UINT32':
    case 'UINT64':
      return (tensor.uint64_data ?? []).map((value) => BigInt.asUintN(64, fromInt64(value)));
    default:
      return tensor.int32_data ?? [];
  }
}
