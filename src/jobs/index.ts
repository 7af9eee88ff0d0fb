import './error-codes.js';
export type {
  JobFilter,
  JobKind,
  JobProgress,
  JobRecord,
  JobState,
  JobWork,
  Reached,
  RunningJob,
} from './job.js';
export { isOver } from './job.js';
export { JobService } from './job-service.js';
