import type { Int64 } from '../onnx-schema.js';
import type { TypeMessage } from '../onnx-types.js';

// What `modelReader` makes of a file: only what the file has is there.

export interface ModelMessage {
  ir_version?: Int64;
  producer_name?: Uint8Array;
  producer_version?: Uint8Array;
  graph?: GraphMessage;
  opset_import?: { domain?: string; version?: Int64 }[];
  metadata_props?: EntryMessage[];
  training_info?: { initialization?: GraphMessage; algorithm?: GraphMessage }[];
  functions?: FunctionMessage[];
}

export interface GraphMessage {
  node?: NodeMessage[];
  initializer?: TensorMessage[];
  input?: ValueMessage[];
  output?: ValueMessage[];
  sparse_initializer?: SparseMessage[];
}

export interface FunctionMessage {
  name?: string;
  domain?: string;
  overload?: string;
  node?: NodeMessage[];
  attribute_proto?: AttributeMessage[];
}

export interface NodeMessage {
  op_type?: string;
  domain?: string;
  overload?: string;
  attribute?: AttributeMessage[];
}

export interface AttributeMessage {
  t?: TensorMessage;
  g?: GraphMessage;
  tensors?: TensorMessage[];
  graphs?: GraphMessage[];
  sparse_tensor?: SparseMessage;
  sparse_tensors?: SparseMessage[];
}

export interface SparseMessage {
  values?: TensorMessage;
  indices?: TensorMessage;
}

export interface TensorMessage {
  dims?: Int64[];
  data_type?: number;
  name?: string;
  external_data?: EntryMessage[];
  data_location?: number;
}

export interface ValueMessage {
  name?: string;
  type?: TypeMessage;
}

export interface EntryMessage {
  key?: Uint8Array;
  value?: Uint8Array;
}
