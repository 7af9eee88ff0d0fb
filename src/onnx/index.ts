export { DATA_TYPES, INTEGER_RANGES, typedArrayOf, type DataType, type TypedArray } from './data-types.js';
export type { RawTensor, Signature, Tensor, TensorSpec, TensorValues } from './tensor.js';
export {
  GraphBuilder,
  type AttributeValue,
  type ConstantValues,
  type GraphOptions,
} from './graph-builder.js';
export { checkInputs } from './check-inputs.js';
export { defaultInputs, defaultOf, requiredInputs } from './default-inputs.js';
export { deriveInChild } from './graph-deriver.js';
export { GraphCache } from './graph-cache.js';
export { nearestNarrow } from './narrow-values.js';
export { NARROW_TYPES, narrowTypeName, type NarrowType } from './narrow-types.js';
export { describeRewrite } from './rewriting/describe-rewrite.js';
export {
  REWRITE_KINDS,
  REWRITER_VERSION,
  rewriteId,
  type Rewrite,
  type RewriteKind,
} from './rewriting/rewrite.js';
export { decodeTensor } from './decode-tensor.js';
export { byteLengthOf } from './tensor-bytes.js';
export { encodeTensor, keptTensor, tensorBytes, widenedValues, type KeptTensor } from './encode-tensor.js';
export { fromHalf, toHalf } from './half-float.js';
export { shortestFloat32 } from './shortest-float.js';
export type { GraphSummary } from './graph-summary.js';
export type { Inspection } from './inspect-model.js';
export { ModelFolders, type ModelFiles } from './model-folders.js';
export { RowProver } from './row-prover.js';
export { ROW_RULES, type HeldInput, type RowProof } from './row-independence/row-proof.js';
export { ModelInspector, type InspectorOptions } from './model-inspector.js';
export { availableProviders, EXECUTION_PROVIDERS, type ExecutionProvider } from './execution-providers.js';
export type { GraphOptimization, Isolation, LoadOptions } from './load-options.js';
export type { RunOptions, RunResult, RunUnderWay } from './runner.js';
export { RunnerLost, type RunnerEnd } from './runner-lost.js';
export { isRunRefused } from './run-failure.js';
export { AnswerTooLarge } from './answer-size.js';
export { limitedNode, type NodeCommand, type ProcessLimits } from './processes/process-limits.js';
export type { LoadedModel } from './loaded-model.js';
export { RunnerPool } from './runner-pool.js';
export { joinRows, rowsOf, splitRows } from './tensor-rows.js';
export { elementsBetween, flatJson, isLong, shortRuns } from './tensor-json.js';
export { madeUpInputs } from './made-up-inputs.js';
export type { GraphChange } from './difference/bounded-list.js';
export type { GraphDifference } from './difference/graph-difference.js';
export type {
  InitializerDifference,
  InitializerDifferences,
  StoredTensorSpec,
} from './difference/initializer-differences.js';
export type { NodeDifference, NodeDifferences } from './difference/node-differences.js';
export type { TensorDifference } from './difference/tensor-difference.js';
export { DamagedGraph, GraphDifferencer, type GraphDifferencerOptions } from './graph-differencer.js';
export type { StoredGraph } from './graph-difference-messages.js';
