export type { ErrorOfDay, ErrorOfVersion, ErrorPoint, ErrorSummary } from './live-error.js';
export { type LiveError, OutcomeService } from './outcome-service.js';
