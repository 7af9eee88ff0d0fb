import './error-codes.js';
export { type CompiledOutput, type CompiledResult, compileResults } from './compiled/compile-results.js';
export { type InstanceFault, instanceFaults } from './compiled/instance-faults.js';
export { InstanceReader, type ReadOptions } from './compiled/instance-reader.js';
export type { PreparedBatch } from './compiled/prepared-batch.js';
export { derivedPipeline } from './derived-pipeline.js';
export type { DepictionOptions } from './depictions/depiction-options.js';
export { type Colouring, MoleculeDepictions } from './depictions/molecule-depictions.js';
export { describeInstance, type InstanceDescription } from './describe/describe-instance.js';
export { describeResults, type ResultDescription } from './describe/describe-results.js';
export { drawnField, instanceForm, runsRowwise, runsStacked } from './describe/instance-form.js';
export { isInstanceField, loggedFields, tellTogether } from './describe/logged-fields.js';
export { type TensorAnnotation, tensorAnnotations } from './describe/tensor-annotations.js';
export { elementNames, type NamedElement } from './describe/element-names.js';
export { describeQuantity, type TensorColumns, tensorColumns } from './describe/tensor-columns.js';
export { hasMolecule, moleculesOf } from './instances/molecules-of.js';
export { type RowsAsInstances, rowsAsInstances } from './instances/rows-as-instances.js';
export { neutronRange, stabilityDistance } from './instances/nuclear-landscape.js';
export type { JsonObject, JsonValue } from './json.js';
export {
  type FieldDescription,
  type FieldKind,
  rowNumbers,
  type ValueKind,
  type Values,
} from './language/index.js';
export { type PreviewedValue, previewedInputs, PreviewWatch } from './describe/preview-values.js';
export { withPipelineTables } from './describe/pipeline-tables.js';
export { pipelineLanguage } from './describe/pipeline-language.js';
export type { Skeleton, SkeletonAtom, SkeletonBond } from './molecules/skeleton.js';
export { MoleculeWorker } from './molecules/molecule-worker-client.js';
export { type Convert, converter } from './units/convert.js';
export { parseNewPipeline, parsePipeline } from './parse-pipeline.js';
export type { Pipeline } from './pipeline.js';
export { type AttachedTokenizer, attachTokenizers } from './texts/attach-tokenizers.js';
export { NoTokenizer } from './texts/tokenizer-files.js';
export {
  type PredictedValue,
  type Prediction,
  isUnreadable,
  ROW_ERROR_CODES,
  RowError,
  type RowErrorNote,
  WARNING_CODES,
  type WarningNote,
} from './prediction.js';
