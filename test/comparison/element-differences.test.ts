import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { compareElements } from '../../src/comparison/element-differences.js';

const row = <T>(base: T[], target: T[], number = 0) => ({ row: number, base, target });

describe('compareElements', () => {
  it('agrees with sorting all distances', () => {
    const value = fc.double({ noNaN: true, min: -1e9, max: 1e9 });
    const rows = fc.array(fc.array(fc.tuple(value, value), { minLength: 1, maxLength: 6 }), {
      minLength: 1,
      maxLength: 20,
    });
    fc.assert(
      fc.property(rows, fc.integer({ min: 1, max: 25 }), (pairs, wanted) => {
        const found = compareElements(
          pairs.map((elements, index) =>
            row(
              elements.map(([base]) => base),
              elements.map(([, target]) => target),
              index,
            ),
          ),
          wanted,
        );
        const distances = pairs.flat().map(([base, target]) => Math.abs(target - base));
        const sorted = distances.toSorted((a, b) => a - b);
        const quantile = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)];
        expect(found.absolute).toEqual({
          largest: sorted.at(-1),
          mean: expect.closeTo(distances.reduce((sum, distance) => sum + distance, 0) / distances.length, 3),
          p50: quantile(0.5),
          p90: quantile(0.9),
          p99: quantile(0.99),
        });
        expect(found.differing).toBe(distances.filter((distance) => distance > 0).length);
        const worst = pairs
          .map((elements) => Math.max(...elements.map(([base, target]) => Math.abs(target - base))))
          .filter((distance) => distance > 0)
          .toSorted((a, b) => b - a);
        expect(found.rows.map(({ absolute }) => absolute)).toEqual(worst.slice(0, wanted));
        for (const { row: place, element, base, target } of found.rows)
          expect([base, target]).toEqual(pairs[place]?.[element]);
      }),
    );
  });

  it('finds no difference between equal answers, whatever they hold', () => {
    const anything = fc.array(fc.oneof(fc.double(), fc.bigInt(), fc.string()));
    fc.assert(
      fc.property(fc.array(anything), (rows) => {
        const found = compareElements(
          rows.map((values, index) => row(values, [...values], index)),
          10,
        );
        expect(found).toMatchObject({ differing: 0, nonFinite: 0, otherShapes: 0, rows: [] });
      }),
    );
  });

  it('leaves out of relative distances what was zero in the base alone', () => {
    const { relative, absolute } = compareElements([row([0, 0, 2], [0, 5, 3])], 1);
    expect(relative).toMatchObject({ largest: 0.5, mean: 0.25 });
    expect(absolute).toMatchObject({ largest: 5, mean: 2 });
  });

  it('puts what has no distance before the largest one, and counts it', () => {
    const found = compareElements(
      [row([1], [1e300], 0), row([NaN], [2], 1), row([Infinity], [-Infinity], 2)],
      3,
    );
    expect(found).toMatchObject({ differing: 3, nonFinite: 2 });
    expect(found.rows.map((one) => [one.row, one.absolute])).toEqual([
      [1, null],
      [2, null],
      [0, 1e300],
    ]);
    // Two finite numbers whose distance no double holds.
    expect(compareElements([row([-1e308], [1.7e308])], 1)).toMatchObject({
      differing: 1,
      nonFinite: 1,
      absolute: null,
    });
  });

  it('tells wide whole numbers apart, as numbers and as the text that predict answers', () => {
    const wide = 2n ** 60n;
    expect(compareElements([row([wide], [wide + 1n])], 1).absolute?.largest).toBe(1);
    expect(compareElements([row([String(wide)], [String(wide + 3n)])], 1).absolute?.largest).toBe(3);
  });

  it('has no distances for words', () => {
    expect(compareElements([row(['a', 'b'], ['a', 'c'])], 5)).toMatchObject({
      elements: 2,
      differing: 1,
      nonFinite: 0,
      absolute: null,
      relative: null,
      rows: [{ element: 1, base: 'b', target: 'c', absolute: null }],
    });
  });

  it('leaves rows of different shapes out, and says how many', () => {
    const found = compareElements([row([1, 2], [1, 2, 3], 0), row([1], [2], 1)], 5);
    expect(found).toMatchObject({ otherShapes: 1, elements: 1, differing: 1 });
  });

  it('takes quantiles from evenly chosen elements when there are very many', () => {
    const count = 1_000_000;
    const base = new Float64Array(count);
    const target = Float64Array.from({ length: count }, (_, index) => index);
    const { absolute } = compareElements([{ row: 0, base, target }], 1);
    expect(absolute).toMatchObject({ largest: count - 1, mean: expect.closeTo((count - 1) / 2, 3) });
    expect(Math.abs((absolute?.p50 ?? 0) - count / 2)).toBeLessThan(count / 1_000);
    expect(Math.abs((absolute?.p99 ?? 0) - 0.99 * count)).toBeLessThan(count / 1_000);
  });
});
