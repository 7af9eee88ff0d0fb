import { DATA_TYPES, ONNX_ELEMENT_TYPES } from '../tensors/index.js';

/** The parts of ValueInfoProto's TypeProto that tell what kind of value an input or output is. */
export interface TypeMessage {
  tensor_type?: { elem_type?: number; shape?: object };
  sequence_type?: { elem_type?: TypeMessage };
  map_type?: { key_type?: number; value_type?: TypeMessage };
  sparse_tensor_type?: { elem_type?: number };
  optional_type?: { elem_type?: TypeMessage };
}

// TensorProto.DataType of the ONNX specification, by number, in the specification's own lower-case spelling.
const elementNames = [
  'undefined', 'float', 'uint8', 'int8', 'uint16', 'int16', 'int32', 'int64', 'string', 'bool', 'float16', 'double',
  'uint32', 'uint64', 'complex64', 'complex128', 'bfloat16', 'float8e4m3fn', 'float8e4m3fnuz', 'float8e5m2',
  'float8e5m2fnuz', 'uint4', 'int4', 'float4e2m1', 'float8e8m0', 'uint2', 'int2',
]; // prettier-ignore

const served: ReadonlySet<number> = new Set(DATA_TYPES.map((datatype) => ONNX_ELEMENT_TYPES[datatype]));

/** A tensor of a type that requests can carry. */
export function isServed(type: TypeMessage | undefined): boolean {
  return type?.tensor_type !== undefined && served.has(type.tensor_type.elem_type ?? 0);
}

/** `tensor(float)`, `sequence(map(int64, tensor(float)))`: the specification's way to write a type. */
export function formatType(type: TypeMessage | undefined): string {
  if (type?.tensor_type !== undefined) return `tensor(${elementName(type.tensor_type.elem_type)})`;
  if (type?.sparse_tensor_type !== undefined)
    return `sparse_tensor(${elementName(type.sparse_tensor_type.elem_type)})`;
  if (type?.sequence_type !== undefined) return `sequence(${formatType(type.sequence_type.elem_type)})`;
  if (type?.optional_type !== undefined) return `optional(${formatType(type.optional_type.elem_type)})`;
  if (type?.map_type !== undefined)
    return `map(${elementName(type.map_type.key_type)}, ${formatType(type.map_type.value_type)})`;
  return 'a value of no declared type';
}

function elementName(type: number | undefined): string {
  return elementNames[type ?? 0] ?? `element type ${type ?? 0}`;
}
