export { GraphComparisons } from './graph-comparisons.js';
export {
  COMPATIBILITIES,
  SIGNATURE_DIFFERENCE_KINDS,
  type Compatibility,
  type Severity,
  type SignatureDifference,
  type SignatureDifferenceKind,
  type TensorSide,
} from './signature-difference.js';
export { compareSignatures, type SignatureComparison } from './signature-comparison.js';
export { comparePipelines, type PipelineComparison, type PipelineDifference } from './pipeline-comparison.js';
export { PIPELINE_PARTS, type PipelinePart } from './pipeline-severity.js';
export {
  compareMetrics,
  knownDirection,
  type MetricComparison,
  type MetricVerdict,
} from './metric-comparison.js';
// What a comparison of graphs answers, for those above who never reach the runtime.
export type {
  GraphDifference,
  InitializerDifference,
  NodeDifference,
  StoredTensorSpec,
  TensorDifference,
} from '../../onnx/index.js';
