import type { Isolation } from '../../runtime/index.js';
import type { BatchingSettings, DeploymentSettings, LimitSettings, RuntimeSettings } from '../records.js';

/** Where a model runs unless its deployment says otherwise (docs/decisions/0008). */
export const DEFAULT_ISOLATION: Isolation = 'PROCESS';

export const DEFAULT_RUNTIME: RuntimeSettings = {
  threads: 1,
  replicas: 1,
  isolation: DEFAULT_ISOLATION,
  graphOptimization: 'ALL',
  executionProviders: ['CPU'],
  executionProviderOptions: [],
  maxRunMs: 120_000,
  maxMemoryBytes: null,
  remote: null,
};

export const DEFAULT_BATCHING: BatchingSettings = {
  enabled: true,
  maxBatchSize: 32,
  maxDelayMicroseconds: 0,
  preferredBatchSizes: [],
  latencyTargetMs: null,
};

export const DEFAULT_LIMITS: LimitSettings = { maxQueue: 1_024, idleUnloadMs: null };

export const DEFAULT_SETTINGS: DeploymentSettings = {
  runtime: DEFAULT_RUNTIME,
  batching: DEFAULT_BATCHING,
  limits: DEFAULT_LIMITS,
  cache: null,
  recording: null,
  predictionLog: null,
  outOfDomain: 'WARN',
};

/** Of whoever records at all: enough to compare by, and little beside the rest of a database. */
export const DEFAULT_RECORDING = { maxRequests: 1_000, maxRequestBytes: 65_536, maxBytes: 16_777_216 };

/** Of whoever logs predictions at all. */
export const DEFAULT_PREDICTION_LOG = { retentionMs: 30 * 86_400_000, maxBytes: 268_435_456 };
