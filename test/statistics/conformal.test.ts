import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  conformalNeeds,
  conformalQuantile,
  conformalRank,
  conformalSet,
  residualScore,
} from '../../src/statistics/index.js';
import { seededRandom } from '../../src/platform/seeded-random.js';

/** Box and Muller. */
function normal(random: () => number): number {
  return Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
}

describe('conformal ranks', () => {
  it('are ⌈(n + 1) · level⌉, whatever rounding makes of the product', () => {
    expect([9, 10, 19, 99, 100].map((count) => conformalRank(count, 0.9))).toEqual([9, 10, 18, 90, 91]);
    expect(conformalRank(29, 0.7)).toBe(21);
    expect(conformalRank(9, 0.95)).toBe(10);
  });

  it('need 9 rows for 90 %, 19 for 95 %, 99 for 99 %', () => {
    expect([0.5, 0.8, 0.9, 0.95, 0.99, 0.999].map(conformalNeeds)).toEqual([1, 4, 9, 19, 99, 999]);
  });

  it('beyond the last score bound nothing', () => {
    const scores = [1, 2, 3, 4, 5, 6, 7, 8];
    expect(conformalQuantile(scores, 0.9)).toBe(Infinity);
    expect(conformalQuantile([...scores, 9], 0.9)).toBe(9);
    expect(conformalQuantile([], 0.1)).toBe(Infinity);
  });

  it('never fall as the level rises', () => {
    fc.assert(
      fc.property(
        fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 50 }),
        fc.double({ min: 0.001, max: 0.998, noNaN: true }),
        fc.double({ min: 0, max: 0.001, noNaN: true }),
        (values, level, more) => {
          const sorted = values.toSorted((a, b) => a - b);
          expect(conformalQuantile(sorted, level + more)).toBeGreaterThanOrEqual(
            conformalQuantile(sorted, level),
          );
        },
      ),
    );
  });
});

describe('conformal intervals', () => {
  /** Share of 1,000 new rows within the interval, over 60 splits of a model that is wrong everywhere by a share of its input. */
  function coverage(count: number, level: number, scaled: boolean, difficult = false): number {
    const random = seededRandom(20_260 + count);
    const splits = 60;
    let covered = 0;
    let total = 0;
    const draw = () => {
      const x = random();
      const truth = 3 * x + (0.2 + x) * normal(random);
      return { x, truth, predicted: 3 * x + 0.1, difficulty: scaled ? 0.2 + x : 1 };
    };
    for (let split = 0; split < splits; split += 1) {
      const scores = Float64Array.from({ length: count }, () => {
        const { truth, predicted, difficulty } = draw();
        return residualScore(truth, predicted, difficulty);
      }).sort();
      const bound = conformalQuantile(scores, level);
      for (let row = 0; row < 1_000; row += 1) {
        const { x, truth, predicted, difficulty } = draw();
        if (difficult && x < 0.8) continue;
        total += 1;
        if (Math.abs(truth - predicted) <= bound * difficulty) covered += 1;
      }
    }
    return covered / total;
  }

  it('hold 89 to 91 % at the level 0.9 on average over splits, with equal and with different difficulties', () => {
    // 60 splits of 199 rows: the mean's deviation is about 0.003.
    expect(Math.abs(coverage(199, 0.9, false) - 0.9)).toBeLessThan(0.01);
    expect(Math.abs(coverage(199, 0.9, true) - 0.9)).toBeLessThan(0.01);
  });

  it('hold where rows are hard only when they are scaled by the difficulty', () => {
    expect(coverage(199, 0.9, false, true)).toBeLessThan(0.87);
    expect(Math.abs(coverage(199, 0.9, true, true) - 0.9)).toBeLessThan(0.015);
  });
});

describe('conformal sets', () => {
  it('hold the classes that cannot be excluded, the likeliest first', () => {
    const scores = new Map([
      ['a', [0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9]],
      ['b', [0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.08, 0.09]],
    ]);
    const set = (a: number, b: number) =>
      conformalSet(
        new Map([
          ['a', a],
          ['b', b],
        ]),
        scores,
        0.9,
      );
    expect(set(0.05, 0.95)).toEqual(['b']);
    expect(set(0.5, 0.5)).toEqual(['a']);
    expect(set(0.06, 0.9)).toEqual([]);
    expect(set(0.1, 0.92)).toEqual(['b', 'a']);
  });

  it('never exclude a class without calibration rows', () => {
    expect(conformalSet(new Map([['rare', 0]]), new Map(), 0.9)).toEqual(['rare']);
  });

  it('cover a rare class as often as a common one', () => {
    const random = seededRandom(7);
    const draw = (rare: boolean) => {
      const logit = (rare ? -0.5 : 2) + normal(random);
      const common = 1 / (1 + Math.exp(-logit));
      return new Map([
        ['common', common],
        ['rare', 1 - common],
      ]);
    };
    const covered = { common: 0, rare: 0 };
    const splits = 40;
    for (let split = 0; split < splits; split += 1) {
      const of = (name: 'common' | 'rare', count: number) =>
        Float64Array.from({ length: count }, () => 1 - (draw(name === 'rare').get(name) ?? 0)).sort();
      const scores = new Map([
        ['common', of('common', 399)],
        ['rare', of('rare', 99)],
      ]);
      for (const name of ['common', 'rare'] as const)
        for (let row = 0; row < 250; row += 1)
          if (conformalSet(draw(name === 'rare'), scores, 0.9).includes(name)) covered[name] += 1;
    }
    expect(Math.abs(covered.common / (splits * 250) - 0.9)).toBeLessThan(0.015);
    expect(Math.abs(covered.rare / (splits * 250) - 0.9)).toBeLessThan(0.015);
  });
});
