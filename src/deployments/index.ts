export { DEFAULT_SETTINGS } from './default-settings.js';
export { type BatchingInEffect, DeploymentService, type DeploymentTarget } from './deployment-service.js';
export { DEPLOYMENT_STATES, type DeploymentState } from './deployment-state.js';
export type { OutputNumbers } from './guards/output-values.js';
export type { MigrationProgress } from './migrations/migration-run.js';
export { evidenceOf, planWarnings } from './migrations/plan-evidence.js';
export type { MigrationRecord } from './migrations/records.js';
export type { ModelHandle, TrialSeat } from './model-handle.js';
export type {
  BatchingSettings,
  DeploymentRecord,
  RecordingSettings,
  RevisionRecord,
  RuntimeSettings,
  TrafficShare,
} from './records.js';
export { type RowVerdict, mayRunTogether } from './rows/row-verdict.js';
export { settingsOf } from './stored-settings.js';
export { shareOf } from './traffic/share.js';
