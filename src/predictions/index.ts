export { type Infer, PipelineRunner, type PredictOptions } from './pipeline-runner.js';
export { PredictionService } from './prediction-service.js';
export { rowsGiven } from './rows-given.js';
