export { Deadline } from './deadline.js';
export { InferenceService, type PendingRequests } from './inference-service.js';
export { type ModelStatistics, type Total, noStatistics } from './model-statistics.js';
export type { OpenModel } from './open-model.js';
export { numbersOfTensors } from './output-numbers.js';
export type { Priority } from './priority.js';
export { REQUEST_EVENT_KINDS } from './request-events.js';
export type { Operation, Target } from './outcome-recorder.js';
export type {
  AnsweredRequest,
  FailedRequest,
  OutcomeListener,
  RequestOutcome,
  RequestPhases,
} from './request-outcome.js';
export type { TargetRequest } from './request-target.js';
export type { Timing } from './timing.js';
export type { RowQuantities } from './trial-run.js';
