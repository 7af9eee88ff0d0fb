import protobuf from 'protobufjs';
import { sharedMessages, type Int64 } from '../onnx-schema.js';
import type { TypeMessage } from '../onnx-types.js';

/**
 * What has to be known of a graph to rewrite it: which node computes each value, and which ones read it. By the published field numbers of
 * onnx/onnx.proto; everything else, weights first of all, is passed over.
 */
export const modelOutline = protobuf
  .parse(
    `${sharedMessages}
message ModelProto {
  optional int64 ir_version = 1;
  optional GraphProto graph = 7;
  repeated OperatorSetIdProto opset_import = 8;
}
message GraphProto {
  repeated NodeProto node = 1;
  repeated TensorProto initializer = 5;
  repeated ValueInfoProto input = 11;
  repeated ValueInfoProto output = 12;
  repeated ValueInfoProto value_info = 13;
}
message NodeProto {
  repeated string input = 1;
  repeated string output = 2;
  optional string op_type = 4;
  repeated AttributeProto attribute = 5;
  optional string domain = 7;
}
message AttributeProto {
  optional string name = 1;
  optional GraphProto g = 6;
  repeated int64 ints = 8;
  repeated bytes strings = 9;
  repeated GraphProto graphs = 11;
}
message TensorProto {
  repeated int64 dims = 1;
  optional int32 data_type = 2;
  optional string name = 8;
  optional int32 data_location = 14;
}
`,
    { keepCase: true },
  )
  .root.resolveAll()
  .lookupType('ModelProto');

export interface OutlineMessage {
  ir_version?: Int64;
  graph?: OutlineGraph;
  opset_import?: { domain?: string; version?: Int64 }[];
}

export interface OutlineGraph {
  node?: OutlineNode[];
  initializer?: OutlineTensor[];
  input?: OutlineValue[];
  output?: OutlineValue[];
  value_info?: OutlineValue[];
}

export interface OutlineNode {
  input?: string[];
  output?: string[];
  op_type?: string;
  domain?: string;
  attribute?: OutlineAttribute[];
}

export interface OutlineAttribute {
  name?: string;
  g?: OutlineGraph;
  ints?: Int64[];
  strings?: Uint8Array[];
  graphs?: OutlineGraph[];
}

export interface OutlineTensor {
  dims?: Int64[];
  data_type?: number;
  name?: string;
  data_location?: number;
}

export interface OutlineValue {
  name?: string;
  type?: OutlineType;
}

export interface OutlineType extends TypeMessage {
  tensor_type?: {
    elem_type?: number;
    shape?: { dim?: { dim_value?: Int64; dim_param?: string }[] };
  };
}
