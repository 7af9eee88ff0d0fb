import protobuf from 'protobufjs';

// The parts of the public ONNX intermediate representation (onnx/onnx.proto, IR version 3 and later) that Retort
// needs, by their published field numbers.

/** What every reader and writer of models has alike. */
export const sharedMessages = `
syntax = "proto2";
message OperatorSetIdProto { optional string domain = 1; optional int64 version = 2; }
message TypeProto {
  message Tensor { optional int32 elem_type = 1; optional TensorShapeProto shape = 2; }
  message Sequence { optional TypeProto elem_type = 1; }
  message Map { optional int32 key_type = 1; optional TypeProto value_type = 2; }
  message Optional { optional TypeProto elem_type = 1; }
  oneof value {
    Tensor tensor_type = 1;
    Sequence sequence_type = 4;
    Map map_type = 5;
    Tensor sparse_tensor_type = 8;
    Optional optional_type = 9;
  }
}
message TensorShapeProto {
  message Dimension { oneof value { int64 dim_value = 1; string dim_param = 2; } }
  repeated Dimension dim = 1;
}
message ValueInfoProto { optional string name = 1; optional TypeProto type = 2; }
`;

/**
 * For reading: what a summary is made of. Fields not named here are passed over, weights first of all. Free text is
 * read as bytes, since its UTF-8 is the author's promise only.
 */
export const modelReader = protobuf
  .parse(
    `${sharedMessages}
message ModelProto {
  optional int64 ir_version = 1;
  optional bytes producer_name = 2;
  optional bytes producer_version = 3;
  optional GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8;
  repeated Entry metadata_props = 14;
  repeated TrainingInfoProto training_info = 20;
  repeated FunctionProto functions = 25;
}
message Entry { optional bytes key = 1; optional bytes value = 2; }
message TrainingInfoProto { optional GraphProto initialization = 1; optional GraphProto algorithm = 2; }
message GraphProto {
  repeated NodeProto node = 1;
  repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12;
  repeated SparseTensorProto sparse_initializer = 15;
}
message FunctionProto {
  optional string name = 1;
  repeated NodeProto node = 7;
  optional string domain = 10;
  repeated AttributeProto attribute_proto = 11;
  optional string overload = 13;
}
message NodeProto {
  optional string op_type = 4;
  repeated AttributeProto attribute = 5;
  optional string domain = 7;
  optional string overload = 8;
}
message AttributeProto {
  optional TensorProto t = 5;
  optional GraphProto g = 6;
  repeated TensorProto tensors = 10;
  repeated GraphProto graphs = 11;
  optional SparseTensorProto sparse_tensor = 22;
  repeated SparseTensorProto sparse_tensors = 23;
}
message TensorProto {
  enum DataLocation { DEFAULT = 0; EXTERNAL = 1; }
  repeated int64 dims = 1;
  optional int32 data_type = 2;
  optional string name = 8;
  repeated Entry external_data = 13;
  optional DataLocation data_location = 14;
}
message SparseTensorProto { optional TensorProto values = 1; optional TensorProto indices = 2; }
`,
    { keepCase: true },
  )
  .root.resolveAll()
  .lookupType('ModelProto');

/** For writing: weights as raw little-endian bytes, or as strings. */
export const modelWriter = protobuf
  .parse(
    `${sharedMessages}
message ModelProto {
  optional int64 ir_version = 1;
  optional string producer_name = 2;
  optional string producer_version = 3;
  optional string doc_string = 6;
  optional GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8;
  repeated StringStringEntryProto metadata_props = 14;
}
message StringStringEntryProto { optional string key = 1; optional string value = 2; }
message GraphProto {
  repeated NodeProto node = 1;
  optional string name = 2;
  repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12;
}
message NodeProto {
  repeated string input = 1;
  repeated string output = 2;
  optional string name = 3;
  optional string op_type = 4;
  repeated AttributeProto attribute = 5;
  optional string domain = 7;
}
message AttributeProto {
  optional string name = 1;
  optional float f = 2;
  optional int64 i = 3;
  optional bytes s = 4;
  optional TensorProto t = 5;
  optional GraphProto g = 6;
  repeated float floats = 7;
  repeated int64 ints = 8;
  repeated bytes strings = 9;
  optional int32 type = 20;
}
message TensorProto {
  repeated int64 dims = 1;
  optional int32 data_type = 2;
  repeated bytes string_data = 6;
  optional string name = 8;
  optional bytes raw_data = 9;
  repeated StringStringEntryProto external_data = 13;
  optional int32 data_location = 14;
}
`,
    { keepCase: true },
  )
  .root.lookupType('ModelProto');

/** 64-bit integers as protobufjs hands them over: a Long where that package is present, else a number. */
export type Int64 = number | { readonly low: number; readonly high: number };

export function fromInt64(value: Int64 | undefined): bigint {
  if (value === undefined) return 0n;
  if (typeof value === 'number') return BigInt(value);
  return BigInt.asIntN(64, (BigInt(value.high >>> 0) << 32n) | BigInt(value.low >>> 0));
}

export function toInt64(value: number | bigint): { low: number; high: number; unsigned: boolean } {
  const bits = BigInt.asUintN(64, BigInt(value));
  return { low: Number(bits & 0xffff_ffffn) | 0, high: Number(bits >> 32n) | 0, unsigned: false };
}
