import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { adviceOf, missesOf } from '../../src/optimize/judging/judge.js';
import { chosenOf, costsOf, lostBy, paretoFront } from '../../src/optimize/judging/pareto-front.js';
import { candidate, measured, NO_LIMITS, ORIGINAL } from './figures.js';

describe('what of a budget is missed', () => {
  const loss = { metric: 'rmse', value: 0.03, interval: { low: 0.01, high: 0.05 } };
  const differences = [{ output: 'y', elements: 3, largest: 0.5, mean: 0.2, relative: 0.1, differing: 0 }];
  const found = measured([1.5, 3], 400_000, { loss, differences });

  it.each([
    [{ maxLoss: 0.03 }, null],
    [{ maxLoss: 0.02 }, /^0\.03 of rmse are lost, at most 0\.02 were to be$/],
    [{ minSpeedup: 1.5 }, null],
    [{ minSpeedup: 2 }, /^it is 1\.5 times as fast for single rows, at least 2 times were asked for$/],
    [{ minSpeedup: 2, speedupRows: 32 }, null],
    [{ minShrink: 2.5 }, null],
    [{ minShrink: 3 }, /^it is 2\.5 times as small, at least 3 times were asked for$/],
    [{ maxLargestDifference: 0.4 }, /^an answer differs by 0\.5/],
    [{ maxMeanDifference: 0.1 }, /^answers differ by 0\.2 in the mean/],
  ])('%j: %s', (limits, message) => {
    const misses = missesOf(found, ORIGINAL, { ...NO_LIMITS, ...limits });
    expect(misses).toEqual(message === null ? [] : [expect.stringMatching(message)]);
  });

  it('is missed where the loss is not known', () => {
    expect(missesOf({ ...found, loss: null }, ORIGINAL, { ...NO_LIMITS, maxLoss: 1 })).toEqual([
      expect.stringMatching(/no metric could be measured/),
    ]);
  });
});

describe('what is recommended', () => {
  const verdictOf = (...args: Parameters<typeof measured>) => adviceOf(measured(...args), ORIGINAL, []);

  it('is what gains without a loss that could be told from chance', () => {
    const byChance = { metric: 'rmse', value: 0.01, interval: { low: -0.01, high: 0.03 } };
    expect(verdictOf([2, 2], 500_000, { loss: byChance })).toEqual({
      verdict: 'RECOMMENDED',
      reasons: [
        'It is 2 times as fast for single rows.',
        'It is 2 times as fast for 32 rows at once.',
        'Its file is 2 times as small.',
      ],
    });
    const surely = { metric: 'rmse', value: 0.01, interval: { low: 0.005, high: 0.03 } };
    expect(verdictOf([2, 2], 500_000, { loss: surely })).toMatchObject({ verdict: 'TRADE_OFF' });
  });

  it('is nothing slower, however small, and nothing that gains nothing', () => {
    expect(verdictOf([0.7, 1], 250_000)).toEqual({
      verdict: 'NOT_RECOMMENDED',
      reasons: [
        'Its file is 4 times as small.',
        'It is slower: for single rows it takes 1.43 times as long.',
      ],
    });
    expect(verdictOf([1, 1], 1_000_000)).toMatchObject({
      verdict: 'NOT_RECOMMENDED',
      reasons: ['It is neither faster nor smaller.'],
    });
    expect(adviceOf(measured([3, 3], 1), ORIGINAL, ['too large'])).toMatchObject({
      verdict: 'NOT_RECOMMENDED',
      reasons: expect.arrayContaining(['The budget is missed: too large.']),
    });
  });

  it('says that batching is lost', () => {
    const figures = { rowsIndependent: 'UNPROVEN', rowsIndependentReason: 'one scale for all rows' } as const;
    const { verdict, reasons } = verdictOf([2, 2], 500_000, { figures });
    expect(verdict).toBe('TRADE_OFF');
    expect(reasons.at(-1)).toMatch(/loses batching: .* share a run \(one scale for all rows\)/);
  });

  it('goes by the departure of the answers where nothing was measured', () => {
    const far = [{ output: 'y', elements: 9, largest: 1, mean: 1, relative: 0.5, differing: 0 }];
    expect(verdictOf([2, 2], 500_000, { differences: far })).toMatchObject({
      verdict: 'TRADE_OFF',
      reasons: expect.arrayContaining([expect.stringMatching(/depart .* by 50 %/)]),
    });
  });
});

describe('the front', () => {
  const costs = fc.array(fc.tuple(fc.nat(4), fc.nat(4), fc.nat(4), fc.nat(4)), { maxLength: 12 });
  const dominates = (a: readonly number[], b: readonly number[]) =>
    a.every((cost, place) => cost <= (b[place] ?? 0)) && a.some((cost, place) => cost < (b[place] ?? 0));

  it('holds exactly those that nothing dominates', () => {
    fc.assert(
      fc.property(costs, (all) => {
        const front = paretoFront(all, []);
        for (const [place, one] of all.entries())
          expect(front[place]).toBe(!all.some((other) => dominates(other, one)));
        if (all.length > 0) expect(front).toContain(true);
      }),
    );
  });

  it('does not hold what is as good as the original and nothing more', () => {
    expect(paretoFront([costsOf(measured([1, 1], 1_100_000), ORIGINAL)])).toEqual([false]);
    expect(paretoFront([costsOf(measured([1, 1], 900_000), ORIGINAL)])).toEqual([true]);
  });

  it('counts labels that are others, and no gain of a metric', () => {
    const labels = [
      { output: 'label', elements: 10, largest: null, mean: null, relative: null, differing: 3 },
    ];
    expect(lostBy({ differences: labels, loss: null })).toBe(0.3);
    expect(lostBy({ differences: labels, loss: { metric: 'rmse', value: -1, interval: null } })).toBe(0);
  });
});

describe('what is chosen', () => {
  const slow = candidate('slow', measured([0.5, 0.5], 100_000), {
    advice: { verdict: 'NOT_RECOMMENDED', reasons: [] },
  });
  const good = candidate('good', measured([2, 2], 900_000));
  const better = candidate('better', measured([3, 2], 900_000));
  const misses = candidate('misses', measured([9, 9], 1), { misses: ['something'] });
  const failed = candidate('failed', measured([9, 9], 1), { figures: null, error: 'no' });

  it('meets the budget and gains most', () => {
    expect(chosenOf([slow, good, better, misses, failed], ORIGINAL)?.name).toBe('better');
  });

  it('is nothing that is not recommended, unless it alone was asked for', () => {
    expect(chosenOf([slow, misses], ORIGINAL)).toBeNull();
    expect(chosenOf([slow], ORIGINAL)?.name).toBe('slow');
    expect(chosenOf([misses], ORIGINAL)).toBeNull();
  });
});
