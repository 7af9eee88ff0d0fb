export { InferenceService } from './inference-service.js';
export type { InferRequest, OpenModel, TargetRequest, Timing } from './inference-service.js';
