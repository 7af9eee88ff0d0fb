import { describe, expect, it } from '@jest/globals';
import { DEFAULT_GUARDS, guardSettings, type GuardInput } from '../../../src/deployments/guards/index.js';

describe('guards as asked for', () => {
  it('are the defaults where nothing is said', () => {
    for (const input of [undefined, null, {}]) expect(guardSettings(input)).toEqual(DEFAULT_GUARDS);
  });

  it('are off where null is said', () => {
    const off = guardSettings({ errorRate: null, p99Ratio: null, outputDifference: null, drift: null });
    expect(off).toEqual({
      errorRate: null,
      p99Ratio: null,
      outputDifference: null,
      drift: null,
      evaluation: null,
      confidence: 0.999,
    });
  });

  it('take what is said and the defaults for the rest', () => {
    expect(
      guardSettings({
        p99Ratio: { max: 1.5 },
        outputDifference: {},
        drift: { maxPsi: null },
        confidence: 0.99,
      }),
    ).toEqual({
      errorRate: { maxIncrease: 0.01 },
      p99Ratio: { max: 1.5, minimumMs: 20 },
      outputDifference: { tolerance: 1e-3, maxShare: 0.01 },
      drift: { maxPsi: 0.25 },
      evaluation: null,
      confidence: 0.99,
    });
  });

  it.each<[GuardInput, string]>([
    [
      { errorRate: { maxIncrease: 1.5 } },
      'Expected guards.errorRate.maxIncrease to be from 0 to 1, got 1.5.',
    ],
    [{ p99Ratio: { max: 0.5 } }, 'Expected guards.p99Ratio.max to be from 1 to 1000, got 0.5.'],
    [{ p99Ratio: { minimumMs: -1 } }, 'Expected guards.p99Ratio.minimumMs to be from 0 to 3600000, got -1.'],
    [
      { outputDifference: { tolerance: NaN } },
      'Expected guards.outputDifference.tolerance to be 0 or more, got NaN.',
    ],
    [
      { outputDifference: { maxShare: 2 } },
      'Expected guards.outputDifference.maxShare to be from 0 to 1, got 2.',
    ],
    [{ drift: { maxPsi: 0 } }, 'Expected guards.drift.maxPsi to be from 0.001 to 100, got 0.'],
    [{ confidence: 1 }, 'Expected guards.confidence to be from 0.5 to 0.999999, got 1.'],
  ])('refuse %j', (input, message) => {
    const [, field] = /Expected (\S+)/.exec(message) ?? [];
    expect(() => guardSettings(input)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', message, field: field?.split('.') }),
    );
  });
});
