export { ArmObservations } from './arm-observations.js';
export { ComparisonObservations } from './comparison-observations.js';
export { beginObservations, evaluateGuards, type GuardObservations } from './evaluate-guards.js';
export { fewestRequests, MOST_REQUESTS } from './fewest-requests.js';
export { guardSettings, type GuardInput } from './guard-input.js';
export { GUARDS, VERDICTS, type Guard, type GuardReport, type Verdict } from './guard-report.js';
export { DEFAULT_GUARDS, type GuardSettings } from './guard-settings.js';
export type { OutputNumbers } from './output-values.js';
