import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { incompleteBeta, logGamma } from '../../src/statistics/beta-function.js';
import { binomialAtMost, lowerBound, tailRanks, upperBound } from '../../src/statistics/binomial-bounds.js';

describe('binomial bounds', () => {
  // R. Newcombe, Statistics in Medicine 17 (1998), 857, table I: method 5, both sides at 95 %.
  it.each([
    [81, 263, 0.2527, 0.3676],
    [15, 148, 0.0578, 0.1617],
    [0, 20, 0, 0.1684],
    [1, 29, 0.0009, 0.1776],
  ])('of %i in %i are the published ones', (count, trials, low, high) => {
    expect(lowerBound(count, trials, 0.975)).toBeCloseTo(low, 4);
    expect(upperBound(count, trials, 0.975)).toBeCloseTo(high, 4);
  });

  it('follow the rule of three', () => {
    expect(upperBound(0, 299, 0.95)).toBeCloseTo(1 - 0.05 ** (1 / 299), 9);
    expect(upperBound(0, 298, 0.95)).toBeGreaterThan(0.01);
    expect(upperBound(0, 299, 0.95)).toBeLessThan(0.01);
    expect(upperBound(0, 0, 0.95)).toBe(1);
    expect(lowerBound(0, 0, 0.95)).toBe(0);
  });

  it('sum up to the exact probabilities', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 60 }),
        fc.double({ min: 0.001, max: 0.999, noNaN: true }),
        (trials, share) => {
          let [sum, choose] = [0, 1];
          for (let count = 0; count <= trials; count += 1) {
            sum += choose * share ** count * (1 - share) ** (trials - count);
            expect(binomialAtMost(count, trials, share)).toBeCloseTo(sum, 10);
            choose = (choose * (trials - count)) / (count + 1);
          }
        },
      ),
    );
  });

  it('are right for large samples too', () => {
    // Symmetric around its median, at any size.
    expect(incompleteBeta(0.5, 1e6, 1e6)).toBeCloseTo(0.5, 8);
    // Normal approximation with continuity correction, which is good to four digits here.
    expect(binomialAtMost(10_099, 1_000_000, 0.01)).toBeCloseTo(0.8413, 2);
    expect(logGamma(171)).toBeCloseTo(706.5730622457874, 9);
    expect(logGamma(0.5)).toBeCloseTo(Math.log(Math.PI) / 2, 14);
  });
});

describe('ranks around a quantile', () => {
  it('need 299 values for an upper bound of the p99, and are the textbook ones for the median', () => {
    expect(tailRanks(298, 0.01, 0.95).upper).toBeNull();
    expect(tailRanks(299, 0.01, 0.95).upper).toBe(1);
    // W. Conover, Practical Nonparametric Statistics, 3.2: the sign test's limits for n = 20.
    expect(tailRanks(20, 0.5, 0.975)).toEqual({ upper: 6, lower: 15 });
    expect(tailRanks(0, 0.01, 0.95)).toEqual({ upper: null, lower: null });
  });
});
