import { describe, expect, it } from '@jest/globals';
import { quantileBins } from '../../../src/statistics/quantile-bins.js';
import { Reservoir } from '../../../src/statistics/reservoir.js';
import { seededRandom } from '../../../src/platform/seeded-random.js';
import { stabilityIndex } from '../../../src/statistics/stability-index.js';

const sorted = (...values: number[]) => Float64Array.from(values).sort();
const repeated = (value: number, count: number) => Array.from({ length: count }, () => value);

describe('the population stability index', () => {
  it('is the reference number', () => {
    const counts = { base: [16, 18, 16, 14, 12, 12], candidate: [16, 16, 16, 16, 16, 8] };
    expect(stabilityIndex(counts)).toBeCloseTo(0.037218, 6);
    expect(stabilityIndex({ base: counts.candidate, candidate: counts.base })).toBeCloseTo(0.037218, 6);
    expect(stabilityIndex({ base: [1, 2], candidate: [2, 4] })).toBe(0);
  });

  it('is (bins − 1)(1/N + 1/M) on average when nothing drifted', () => {
    const random = seededRandom(3);
    const draws = (count: number) => Float64Array.from({ length: count }, random).sort();
    const rounds = 400;
    let sum = 0;
    for (let round = 0; round < rounds; round += 1)
      sum += stabilityIndex(quantileBins(draws(500), draws(250)), 0.5);
    expect(sum / rounds).toBeGreaterThan(0.9 * 9 * (1 / 500 + 1 / 250));
    expect(sum / rounds).toBeLessThan(1.1 * 9 * (1 / 500 + 1 / 250));
  });
});

describe('bins by the deciles of the base', () => {
  it('hold a tenth of it each', () => {
    const base = Float64Array.from({ length: 1_000 }, (_, index) => index);
    const { base: counts, candidate } = quantileBins(base, sorted(-5, 250, 5_000));
    expect(counts).toHaveLength(10);
    expect(Math.min(...counts)).toBeGreaterThanOrEqual(99);
    expect(candidate).toEqual([1, 0, 1, 0, 0, 0, 0, 0, 0, 1]);
  });

  it('give a constant its own bin, so that neither side of it hides', () => {
    const base = sorted(...repeated(5, 200));
    expect(quantileBins(base, sorted(4, 5, 6))).toEqual({ base: [0, 200, 0], candidate: [1, 1, 1] });
    expect(quantileBins(base, sorted(5.000001, 4.999999))).toEqual({ base: [200], candidate: [2] });
    expect(quantileBins(sorted(...repeated(0, 200)), sorted(-1e-9, 0))).toEqual({
      base: [0, 200],
      candidate: [1, 1],
    });
  });

  it('give classes their own', () => {
    const base = sorted(...repeated(0, 700), ...repeated(1, 200), ...repeated(2, 100));
    const { base: counts, candidate } = quantileBins(base, sorted(0, 0, 1, 2, 2, 2));
    expect(counts).toEqual([700, 200, 100]);
    expect(candidate).toEqual([2, 1, 3]);
  });

  it('keep not-a-numbers and infinities apart', () => {
    const base = sorted(...repeated(1, 90), ...repeated(NaN, 10));
    expect(quantileBins(base, sorted(NaN, NaN, 1))).toEqual({ base: [90, 10], candidate: [1, 2] });
    const infinite = sorted(...repeated(-Infinity, 50), ...repeated(1, 50), ...repeated(Infinity, 50));
    expect(quantileBins(infinite, sorted(-Infinity, 0, 1, Infinity))).toEqual({
      base: [50, 0, 50, 50],
      candidate: [1, 1, 1, 1],
    });
    expect(quantileBins(sorted(NaN), sorted(NaN))).toEqual({ base: [1], candidate: [1] });
  });
});

describe('a reservoir', () => {
  it('keeps a uniform sample of what went by', () => {
    const reservoir = new Reservoir(seededRandom(5), 500);
    for (let value = 0; value < 50_000; value += 1) reservoir.add(value);
    const kept = reservoir.sorted();
    expect(kept).toHaveLength(500);
    const mean = kept.reduce((sum, value) => sum + value, 0) / 500;
    // Five standard deviations of a mean of 500 out of 50,000.
    expect(Math.abs(mean - 25_000)).toBeLessThan((5 * 50_000) / Math.sqrt(12 * 500));
  });
});
