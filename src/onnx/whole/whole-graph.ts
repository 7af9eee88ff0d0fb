import type { StoredTensor } from '../difference/stored-tensor.js';

/** A tensor that a graph stores; its elements stay in the file until `numbersOf` reads them. */
export type WholeTensor = Omit<StoredTensor, 'scope'>;

/** An attribute of a node with all its elements, however many: trees are written as attributes. */
export interface WholeAttribute {
  readonly int: number | null;
  readonly float: number | null;
  readonly text: string | null;
  readonly ints: Float64Array;
  readonly floats: Float32Array;
  readonly texts: readonly string[];
  readonly tensor: WholeTensor | null;
  /** Whether it is a subgraph (the branches of If, the body of Loop), which is not read. */
  readonly isGraph: boolean;
}

export interface WholeNode {
  readonly name: string;
  readonly operator: string;
  /** '' for ai.onnx. */
  readonly domain: string;
  readonly inputs: readonly string[];
  readonly outputs: readonly string[];
  readonly attributes: ReadonlyMap<string, WholeAttribute>;
}

export interface WholeValue {
  readonly name: string;
  /** TensorProto.DataType; 0 for what is no tensor. */
  readonly type: number;
  /** A dimension that varies is null; null as a whole where no shape is declared. */
  readonly shape: readonly (number | null)[] | null;
}

/** The main graph of a model as it lies in the file, nodes in the order in which they are computed. */
export interface WholeGraph {
  readonly inputs: readonly WholeValue[];
  readonly outputs: readonly WholeValue[];
  readonly initializers: ReadonlyMap<string, WholeTensor>;
  readonly nodes: readonly WholeNode[];
  /** By domain; '' for ai.onnx. */
  readonly opsets: ReadonlyMap<string, number>;
  /** Whether the model brings functions of its own, whose nodes are not read. */
  readonly hasFunctions: boolean;
}
