import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  evidenceAbove,
  evidenceBelow,
  evidenceOfIncrease,
} from '../../../src/deployments/guards/evidence.js';
import { rounds } from '../../support/depth.js';

/** Probabilities of 0…trials successes. */
function binomial(trials: number, share: number): number[] {
  const result: number[] = [];
  let choose = 1;
  for (let count = 0; count <= trials; count += 1) {
    result.push(choose * share ** count * (1 - share) ** (trials - count));
    choose = (choose * (trials - count)) / (count + 1);
  }
  return result;
}

const share = fc.double({ min: 0.001, max: 0.999, noNaN: true });
const trials = fc.integer({ min: 1, max: 50 });

describe('evidence', () => {
  it('is worth at most 1 on average while the claim is true', () => {
    fc.assert(
      fc.property(trials, share, share, (n, a, b) => {
        const [low, high] = [Math.min(a, b), Math.max(a, b)];
        const mean = (of: (count: number) => number, at: number) =>
          binomial(n, at).reduce((sum, probability, count) => sum + probability * Math.exp(of(count)), 0);
        expect(mean((count) => evidenceAbove({ count, trials: n }, high), low)).toBeLessThan(1 + 1e-9);
        expect(mean((count) => evidenceBelow({ count, trials: n }, low), high)).toBeLessThan(1 + 1e-9);
      }),
    );
  });

  it('is worth at most 1 on average for two shares as far apart as allowed, whatever they are', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 15 }),
        fc.integer({ min: 1, max: 15 }),
        share,
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (n, m, base, increase) => {
          fc.pre(base + increase < 1);
          const [ofBase, ofCandidate] = [binomial(n, base), binomial(m, base + increase)];
          let mean = 0;
          for (const [count, probability] of ofBase.entries())
            for (const [other, likewise] of ofCandidate.entries())
              mean +=
                probability *
                likewise *
                Math.exp(
                  Math.max(
                    -Infinity,
                    // Evidence that is not there is 0, which is worth 1; it is counted only where it speaks against the claim.
                    evidenceOfIncrease({ count, trials: n }, { count: other, trials: m }, increase) ||
                      -Infinity,
                  ),
                );
          expect(mean).toBeLessThan(1 + 1e-9);
        },
      ),
    );
  });

  it('grows with the count above a share, and falls with it below', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 400 }), fc.constantFrom(0.01, 0.05, 0.1), (n, limit) => {
        for (let count = 0; count < n; count += 1) {
          const [here, next] = [
            { count, trials: n },
            { count: count + 1, trials: n },
          ];
          if (2 * count < n)
            expect(evidenceAbove(next, limit)).toBeGreaterThan(evidenceAbove(here, limit) - 1e-9);
          expect(evidenceBelow(next, limit)).toBeLessThan(evidenceBelow(here, limit) + 1e-9);
        }
      }),
      { numRuns: rounds(30) },
    );
  });

  it('is endless against a share of nothing once there is something', () => {
    expect(evidenceAbove({ count: 1, trials: 100 }, 0)).toBe(Infinity);
    expect(evidenceAbove({ count: 0, trials: 100 }, 0)).toBeLessThan(0);
  });

  it('is nothing while one side has done nothing', () => {
    expect(evidenceOfIncrease({ count: 0, trials: 0 }, { count: 50, trials: 50 }, 0.01)).toBe(0);
    expect(evidenceOfIncrease({ count: 0, trials: 50 }, { count: 0, trials: 0 }, 0.01)).toBe(0);
  });
});
