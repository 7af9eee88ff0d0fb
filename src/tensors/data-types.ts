/** The Open Inference Protocol's names of element types, the only ones Retort's interfaces use. */
export const DATA_TYPES = [
  'BOOL',
  'UINT8',
  'UINT16',
  'UINT32',
  'UINT64',
  'INT8',
  'INT16',
  'INT32',
  'INT64',
  'FP16',
  'FP32',
  'FP64',
  'BYTES',
] as const;
export type DataType = (typeof DATA_TYPES)[number];
export type NumericDataType = Exclude<DataType, 'BYTES'>;
export type WideIntegerType = 'INT64' | 'UINT64';

/** How each type is held: BOOL as one byte 0 or 1, FP16 as its 16 bits, 64-bit integers as bigint. */
export interface TypedArrays {
  BOOL: Uint8Array<ArrayBuffer>;
  UINT8: Uint8Array<ArrayBuffer>;
  UINT16: Uint16Array<ArrayBuffer>;
  UINT32: Uint32Array<ArrayBuffer>;
  UINT64: BigUint64Array<ArrayBuffer>;
  INT8: Int8Array<ArrayBuffer>;
  INT16: Int16Array<ArrayBuffer>;
  INT32: Int32Array<ArrayBuffer>;
  INT64: BigInt64Array<ArrayBuffer>;
  FP16: Uint16Array<ArrayBuffer>;
  FP32: Float32Array<ArrayBuffer>;
  FP64: Float64Array<ArrayBuffer>;
}
export type TypedArray = TypedArrays[NumericDataType];

export interface TypedArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): TypedArray;
  new (buffer: ArrayBuffer, byteOffset?: number, length?: number): TypedArray;
}

const constructors = {
  BOOL: Uint8Array,
  UINT8: Uint8Array,
  UINT16: Uint16Array,
  UINT32: Uint32Array,
  UINT64: BigUint64Array,
  INT8: Int8Array,
  INT16: Int16Array,
  INT32: Int32Array,
  INT64: BigInt64Array,
  FP16: Uint16Array,
  FP32: Float32Array,
  FP64: Float64Array,
} as Record<NumericDataType, TypedArrayConstructor>;

export function typedArrayOf(datatype: NumericDataType): TypedArrayConstructor {
  return constructors[datatype];
}

/** Inclusive bounds of the integer types. 64-bit bounds are bigint, since a double cannot hold them. */
export const INTEGER_RANGES = {
  UINT8: [0, 255],
  UINT16: [0, 65_535],
  UINT32: [0, 4_294_967_295],
  INT8: [-128, 127],
  INT16: [-32_768, 32_767],
  INT32: [-2_147_483_648, 2_147_483_647],
} as const;

export const WIDE_RANGES: Record<WideIntegerType, readonly [bigint, bigint]> = {
  UINT64: [0n, 2n ** 64n - 1n],
  INT64: [-(2n ** 63n), 2n ** 63n - 1n],
};

/** `TensorProto.DataType` of the ONNX specification, by Retort's name. */
export const ONNX_ELEMENT_TYPES: Record<DataType, number> = {
  FP32: 1,
  UINT8: 2,
  INT8: 3,
  UINT16: 4,
  INT16: 5,
  INT32: 6,
  INT64: 7,
  BYTES: 8,
  BOOL: 9,
  FP16: 10,
  FP64: 11,
  UINT32: 12,
  UINT64: 13,
};

/** `DataType` of TensorFlow, by Retort's name. */
export const TF_TYPES: Readonly<Record<DataType, string>> = {
  BOOL: 'DT_BOOL',
  UINT8: 'DT_UINT8',
  UINT16: 'DT_UINT16',
  UINT32: 'DT_UINT32',
  UINT64: 'DT_UINT64',
  INT8: 'DT_INT8',
  INT16: 'DT_INT16',
  INT32: 'DT_INT32',
  INT64: 'DT_INT64',
  FP16: 'DT_HALF',
  FP32: 'DT_FLOAT',
  FP64: 'DT_DOUBLE',
  BYTES: 'DT_STRING',
};

const runtimeNames = {
  BOOL: 'bool',
  UINT8: 'uint8',
  UINT16: 'uint16',
  UINT32: 'uint32',
  UINT64: 'uint64',
  INT8: 'int8',
  INT16: 'int16',
  INT32: 'int32',
  INT64: 'int64',
  FP16: 'float16',
  FP32: 'float32',
  FP64: 'float64',
  BYTES: 'string',
} as const satisfies Record<DataType, string>;
export type RuntimeType = (typeof runtimeNames)[DataType];

const byRuntimeName = new Map<string, DataType>(
  DATA_TYPES.map((datatype) => [runtimeNames[datatype], datatype]),
);

/** onnxruntime's name of a type. */
export function runtimeType(datatype: DataType): RuntimeType {
  return runtimeNames[datatype];
}

/** Retort's name of an onnxruntime type; undefined for one Retort does not carry (uint4, int4). */
export function fromRuntimeType(name: string): DataType | undefined {
  return byRuntimeName.get(name);
}
