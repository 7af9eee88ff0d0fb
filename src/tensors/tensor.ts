import type { DataType, TypedArray } from './data-types.js';
import type { NarrowType } from './narrow-types.js';

/** One named input or output of a graph. */
export interface TensorSpec {
  readonly name: string;
  readonly datatype: DataType;
  /** -1 stands for a dimension that may vary from call to call. */
  readonly shape: readonly number[];
  /** The graph's own names of its variable dimensions, null where a dimension has none. */
  readonly dimensions?: readonly (string | null)[];
  /** Set where the graph fixes not even the number of dimensions; `shape` is then [] without meaning a scalar. */
  readonly unranked?: true;
  /** Of a classifier's probabilities: the class of each place along the last dimension. */
  readonly classLabels?: readonly string[];
  /** Of an input that may be left out: what it is then, by the base64 of its row-major little-endian bytes. */
  readonly default?: {
    readonly datatype: DataType;
    readonly shape: readonly number[];
    readonly data: string;
  };
  /** The type of the graph's own elements, where `datatype` is a wider one that holds each of their values exactly. */
  readonly storedAs?: NarrowType;
}

/** What a graph takes and gives, in the graph's own order. */
export interface Signature {
  readonly inputs: readonly TensorSpec[];
  readonly outputs: readonly TensorSpec[];
}

/**
 * Row-major elements: BOOL is a Uint8Array of 0 and 1, FP16 a Uint16Array of half-precision bits, INT64 and UINT64
 * arrays of bigint, BYTES an array of strings.
 */
export type TensorValues = TypedArray | readonly string[];

export interface Tensor {
  readonly name: string;
  readonly datatype: DataType;
  readonly shape: readonly number[];
  readonly data: TensorValues;
}

/** A tensor as it came from a caller: nothing in it has been checked. */
export interface RawTensor {
  name: string;
  datatype: DataType;
  shape: readonly number[];
  /** A nested or flat JSON array, a NumberBlock of it, or row-major little-endian bytes: as a base64 string, or themselves. */
  data: unknown;
}
