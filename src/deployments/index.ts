export type { Batching } from './batch-proof.js';
export {
  DeploymentService,
  type BatchingInEffect,
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
  RevisionRecord,
  RuntimeSettings,
} from './records.js';
export type { ModelHandle } from './serving.js';
