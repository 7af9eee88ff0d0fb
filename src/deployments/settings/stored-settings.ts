import { DEFAULT_BATCHING, DEFAULT_LIMITS, DEFAULT_RUNTIME } from './default-settings.js';
import type {
  BatchingSettings,
  CacheSettings,
  DeploymentSettings,
  LimitSettings,
  OutOfDomainPolicy,
  PredictionLogSettings,
  RecordingSettings,
  RuntimeSettings,
} from '../records.js';

interface StoredSettings {
  readonly runtime: unknown;
  readonly batching: unknown;
  readonly limits: unknown;
  readonly cache: unknown;
  readonly recording: unknown;
  readonly predictionLog: unknown;
  readonly outOfDomain: OutOfDomainPolicy;
}

/**
 * Settings as a row holds them, which only this module's counterpart writes. A row from before a setting existed does
 * not say it: such a model ran in a thread, whatever the default is today.
 */
export function readSettings(row: StoredSettings): DeploymentSettings {
  const { runtime, batching, limits, cache, recording, predictionLog, outOfDomain } = row;
  return {
    runtime: { ...DEFAULT_RUNTIME, isolation: 'THREAD', ...(runtime as Partial<RuntimeSettings>) },
    batching: { ...DEFAULT_BATCHING, ...(batching as Partial<BatchingSettings>) },
    limits: { ...DEFAULT_LIMITS, ...(limits as Partial<LimitSettings>) },
    cache: cache as CacheSettings | null,
    recording: recording as RecordingSettings | null,
    predictionLog: predictionLog as PredictionLogSettings | null,
    outOfDomain,
  };
}

/** The settings of what holds more than them. */
export function settingsOf(whole: DeploymentSettings): DeploymentSettings {
  const { runtime, batching, limits, cache, recording, predictionLog, outOfDomain } = whole;
  return { runtime, batching, limits, cache, recording, predictionLog, outOfDomain };
}
