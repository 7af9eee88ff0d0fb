import './error-codes.js';
export type {
  BatchingInEffect,
  DeploymentTarget,
  Occupancy,
  ServedVersion,
  VersionSet,
} from './deployment-requests.js';
export { deploymentPages } from './deployment-pages.js';
export { DeploymentService } from './deployment-service.js';
export { DEPLOYMENT_STATES, type DeploymentState } from './deployment-state.js';
export type { MemoryBudget, Place } from './harness/memory-budget.js';
export { type MeasuredQualities, type MeasuredQuality, qualityOf } from './guards/measured-quality.js';
export type { OutputNumbers } from './guards/output-values.js';
export type { MigrationProgress } from './migrations/migration-watch.js';
export { evidenceOf, planWarnings } from './migrations/plan-evidence.js';
export type { MigrationRecord } from './migrations/records.js';
export type {
  BatchingSettings,
  DeploymentRecord,
  DeploymentSettings,
  OutOfDomainPolicy,
  PredictionLogSettings,
  RecordingSettings,
  RevisionRecord,
  RuntimeSettings,
  TrafficShare,
} from './records.js';
export type { ModelHandle, TrialSeat } from './routing/model-handle.js';
export { shareOf } from './routing/share.js';
export { type RowVerdict, mayRunTogether } from './rows/row-verdict.js';
export { DEFAULT_SETTINGS } from './settings/default-settings.js';
export { settingsOf } from './settings/stored-settings.js';
