import { describe, expect, it } from '@jest/globals';
import { DEFAULT_SETTINGS } from '../../../src/deployments/settings/default-settings.js';
import { changedSettings, type SettingsInput } from '../../../src/deployments/settings/settings-input.js';
import { readSettings } from '../../../src/deployments/settings/stored-settings.js';

describe('settings', () => {
  it('keep what is left out and put null back to its default', () => {
    const base = changedSettings(DEFAULT_SETTINGS, {
      runtime: { threads: 3, replicas: 2, isolation: 'PROCESS' },
      batching: { maxBatchSize: 8, preferredBatchSizes: [8, 4], latencyTargetMs: 5 },
      limits: { idleUnloadMs: 5_000 },
      cache: { maxBytes: 4_096 },
      recording: { sampleRate: 0.1, maxBytes: 1_000 },
    });
    expect(base.batching.preferredBatchSizes).toEqual([4, 8]);
    expect(changedSettings(base, {})).toEqual(base);
    expect(
      changedSettings(base, {
        runtime: { threads: null, replicas: undefined },
        batching: { latencyTargetMs: null },
        limits: null,
      }),
    ).toEqual({
      runtime: { ...base.runtime, threads: 1 },
      batching: { ...base.batching, latencyTargetMs: null },
      limits: DEFAULT_SETTINGS.limits,
      cache: { maxBytes: 4_096 },
      recording: { sampleRate: 0.1, maxRequests: 1_000, maxRequestBytes: 1_000, maxBytes: 1_000 },
      predictionLog: null,
      outOfDomain: 'WARN',
    });
    expect(changedSettings(base, { cache: null }).cache).toBeNull();
    expect(changedSettings(base, { recording: null }).recording).toBeNull();
  });

  it('take the delay in milliseconds, to the microsecond', () => {
    for (const [maxDelayMs, microseconds] of [
      [0.2, 200],
      [0.007, 7],
      [1_000, 1_000_000],
      [0.289, 289],
      [0, 0],
    ] as const)
      expect(changedSettings(DEFAULT_SETTINGS, { batching: { maxDelayMs } }).batching).toEqual({
        ...DEFAULT_SETTINGS.batching,
        maxDelayMicroseconds: microseconds,
      });
    const base = changedSettings(DEFAULT_SETTINGS, { batching: { maxDelayMs: 0.2 } });
    expect(changedSettings(base, { batching: { maxDelayMs: null } })).toEqual(DEFAULT_SETTINGS);
    expect(changedSettings(base, { batching: { maxBatchSize: 32 } })).toEqual(base);
  });

  it('from a row that was written before there were such settings are what they were then', () => {
    expect(
      readSettings({
        runtime: { threads: 2 },
        batching: {},
        limits: {},
        cache: null,
        recording: null,
        predictionLog: null,
        outOfDomain: 'WARN',
      }),
    ).toEqual({
      ...DEFAULT_SETTINGS,
      runtime: { ...DEFAULT_SETTINGS.runtime, threads: 2, isolation: 'THREAD' },
    });
  });

  const refused: readonly [SettingsInput, string, RegExp][] = [
    [{ runtime: { threads: 0 } }, 'runtime.threads', /Expected runtime\.threads from 1 to 64, got 0\./],
    [{ runtime: { threads: 1.5 } }, 'runtime.threads', /got 1\.5/],
    [{ runtime: { replicas: 33 } }, 'runtime.replicas', /from 1 to 32, got 33/],
    [{ runtime: { maxRunMs: 99 } }, 'runtime.maxRunMs', /from 100 to 3600000, got 99/],
    [
      { runtime: { executionProviders: [] } },
      'runtime.executionProviders',
      /at least one of CPU, .*, got an empty list/,
    ],
    [{ runtime: { executionProviders: ['CPU', 'CPU'] } }, 'runtime.executionProviders', /got CPU twice/],
    [{ batching: { maxBatchSize: 1_025 } }, 'batching.maxBatchSize', /from 1 to 1024, got 1025/],
    [
      { batching: { maxDelayMicroseconds: -1 } },
      'batching.maxDelayMicroseconds',
      /from 0 to 1000000, got -1/,
    ],
    [{ batching: { maxDelayMs: 1_000.5 } }, 'batching.maxDelayMs', /from 0 to 1000, got 1000\.5/],
    [{ batching: { maxDelayMs: -0.001 } }, 'batching.maxDelayMs', /from 0 to 1000, got -0\.001/],
    [
      { batching: { maxDelayMs: 0.0005 } },
      'batching.maxDelayMs',
      /whole number of microseconds, got 0\.0005/,
    ],
    [
      { batching: { maxDelayMs: 0.2, maxDelayMicroseconds: 200 } },
      'batching.maxDelayMs',
      /without its older form maxDelayMicroseconds, got both/,
    ],
    [{ batching: { maxDelayMs: null, maxDelayMicroseconds: 200 } }, 'batching.maxDelayMs', /got both/],
    [
      { batching: { maxBatchSize: 8, preferredBatchSizes: [4, 9] } },
      'batching.preferredBatchSizes.1',
      /from 1 to 8 \(batching\.maxBatchSize\), got 9/,
    ],
    [{ batching: { preferredBatchSizes: [4, 4] } }, 'batching.preferredBatchSizes', /got 4 twice/],
    [
      { batching: { preferredBatchSizes: Array.from({ length: 17 }, (_, index) => index + 1) } },
      'batching.preferredBatchSizes',
      /at most 16 sizes, got 17/,
    ],
    [{ batching: { latencyTargetMs: 0 } }, 'batching.latencyTargetMs', /from 0\.1 to 60000, got 0/],
    [{ batching: { latencyTargetMs: Number.NaN } }, 'batching.latencyTargetMs', /got NaN/],
    [{ limits: { maxQueue: 0 } }, 'limits.maxQueue', /from 1 to 100000, got 0/],
    [{ limits: { idleUnloadMs: 99 } }, 'limits.idleUnloadMs', /from 100 to 604800000, got 99/],
    [{ cache: { maxBytes: 1 } }, 'cache.maxBytes', /from 1024 to 2147483647, got 1/],
  ];
  it.each(refused)('refuse %j, naming the field', (input, field, message) => {
    expect.assertions(2);
    try {
      changedSettings(DEFAULT_SETTINGS, input);
    } catch (error) {
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', field: field.split('.') });
      expect((error as Error).message).toMatch(message);
    }
  });

  it('are checked as a whole: a smaller batch must still hold the preferred sizes', () => {
    const base = changedSettings(DEFAULT_SETTINGS, { batching: { preferredBatchSizes: [16] } });
    expect(() => changedSettings(base, { batching: { maxBatchSize: 8 } })).toThrow(
      'Expected batching.preferredBatchSizes.0 from 1 to 8 (batching.maxBatchSize), got 16.',
    );
  });
});
