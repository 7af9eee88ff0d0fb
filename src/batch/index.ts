import './error-codes.js';
export { JobFiles } from './files/job-files.js';
export type { ResultFiles, StoredResult } from './files/result-files.js';
export type { UploadedFiles } from './files/uploaded-files.js';
export { BatchPrediction } from './prediction/batch-prediction.js';
