export type { LoggedAnswer, LoggedContent, LoggedInterval, LoggedTensors } from './logged-content.js';
export { keptSince, type DeleteRequest, type LogFilterInput, PredictionLog } from './prediction-log.js';
export type { LoggedPredictionFilter, LoggedPredictionRecord, OutcomeRecord } from './records.js';
