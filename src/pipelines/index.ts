import './error-codes.js';
export type { DepictionOptions } from './depictions/depiction-options.js';
export { MoleculeDepictions } from './depictions/molecule-depictions.js';
export {
  describeInstance,
  describeResults,
  type FieldDescription,
  type InstanceDescription,
  type ResultDescription,
} from './description.js';
export { fillTensor } from './fill-tensor.js';
export { instanceFaults } from './instances/instance-faults.js';
export { InstanceReader, type PreparedInstance, type ReadOptions } from './instances/instance-reader.js';
export { neutronRange, stabilityDistance } from './instances/nuclear-landscape.js';
export type { SourceValue } from './instances/reading.js';
export type { JsonObject, JsonValue } from './json.js';
export { MoleculeWorker } from './molecules/molecule-worker-client.js';
export { parseNewPipeline, parsePipeline } from './parse-pipeline.js';
export { isInstanceField, loggedFields, tellTogether } from './logged-fields.js';
export type { Pipeline, PipelineResult } from './pipeline.js';
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
export { type TensorAnnotation, tensorAnnotations } from './tensor-annotations.js';
export { type TensorColumns, describeQuantity, tensorColumns } from './tensor-columns.js';
export { applyTransforms } from './transforms.js';
