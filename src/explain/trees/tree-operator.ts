import type { TensorNumbers, WholeNode } from '../../onnx/index.js';
import type { GraphValue } from './graph-value.js';
import type { PlacedEnsemble } from './scalar-forest.js';

/** What an operator is followed with. */
export interface Surroundings {
  readonly numbers: TensorNumbers;
  /** Of the graph so far; operators of trees add theirs. */
  readonly ensembles: PlacedEnsemble[];
  readonly opset: number;
}

/** What a node makes of its inputs, none of which is unknown. @throws TreesNotReadable */
export type TreeOperator = (
  node: WholeNode,
  inputs: readonly GraphValue[],
  surroundings: Surroundings,
) => readonly GraphValue[];
