import type { DataType } from './data-types.js';

/** Element types that no request can carry, and that the runtime casts from and to a wider one which holds all their values. */
export const NARROW_TYPES = [
  'BF16',
  'FP8E4M3FN',
  'FP8E4M3FNUZ',
  'FP8E5M2',
  'FP8E5M2FNUZ',
  'INT4',
  'UINT4',
  'INT2',
  'UINT2',
] as const;
export type NarrowType = (typeof NARROW_TYPES)[number];

interface Narrow {
  /** `TensorProto.DataType` of the ONNX specification. */
  readonly elementType: number;
  readonly wide: Extract<DataType, 'FP32' | 'INT8' | 'UINT8'>;
  /** The opset whose Cast first knows the type. */
  readonly opset: number;
  /** In words, for a description. */
  readonly name: string;
}

export const NARROW: Readonly<Record<NarrowType, Narrow>> = {
  BF16: { elementType: 16, wide: 'FP32', opset: 13, name: 'bfloat16' },
  FP8E4M3FN: { elementType: 17, wide: 'FP32', opset: 19, name: 'float8e4m3fn' },
  FP8E4M3FNUZ: { elementType: 18, wide: 'FP32', opset: 19, name: 'float8e4m3fnuz' },
  FP8E5M2: { elementType: 19, wide: 'FP32', opset: 19, name: 'float8e5m2' },
  FP8E5M2FNUZ: { elementType: 20, wide: 'FP32', opset: 19, name: 'float8e5m2fnuz' },
  UINT4: { elementType: 21, wide: 'UINT8', opset: 21, name: 'uint4' },
  INT4: { elementType: 22, wide: 'INT8', opset: 21, name: 'int4' },
  UINT2: { elementType: 25, wide: 'UINT8', opset: 25, name: 'uint2' },
  INT2: { elementType: 26, wide: 'INT8', opset: 25, name: 'int2' },
};

const byElementType = new Map(NARROW_TYPES.map((type) => [NARROW[type].elementType, type]));

/** As the ONNX specification writes it. */
export function narrowTypeName(type: NarrowType): string {
  return NARROW[type].name;
}

export function narrowType(elementType: number | undefined): NarrowType | undefined {
  return byElementType.get(elementType ?? 0);
}
