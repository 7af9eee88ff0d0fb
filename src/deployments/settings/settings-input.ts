import {
  availableProviders,
  EXECUTION_PROVIDERS,
  type RemoteInput,
  remoteTarget,
  unavailableText,
  WITH_DEVICES,
} from '../../runtime/index.js';
import { DomainError } from '../../platform/errors.js';
import { DEFAULT_BATCHING, DEFAULT_LIMITS, DEFAULT_RUNTIME, DEFAULT_SETTINGS } from './default-settings.js';
import { predictionLogSettings, type PredictionLogInput } from './prediction-log-input.js';
import { recordingSettings, type RecordingInput } from './recording-input.js';
import type {
  BatchingSettings,
  CacheSettings,
  DeploymentSettings,
  LimitSettings,
  OutOfDomainPolicy,
  RuntimeSettings,
} from '../records.js';

/** Some of a group's settings: undefined keeps what is, null means the default. */
type Changes<Group> = { readonly [Name in keyof Group]?: Group[Name] | null | undefined } | null | undefined;

/** Bytes come as whole numbers of any size. */
type RuntimeChanges =
  | (Changes<Omit<RuntimeSettings, 'maxMemoryBytes' | 'remote'>> & {
      readonly maxMemoryBytes?: bigint | number | null | undefined;
      /** Null: it runs here. */
      readonly remote?: RemoteInput | null | undefined;
    })
  | null
  | undefined;

/** The delay is given in milliseconds or, as before, in microseconds. */
type BatchingChanges =
  | (NonNullable<Changes<BatchingSettings>> & { readonly maxDelayMs?: number | null | undefined })
  | null
  | undefined;

export interface SettingsInput {
  readonly runtime?: RuntimeChanges;
  readonly batching?: BatchingChanges;
  readonly limits?: Changes<LimitSettings>;
  /** Null: no cache. */
  readonly cache?: CacheSettings | null | undefined;
  /** Null: no recording. */
  readonly recording?: RecordingInput | null | undefined;
  /** Null: no prediction is logged. */
  readonly predictionLog?: PredictionLogInput | null | undefined;
  /** Null: the default. */
  readonly outOfDomain?: OutOfDomainPolicy | null | undefined;
}

/** Less would not hold the smallest model at work. */
const LEAST_MEMORY_BYTES = 64 * 1024 ** 2;
const MAX_PREFERRED_SIZES = 16;
const WEEK_MS = 7 * 86_400_000;

/**
 * Settings with changes applied, checked as a whole.
 *
 * @throws DomainError INVALID_ARGUMENT naming the field, what was expected and what came.
 */
export function changedSettings(base: DeploymentSettings, input: SettingsInput): DeploymentSettings {
  const settings = {
    runtime: changed(base.runtime, DEFAULT_RUNTIME, withNumbers(input.runtime)),
    batching: changed(base.batching, DEFAULT_BATCHING, withMicroseconds(input.batching)),
    limits: changed(base.limits, DEFAULT_LIMITS, input.limits),
    cache: input.cache === undefined ? base.cache : input.cache && { maxBytes: input.cache.maxBytes },
    recording:
      input.recording === undefined ? base.recording : input.recording && recordingSettings(input.recording),
    predictionLog:
      input.predictionLog === undefined
        ? base.predictionLog
        : input.predictionLog && predictionLogSettings(input.predictionLog),
    outOfDomain:
      input.outOfDomain === undefined
        ? base.outOfDomain
        : (input.outOfDomain ?? DEFAULT_SETTINGS.outOfDomain),
  };
  checkRuntime(settings.runtime);
  checkBatching(settings.batching);
  checkLimits(settings.limits);
  if (settings.cache) checkInteger(['cache', 'maxBytes'], settings.cache.maxBytes, 1_024, 2 ** 31 - 1);
  const preferredBatchSizes = [...settings.batching.preferredBatchSizes].sort((a, b) => a - b);
  return { ...settings, batching: { ...settings.batching, preferredBatchSizes } };
}

function changed<Group extends object>(base: Group, defaults: Group, changes: Changes<Group>): Group {
  if (changes === null) return defaults;
  if (changes === undefined) return base;
  const result = { ...base };
  for (const name of Object.keys(defaults) as (keyof Group)[]) {
    const value = changes[name];
    if (value !== undefined) result[name] = value ?? defaults[name];
  }
  return result;
}

/** What is beyond the numbers that can be told apart is beyond what is allowed, too. @throws DomainError INVALID_ARGUMENT */
function withNumbers(runtime: RuntimeChanges): Changes<RuntimeSettings> {
  if (runtime == null) return runtime;
  const { maxMemoryBytes, remote } = runtime;
  return {
    ...runtime,
    maxMemoryBytes: maxMemoryBytes == null ? maxMemoryBytes : Number(maxMemoryBytes),
    remote: remote && remoteTarget(remote, ['runtime', 'remote']),
  };
}

/** @throws DomainError INVALID_ARGUMENT */
function withMicroseconds(batching: BatchingChanges): Changes<BatchingSettings> {
  if (batching?.maxDelayMs === undefined) return batching;
  const { maxDelayMs, ...others } = batching;
  const field = ['batching', 'maxDelayMs'];
  if (others.maxDelayMicroseconds !== undefined)
    throw invalid(field, 'given without its older form maxDelayMicroseconds', 'both');
  if (maxDelayMs === null) return { ...others, maxDelayMicroseconds: null };
  if (!(maxDelayMs >= 0 && maxDelayMs <= 1_000)) throw invalid(field, '0 to 1000', String(maxDelayMs));
  const maxDelayMicroseconds = Math.round(maxDelayMs * 1_000);
  if (Math.abs(maxDelayMicroseconds - maxDelayMs * 1_000) > 1e-6)
    throw invalid(field, 'a whole number of microseconds', String(maxDelayMs));
  return { ...others, maxDelayMicroseconds };
}

function checkRuntime(runtime: RuntimeSettings): void {
  const { threads, replicas, executionProviders, maxRunMs, maxMemoryBytes } = runtime;
  checkInteger(['runtime', 'threads'], threads, 1, 64);
  checkInteger(['runtime', 'replicas'], replicas, 1, 32);
  checkInteger(['runtime', 'maxRunMs'], maxRunMs, 100, 3_600_000);
  if (maxMemoryBytes !== null)
    checkInteger(['runtime', 'maxMemoryBytes'], maxMemoryBytes, LEAST_MEMORY_BYTES, Number.MAX_SAFE_INTEGER);
  const field = ['runtime', 'executionProviders'];
  const available = availableProviders();
  if (executionProviders.length === 0)
    throw invalid(field, `at least one of ${EXECUTION_PROVIDERS.join(', ')}`, 'an empty list');
  checkUnique(field, executionProviders);
  const missing = executionProviders.find((provider) => !available.includes(provider));
  if (missing !== undefined) {
    throw new DomainError(
      'INVALID_ARGUMENT',
      `Expected runtime.executionProviders to be available here, got ${missing}. ${unavailableText(missing)}`,
      { field },
    );
  }
  checkProviderOptions(runtime);
}

/** Each belongs to a provider that is used and that knows it. */
function checkProviderOptions({ executionProviders, executionProviderOptions }: RuntimeSettings): void {
  const field = ['runtime', 'executionProviderOptions'];
  checkUnique(
    field,
    executionProviderOptions.map(({ provider }) => provider),
  );
  for (const [index, { provider, deviceId }] of executionProviderOptions.entries()) {
    const own = [...field, String(index)];
    if (!executionProviders.includes(provider))
      throw invalid([...own, 'provider'], `one of runtime.executionProviders (${executionProviders.join(', ')})`, provider); // prettier-ignore
    if (!WITH_DEVICES.includes(provider))
      throw invalid([...own, 'provider'], `one that runs on cards (${WITH_DEVICES.join(', ')})`, provider);
    checkInteger([...own, 'deviceId'], deviceId, 0, 63);
  }
}

function checkBatching(settings: BatchingSettings): void {
  const { maxBatchSize, maxDelayMicroseconds, preferredBatchSizes, latencyTargetMs } = settings;
  checkInteger(['batching', 'maxBatchSize'], maxBatchSize, 1, 1_024);
  checkInteger(['batching', 'maxDelayMicroseconds'], maxDelayMicroseconds, 0, 1_000_000);
  const field = ['batching', 'preferredBatchSizes'];
  if (preferredBatchSizes.length > MAX_PREFERRED_SIZES)
    throw invalid(field, `at most ${MAX_PREFERRED_SIZES} sizes`, String(preferredBatchSizes.length));
  for (const [index, size] of preferredBatchSizes.entries())
    checkInteger([...field, String(index)], size, 1, maxBatchSize, 'batching.maxBatchSize');
  checkUnique(field, preferredBatchSizes);
  if (latencyTargetMs !== null && !(latencyTargetMs >= 0.1 && latencyTargetMs <= 60_000))
    throw invalid(['batching', 'latencyTargetMs'], 'a number from 0.1 to 60000', String(latencyTargetMs));
}

function checkLimits({ maxQueue, idleUnloadMs }: LimitSettings): void {
  checkInteger(['limits', 'maxQueue'], maxQueue, 1, 100_000);
  if (idleUnloadMs !== null) checkInteger(['limits', 'idleUnloadMs'], idleUnloadMs, 100, WEEK_MS);
}

/** @throws DomainError INVALID_ARGUMENT */
export function checkInteger(
  field: readonly string[],
  value: number,
  from: number,
  to: number,
  upperBound?: string,
): void {
  if (Number.isInteger(value) && value >= from && value <= to) return;
  throw invalid(
    field,
    `${from} to ${to}${upperBound === undefined ? '' : ` (${upperBound})`}`,
    String(value),
  );
}

function checkUnique(field: readonly string[], values: readonly (string | number)[]): void {
  const repeated = values.find((value, index) => values.indexOf(value) !== index);
  if (repeated !== undefined) throw invalid(field, 'each value once', `${repeated} twice`);
}

function invalid(field: readonly string[], expected: string, got: string): DomainError {
  return new DomainError('INVALID_ARGUMENT', `Expected ${field.join('.')} ${glue(expected)}, got ${got}.`, {
    field,
  });
}

/** "from 1 to 64" for a range, "to be …" for the rest. */
function glue(expected: string): string {
  return /^\d/.test(expected) ? `from ${expected}` : `to be ${expected}`;
}
