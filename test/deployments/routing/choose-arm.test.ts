import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { lowerBound, upperBound } from '../../../src/statistics/binomial-bounds.js';
import { chooseArm, type Arm } from '../../../src/deployments/routing/choose-arm.js';
import { seededRandom } from '../../../src/platform/seeded-random.js';

const never = () => {
  throw new Error('no random number is needed');
};
const arms = fc.uniqueArray(
  fc.record({
    key: fc.uuid(),
    weight: fc.oneof(fc.constant(0), fc.double({ min: 1e-3, max: 100, noNaN: true })),
  }),
  { minLength: 1, maxLength: 6, selector: ({ key }) => key },
);
const usable = arms.filter((some) => some.some(({ weight }) => weight > 0));
const keys = Array.from({ length: 4_000 }, (_, index) => `caller-${index}`);

function shares(some: readonly Arm[], choose: (index: number) => number, draws: number): number[] {
  const counts = some.map(() => 0);
  for (let draw = 0; draw < draws; draw += 1) {
    const chosen = choose(draw);
    counts[chosen] = (counts[chosen] ?? 0) + 1;
  }
  return counts;
}

describe('choosing the version of a request', () => {
  it('keeps the proportions of the weights, with keys and without', () => {
    for (const weights of [
      [1, 99],
      [50, 50],
      [10, 20, 70],
    ]) {
      const some = weights.map((weight, index) => ({ key: `version-${index}`, weight }));
      const random = seededRandom(11);
      for (const choose of [
        (index: number) => chooseArm(some, keys[index] ?? '', never),
        () => chooseArm(some, null, random),
      ]) {
        const counts = shares(some, choose, keys.length);
        for (const [index, weight] of weights.entries()) {
          const count = counts[index] ?? 0;
          expect(lowerBound(count, keys.length, 0.9999)).toBeLessThan(weight / 100);
          expect(upperBound(count, keys.length, 0.9999)).toBeGreaterThan(weight / 100);
        }
      }
    }
  });

  it('moves keys only to the arm whose weight grows', () => {
    fc.assert(
      fc.property(
        usable,
        fc.nat(),
        fc.double({ min: 1e-3, max: 100, noNaN: true }),
        fc.string(),
        (some, pick, more, key) => {
          const grown = pick % some.length;
          const after = some.map((arm, index) =>
            index === grown ? { ...arm, weight: arm.weight + more } : arm,
          );
          const [was, is] = [chooseArm(some, key, never), chooseArm(after, key, never)];
          expect(is === was || is === grown).toBe(true);
        },
      ),
    );
  });

  it('does not depend on the order of the arms, nor on the unit of the weights', () => {
    fc.assert(
      fc.property(usable, fc.string(), (some, key) => {
        const chosen = some[chooseArm(some, key, never)]?.key;
        const reversed = [...some].reverse();
        expect(reversed[chooseArm(reversed, key, never)]?.key).toBe(chosen);
        const scaled = some.map((arm) => ({ ...arm, weight: arm.weight * 4 }));
        expect(scaled[chooseArm(scaled, key, never)]?.key).toBe(chosen);
      }),
    );
  });

  it('never chooses an arm of weight 0', () => {
    fc.assert(
      fc.property(
        usable,
        fc.option(fc.string()),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (some, key, at) => {
          expect(some[chooseArm(some, key, () => at)]?.weight).toBeGreaterThan(0);
        },
      ),
    );
  });

  it('refuses arms that are all without weight', () => {
    expect(() => chooseArm([{ key: 'a', weight: 0 }], null, Math.random)).toThrow('Expected an arm');
    expect(() => chooseArm([], 'key', never)).toThrow('Expected an arm');
  });

  it('stays with what keys were given before, from release to release', () => {
    const some = [
      { key: 'a', weight: 1 },
      { key: 'b', weight: 1 },
    ];
    expect(
      keys
        .slice(0, 16)
        .map((key) => chooseArm(some, key, never))
        .join(''),
    ).toBe('1010000011100110');
  });
});
