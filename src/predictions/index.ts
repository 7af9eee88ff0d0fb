export { type InstancePreview, type PipelinePreview, PipelinePreviews } from './pipeline-previews.js';
export { type Infer, PipelineRunner, type PredictOptions } from './pipeline-runner.js';
export { newRequestKey, predictionId, readPredictionId } from './prediction-id.js';
export {
  type IdentifiedPrediction,
  PredictionService,
  type PredictRequest,
  type VersionDescription,
} from './prediction-service.js';
export { answersOf } from './read-results.js';
export { rowsGiven } from './rows-given.js';
