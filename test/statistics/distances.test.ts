import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../../src/platform/seeded-random.js';
import {
  binnedValues,
  chanceWasserstein,
  chiSquaredQuantile,
  chiSquaredTail,
  hypergeometricTail,
  jensenShannonDistance,
  kolmogorovCritical,
  kolmogorovSmirnovDistance,
  kolmogorovSmirnovTail,
  quantileBounds,
  stabilityIndex,
  twoSampleChiSquared,
  wassersteinCritical,
  wassersteinDistance,
} from '../../src/statistics/index.js';
import { normalDraws } from '../monitoring/drift/draws.js';

const COUNTS = { base: [16, 18, 16, 14, 12, 12], candidate: [16, 16, 16, 16, 16, 8] };
const ONE = [38.7, 41.5, 43.8, 44.5, 45.5, 46, 47.7, 58];
const OTHER = [39.2, 39.3, 39.7, 41.4, 41.8, 42.9, 43.3, 45.8];

describe('distances of counts', () => {
  it('are the published numbers', () => {
    expect(stabilityIndex(COUNTS)).toBeCloseTo(0.037218, 6);
    expect(jensenShannonDistance(COUNTS)).toBeCloseTo(0.068048, 6);
    expect(jensenShannonDistance(COUNTS) / Math.sqrt(Math.LN2)).toBeCloseTo(0.081734, 6);
    const { statistic, freedom } = twoSampleChiSquared(COUNTS);
    expect(statistic).toBeCloseTo(1.622409, 6);
    expect(freedom).toBe(5);
  });

  it('leave out what neither has, and are largest without anything in common', () => {
    expect(twoSampleChiSquared({ base: [4, 0, 6], candidate: [6, 0, 4] })).toEqual({
      statistic: expect.closeTo(0.8, 12),
      freedom: 1,
    });
    expect(jensenShannonDistance({ base: [3, 0], candidate: [0, 5] })).toBeCloseTo(Math.sqrt(Math.LN2), 12);
    expect(jensenShannonDistance({ base: [1, 2], candidate: [10, 20] })).toBe(0);
  });
});

describe('distances of values', () => {
  const exact = (one: readonly number[], other: readonly number[]) => {
    const bounds = [...new Set([...one, ...other])].sort((a, b) => a - b);
    return { bounds, one: binnedValues(one, bounds), other: binnedValues(other, bounds) };
  };

  it('are the published numbers', () => {
    const { bounds, one, other } = exact(ONE, OTHER);
    expect(wassersteinDistance(bounds, one, other)).toBeCloseTo(4.1625, 12);
    expect(kolmogorovSmirnovDistance(one, other)).toBe(0.625);
  });

  it('are those of the definition for any two samples', () => {
    const values = fc.array(fc.integer({ min: -20, max: 20 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(values, values, (a, b) => {
        const { bounds, one, other } = exact(a, b);
        const share = (sample: readonly number[], x: number) =>
          sample.filter((value) => value <= x).length / sample.length;
        let [area, largest] = [0, 0];
        for (let x = -20; x < 20; x += 1) {
          area += Math.abs(share(a, x) - share(b, x));
          largest = Math.max(largest, Math.abs(share(a, x) - share(b, x)));
        }
        expect(wassersteinDistance(bounds, one, other)).toBeCloseTo(area, 10);
        expect(kolmogorovSmirnovDistance(one, other)).toBeCloseTo(largest, 12);
      }),
    );
  });

  it('lose little in bins of two percent, and nothing of what lies beyond all of the base', () => {
    const random = seededRandom(11);
    const base = Float64Array.from(normalDraws(random, 5_000)).sort();
    const far = normalDraws(random, 5_000).map((value) => value * 1.5 + 3);
    const bounds = [...quantileBounds(base, 50), base.at(-1) ?? 0];
    const { bounds: all, one, other } = exact([...base], far);
    const binned = [binnedValues(base, bounds), binnedValues(far, bounds)] as const;
    const [area, distance] = [wassersteinDistance(all, one, other), kolmogorovSmirnovDistance(one, other)];
    expect(wassersteinDistance(bounds, ...binned)).toBeGreaterThan(area * 0.999);
    expect(wassersteinDistance(bounds, ...binned)).toBeLessThanOrEqual(area + 1e-9);
    expect(kolmogorovSmirnovDistance(...binned)).toBeGreaterThan(distance - 0.02);
  });
});

describe('what chance gives', () => {
  // χ² by the tables of NIST's handbook, 1.3.6.7.4; the one of the published counts as in 3.174603 (p 0.67309).
  it.each([
    { x: 3.174603, freedom: 5, tail: 0.67309, digits: 5 },
    { x: 3.841, freedom: 1, tail: 0.05, digits: 4 },
    { x: 18.307, freedom: 10, tail: 0.05, digits: 5 },
    { x: 29.588, freedom: 10, tail: 0.001, digits: 6 },
    { x: 124.342, freedom: 100, tail: 0.05, digits: 5 },
  ])('χ² above $x of $freedom degrees of freedom: $tail', ({ x, freedom, tail, digits }) => {
    expect(chiSquaredTail(x, freedom)).toBeCloseTo(tail, digits);
    expect(chiSquaredQuantile(chiSquaredTail(x, freedom), freedom)).toBeCloseTo(x, 8);
  });

  it('is e^(−x/2) for χ² of two degrees of freedom, far out too', () => {
    for (const x of [1e-3, 0.5, 3, 40, 600])
      expect(chiSquaredTail(x, 2) / Math.exp(-x / 2)).toBeCloseTo(1, 10);
  });

  // N. Smirnov, Ann. Math. Statist. 19 (1948), 279: 1 − L(x).
  it.each([
    { x: 0.5, tail: 0.963945 },
    { x: 0.83, tail: 0.496192 },
    { x: 1, tail: 0.27 },
    { x: 1.36, tail: 0.049486 },
    { x: 1.63, tail: 0.009846 },
    { x: 2, tail: 0.000671 },
  ])('√n·D above $x: $tail', ({ x, tail }) => {
    // So many that the correction for small samples is nothing.
    const n = 2e14;
    expect(kolmogorovSmirnovTail(x / 1e7, n, n)).toBeCloseTo(tail, 5);
    expect(kolmogorovCritical(kolmogorovSmirnovTail(x / 1e7, n, n), n, n) * 1e7).toBeCloseTo(x, 6);
  });

  it('Fisher’s tea: 3 of 4 right or more is 17 in 70', () => {
    expect(hypergeometricTail(3, 4, 4, 8)).toBeCloseTo(17 / 70, 12);
    expect(hypergeometricTail(4, 4, 4, 8)).toBeCloseTo(1 / 70, 12);
    expect(hypergeometricTail(0, 4, 4, 8)).toBe(1);
    expect(hypergeometricTail(5, 4, 4, 8)).toBe(0);
  });

  it('a rate far below, or far above, what is expected has the tail it should', () => {
    expect(hypergeometricTail(1, 100_000, 10_000, 200_000)).toBeCloseTo(1, 12);
    expect(hypergeometricTail(9_900, 100_000, 10_000, 200_000)).toBeLessThan(1e-300);
    expect(hypergeometricTail(5_000, 100_000, 10_000, 200_000)).toBeCloseTo(0.5, 1);
  });

  it('Wasserstein’s distance of two halves of one sample has the mean and the bound it should', () => {
    const random = seededRandom(7);
    const chance = chanceWasserstein(Float64Array.from(normalDraws(random, 20_000)).sort());
    expect(chance.deviation).toBeCloseTo(1, 1);
    const rounds = 300;
    let [sum, beyond] = [0, 0];
    for (let round = 0; round < rounds; round += 1) {
      const [a, b] = [normalDraws(random, 400), normalDraws(random, 300)];
      const bounds = [...a, ...b].sort((x, y) => x - y);
      const distance = wassersteinDistance(bounds, binnedValues(a, bounds), binnedValues(b, bounds));
      sum += distance * Math.sqrt((400 * 300) / 700);
      if (distance > wassersteinCritical(chance, 0.05, 400, 300)) beyond += 1;
    }
    expect(sum / rounds).toBeGreaterThan(0.95 * chance.mean);
    expect(sum / rounds).toBeLessThan(1.05 * chance.mean);
    expect(beyond).toBeLessThanOrEqual(0.05 * rounds);
  });
});
