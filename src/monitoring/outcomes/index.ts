export type { ErrorOfDay, ErrorOfVersion, ErrorPoint, ErrorSummary, IntervalCoverage } from './live-error.js';
export { LoggedOutcomes } from './measured-outcomes.js';
export { type LiveError, OutcomeService } from './outcome-service.js';
