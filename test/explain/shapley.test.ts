import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Game } from '../../src/explain/games/game.js';
import { exactShapley } from '../../src/explain/shapley/exact-shapley.js';
import { kernelShap } from '../../src/explain/shapley/kernel-shap.js';
import { seededRandom } from '../../src/platform/seeded-random.js';
import { rounds } from '../support/depth.js';

const relu = (x: number) => Math.max(0, x);
const captum = (x: readonly number[]) => {
  const sum = x.reduce((all, each) => all + each, 0);
  return relu(sum - 10) + 3 * relu(sum + 1) - 1;
};

/** A function of numbers, with one baseline. */
function gameOf(
  f: (x: readonly number[]) => number,
  x: readonly number[],
  backgrounds: readonly (readonly number[])[],
  groups = x.map((_, place) => [place]),
): Game {
  return {
    players: groups.map((_, place) => ({
      name: `x${place}`,
      index: null,
      value: null,
      unit: null,
      atoms: null,
    })),
    backgrounds: backgrounds.length,
    answers: (asked) =>
      Promise.resolve(
        Float64Array.from(asked, ({ coalition, background }) => {
          const row = [...(backgrounds[background] ?? [])];
          for (const [place, members] of groups.entries())
            if (coalition[place] === 1) for (const member of members) row[member] = x[member] ?? 0;
          return f(row);
        }),
      ),
  };
}

const options = (seed: number, maxCoalitions: number, tolerance = 0) => ({
  random: seededRandom(seed),
  maxCoalitions,
  tolerance,
  allows: () => true,
  refuse: (needed: string) => new Error(needed),
  pause: () => Promise.resolve(),
});

describe('exact Shapley values', () => {
  it.each([
    [[20, 50, 30], [0, 0, 0], undefined, [76.6667, 196.6667, 116.6667]],
    [[2, 10, 3], [0, 0, 0], undefined, [7, 32.5, 10.5]],
    [[20, 50, 30], [10, 20, 10], undefined, [40, 120, 80]],
    [
      [20, 50, 30],
      [0, 0, 0],
      [[0, 1], [2]],
      [275, 115],
    ],
    [
      [20, 50, 30],
      [4, 4, 4],
      [[0, 1], [2]],
      [248, 104],
    ],
    [
      [2, 10, 3],
      [0, 0, 0],
      [[0, 1], [2]],
      [39.5, 10.5],
    ],
  ])(
    'of Captum’s test function at %j against %j with groups %j are %j',
    async (x, baseline, groups, expected) => {
      const { attributions } = await exactShapley(gameOf(captum, x, [baseline], groups));
      for (const [place, value] of expected.entries()) expect(attributions[place]).toBeCloseTo(value, 3);
    },
  );

  it('do not depend on how the function is written', async () => {
    const one = (x: readonly number[]) => relu(relu(x[0] ?? 0) - 1 - relu(x[1] ?? 0));
    const other = (x: readonly number[]) => relu(relu((x[0] ?? 0) - 1) - relu(x[1] ?? 0));
    for (const f of [one, other]) {
      const { attributions } = await exactShapley(gameOf(f, [3, 1], [[0, 0]]));
      expect([...attributions]).toEqual([1.5, -0.5]);
    }
  });

  it('of a linear function are w(x − E x), and sum to f(x) − E f whatever the function', async () => {
    const numbers = fc.array(fc.double({ min: -10, max: 10, noNaN: true }), { minLength: 4, maxLength: 4 });
    await fc.assert(
      fc.asyncProperty(
        numbers,
        numbers,
        fc.array(numbers, { minLength: 1, maxLength: 5 }),
        async (w, x, rows) => {
          const linear = (row: readonly number[]) =>
            row.reduce((sum, value, at) => sum + value * (w[at] ?? 0), 1);
          const { attributions, baseValue, value } = await exactShapley(gameOf(linear, x, rows));
          for (const [at, attribution] of attributions.entries()) {
            const mean = rows.reduce((sum, row) => sum + (row[at] ?? 0), 0) / rows.length;
            expect(attribution).toBeCloseTo((w[at] ?? 0) * ((x[at] ?? 0) - mean), 8);
          }
          const odd = (row: readonly number[]) => Math.sin(row[0] ?? 0) * (row[1] ?? 0) + relu(row[2] ?? 0);
          const found = await exactShapley(gameOf(odd, x, rows));
          expect(found.attributions.reduce((sum, each) => sum + each, 0)).toBeCloseTo(
            found.value - found.baseValue,
            8,
          );
          expect(found.attributions[3]).toBeCloseTo(0, 10);
          expect(value - baseValue).toBeCloseTo(
            attributions.reduce((sum, each) => sum + each, 0),
            8,
          );
        },
      ),
      { numRuns: rounds(30) },
    );
  });
});

describe('Kernel SHAP', () => {
  it('of Captum’s test function is within 1 after 500 samples', async () => {
    const { attributions } = await kernelShap(gameOf(captum, [20, 50, 30], [[0, 0, 0]]), options(1, 500));
    for (const [place, value] of [76.67, 196.67, 116.67].entries())
      expect(Math.abs((attributions[place] ?? NaN) - value)).toBeLessThan(1);
  });

  it('has error bars that hold the exact value in 92 to 98 % of 400 seeded runs, for each feature', async () => {
    const f = (x: readonly number[]) => {
      const [a = 0, b = 0, c = 0, d = 0, e = 0, g = 0, h = 0, k = 0] = x;
      return (
        3 * a + relu(b + c - 1) * 4 + d * e * g - 2 * relu(h - k) + Math.sin(3 * a * k) + Math.abs(c - e + h)
      );
    };
    const x = [1, 1.5, 0.5, -1, 2, 0.7, 1.2, -0.4];
    const game = gameOf(f, x, [
      [0, 0, 0, 0, 0, 0, 0, 0],
      [0.3, -0.2, 0.1, 0.5, -0.6, 1, 0.2, 0.9],
    ]);
    const exact = (await exactShapley(game)).attributions;
    const held = new Float64Array(x.length);
    const runs = 400;
    for (let seed = 0; seed < runs; seed += 1) {
      const { attributions, errors } = await kernelShap(game, options(1_000 + seed, 600));
      for (const [at, value] of exact.entries())
        if (Math.abs((attributions[at] ?? NaN) - value) <= (errors[at] ?? NaN))
          held[at] = (held[at] ?? 0) + 1;
    }
    const shares = [...held].map((count) => count / runs);
    expect(Math.min(...shares)).toBeGreaterThanOrEqual(0.92);
    expect(Math.max(...shares)).toBeLessThanOrEqual(0.98);
  });

  it('sums to the difference, stops when its bars are short, and gives the same numbers for the same seed', async () => {
    const game = gameOf(
      (x) => x.reduce((sum, each) => sum + relu(each - 1) * (x[0] ?? 0), 0),
      Array.from({ length: 14 }, (_, i) => i / 3),
      [new Array<number>(14).fill(0.1)],
    );
    const first = await kernelShap(game, options(7, 10_000, 0.02));
    const second = await kernelShap(game, options(7, 10_000, 0.02));
    expect(first.converged).toBe(true);
    expect([...second.attributions]).toEqual([...first.attributions]);
    expect(first.attributions.reduce((sum, each) => sum + each, 0)).toBeCloseTo(
      first.value - first.baseValue,
      9,
    );
    const span = Math.max(...first.attributions, 0) - Math.min(...first.attributions, 0);
    expect(Math.max(...first.errors)).toBeLessThanOrEqual(0.02 * span);
  });

  it('says what was reached when no answer was', async () => {
    const game = gameOf(captum, [1, 2, 3], [[0, 0, 0]]);
    await expect(kernelShap(game, options(1, 10))).rejects.toThrow(/needs 256 coalitions/);
  });
});
