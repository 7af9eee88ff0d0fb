import { describe, expect, it } from '@jest/globals';
import { checkMeasured, pairsOf } from '../../../src/monitoring/outcomes/compare-outcome.js';
import { daysOf, summaryOf, thinned, type ErrorPoint } from '../../../src/monitoring/outcomes/live-error.js';
import type { LoggedPredictionRecord } from '../../../src/monitoring/index.js';

const point = (at: string, predicted: number, measured: number): ErrorPoint => ({
  result: '',
  predicted,
  measured,
  predictionId: 'x',
  versionId: 'v',
  at: new Date(at),
});

describe('live error', () => {
  it('says how often the truth lay in the interval that was given, and how often it should have', () => {
    const one = (measured: number, low: number | null, high: number | null, level = 0.9) => ({
      predicted: 5,
      measured,
      interval: { level, low, high },
    });
    const pairs = [
      one(4, 3, 7),
      one(3, 3, 7),
      one(8, 3, 7),
      one(1e9, 3, null, 0.6),
      { predicted: 1, measured: 2 },
    ];
    expect(summaryOf(pairs).coverage).toEqual({
      count: 4,
      covered: 3,
      share: 0.75,
      level: expect.closeTo((3 * 0.9 + 0.6) / 4, 12) as unknown,
    });
  });

  it('is the mean, the mean size and the root mean square of predicted − measured', () => {
    const pairs = [
      { predicted: 1, measured: 4 },
      { predicted: 5, measured: 1 },
      { predicted: 2, measured: 2 },
    ];
    expect(summaryOf(pairs)).toEqual({
      count: 3,
      bias: expect.closeTo(1 / 3, 12) as unknown,
      mae: expect.closeTo(7 / 3, 12) as unknown,
      rmse: expect.closeTo(Math.sqrt(25 / 3), 12) as unknown,
      coverage: null,
    });
    expect(summaryOf([])).toEqual({ count: 0, bias: null, mae: null, rmse: null, coverage: null });
  });

  it('is gathered by day of measurement, in UTC', () => {
    const days = daysOf([
      point('2026-03-02T00:00:00Z', 2, 1),
      point('2026-03-01T23:59:59.999Z', 3, 1),
      point('2026-03-02T23:00:00Z', 4, 1),
    ]);
    expect(days.map(({ at, count, bias }) => [at.toISOString(), count, bias])).toEqual([
      ['2026-03-01T00:00:00.000Z', 1, 2],
      ['2026-03-02T00:00:00.000Z', 2, 2],
    ]);
  });

  it('keeps the first and the last of many points', () => {
    const many = Array.from({ length: 5_000 }, (_, index) => index);
    const few = thinned(many, 1_000);
    expect(few).toHaveLength(1_000);
    expect([few[0], few.at(-1)]).toEqual([0, 4_999]);
    expect(thinned([1, 2], 1_000)).toEqual([1, 2]);
  });
});

describe('a measured value', () => {
  it.each([
    [1.5, 2],
    ['soluble', 'insoluble'],
    [true, false],
    [{ gap: 1, class: 'a' }, { gap: 2 }],
    [
      { gap: 1, class: 'a' },
      { gap: 2, class: null },
    ],
    [
      [1, 2],
      [3, null],
    ],
  ] as const)('of %j may be %j', (predicted, measured) => {
    expect(() => checkMeasured(predicted, measured)).not.toThrow();
  });

  it.each([
    [1.5, 'SECRET', /^Expected value to be a number, as what was predicted is, got a text\.$/],
    [1.5, null, /got null/],
    [[1, 2], [1], /^Expected value to have 2 elements, as what was predicted has, got 1\.$/],
    [{ gap: 1 }, { cap: 2 }, /^Expected value to have the results gap, got another\.$/],
    [{ gap: 1 }, {}, /to have at least one of gap, got none/],
    [{ gap: 1 }, { gap: 'SECRET' }, /^Expected value\.gap to be a number/],
  ] as const)('of %j is not %j', (predicted, measured, message) => {
    const attempt = () => checkMeasured(predicted, measured);
    expect(attempt).toThrow(message);
    // What is masked must not come back in an error, which events tell.
    expect(attempt).not.toThrow(/SECRET/);
  });

  it('gives a pair for each number that both have', () => {
    const record = {
      content: { operation: 'PREDICT', value: { gap: 1, class: 'a', low: [2, 3] } },
      outcome: { value: { gap: 1.5, class: 'b', low: [null, 4] } },
    } as unknown as LoggedPredictionRecord;
    expect(pairsOf(record)).toEqual([
      { result: 'gap', predicted: 1, measured: 1.5 },
      { result: 'low[1]', predicted: 3, measured: 4 },
    ]);
  });
});
