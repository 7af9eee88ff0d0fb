export type { JsonObject, JsonValue } from './json.js';
export { parsePipeline } from './parse-pipeline.js';
export type { Pipeline, PipelineInput, PipelineOutput, PipelineResult } from './pipeline.js';
export { PipelineRunner, type Infer, type PredictOptions } from './pipeline-runner.js';
export type { Prediction, PredictionNote } from './prediction.js';
export { MoleculeWorker, type MoleculeWorkerOptions } from './molecules/molecule-worker-client.js';
export { tensorAnnotations, type TensorAnnotation, type TensorAnnotations } from './tensor-annotations.js';
export { PredictionService, type PredictRequest } from './prediction-service.js';
export * from './comparison/index.js';
