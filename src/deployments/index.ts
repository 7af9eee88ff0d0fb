export type { Batching } from './rows/batching.js';
export { mayRunTogether, type RowIndependence, type RowVerdict } from './rows/row-verdict.js';
export type { WarmUpPipeline } from './warm-up.js';
export {
  DeploymentService,
  type BatchingInEffect,
  type DeploymentTarget,
  type DeployRequest,
  type LoadedState,
  type UpdateRequest,
} from './deployment-service.js';
export { DEPLOYMENT_STATES, LEGAL_TRANSITIONS, type DeploymentState } from './deployment-state.js';
export { settingsOf } from './stored-settings.js';
export { DEFAULT_SETTINGS } from './default-settings.js';
export type {
  BatchingSettings,
  CacheSettings,
  DeploymentFilter,
  DeploymentPageQuery,
  DeploymentRecord,
  DeploymentSettings,
  LimitSettings,
  RecordingSettings,
  RevisionRecord,
  RuntimeSettings,
  TrafficShare,
} from './records.js';
export type { FollowRequest } from './alias-follower.js';
export type { RollbackDeploymentRequest } from './deployment-rollback.js';
export type { GuardReport, OutputNumbers } from './guards/index.js';
export type { MigrateRequest, MigrationRequest } from './migrations/migration-service.js';
export { evidenceOf, planWarnings } from './migrations/plan-evidence.js';
export type { MigrationProgress } from './migrations/migration-run.js';
export type {
  MigrationRecord,
  MigrationState,
  MigrationStep,
  MigrationStrategy,
} from './migrations/records.js';
export type { Mirror, ModelHandle, TrialSeat } from './model-handle.js';
export type { SetTrafficRequest } from './traffic-service.js';
