import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  fingerprintsOf,
  fitLeverage,
  fitScaling,
  leverageOf,
  meanDistance,
  mostSimilar,
  Neighbourhood,
  packBits,
  scaledRow,
  scaledRows,
  valueAtShare,
  type Rows,
} from '../../src/statistics/index.js';

function rowsOf(rows: readonly (readonly number[])[]): Rows {
  const width = rows[0]?.length ?? 0;
  return { count: rows.length, width, data: Float32Array.from(rows.flat()) };
}

function leverages(rows: readonly (readonly number[])[], asked = rows): { values: number[]; limit: number } {
  const numbers = rowsOf(rows);
  const scaling = fitScaling(
    numbers,
    (rows[0] ?? []).map((_, column) => column),
  );
  const leverage = fitLeverage(scaledRows(scaling, numbers));
  return { values: asked.map((row) => leverageOf(leverage, scaledRow(scaling, row))), limit: leverage.limit };
}

describe('leverage', () => {
  it('is 1/n + (x − x̄)²/Σ(x − x̄)² for one column', () => {
    // x̄ = 3, Σ(x − x̄)² = 10.
    const { values, limit } = leverages([[1], [2], [3], [4], [5]], [[1], [3], [5], [8]]);
    [0.6, 0.2, 0.6, 2.7].forEach((expected, place) => expect(values[place]).toBeCloseTo(expected, 6));
    expect(limit).toBeCloseTo((3 * 2) / 5, 12);
  });

  it('is what the hat matrix has on its diagonal for two columns that correlate', () => {
    // By hand from H = X(XᵀX)⁻¹Xᵀ with X = [1, x₁, x₂]: the inverse of [[4,4,4],[4,6,5],[4,5,6]] is [[11,-4,-4],[-4,8,-4],[-4,-4,8]]/12.
    const rows = [
      [0, 0],
      [1, 2],
      [2, 1],
      [1, 1],
    ];
    const { values } = leverages(rows);
    const hand = rows.map(([a = 0, b = 0]) => (11 - 8 * a - 8 * b + 8 * a * a + 8 * b * b - 8 * a * b) / 12);
    hand.forEach((expected, place) => expect(values[place]).toBeCloseTo(expected, 6));
  });

  it('is the same with columns that follow from others, and counts only independent ones', () => {
    const plain = Array.from({ length: 12 }, (_, row) => [row, (row * 7) % 5]);
    const more = plain.map(([a = 0, b = 0]) => [a, b, 2 * a - b, 3, a + b]);
    const [one, other] = [leverages(plain), leverages(more)];
    one.values.forEach((expected, place) => expect(other.values[place]).toBeCloseTo(expected, 4));
    expect(other.limit).toBeCloseTo(one.limit, 12);
  });

  it('sums to the number of fitted parameters over the training rows', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -50, max: 50 }), fc.integer({ min: -50, max: 50 })), {
          minLength: 8,
          maxLength: 30,
        }),
        (rows) => {
          const numbers = rowsOf(rows);
          const scaling = fitScaling(numbers, [0, 1]);
          const leverage = fitLeverage(scaledRows(scaling, numbers));
          const sum = rows.reduce((total, row) => total + leverageOf(leverage, scaledRow(scaling, row)), 0);
          expect(sum).toBeCloseTo(leverage.independent.length + 1, 3);
        },
      ),
    );
  });
});

describe('nearest rows', () => {
  const rows = rowsOf([
    [0, 0],
    [3, 4],
    [0, 1],
    [6, 8],
  ]);

  it('come nearest first, with the root mean square of the differences', () => {
    const near = new Neighbourhood(rows).nearest([0, 0], 3);
    expect(near.map(({ row }) => row)).toEqual([0, 2, 1]);
    expect(near[2]?.distance).toBeCloseTo(5 / Math.sqrt(2), 6);
    expect(meanDistance(near)).toBeCloseTo((0 + 1 / Math.SQRT2 + 5 / Math.SQRT2) / 3, 6);
  });

  it('leave out the row itself, or whatever equals it', () => {
    expect(new Neighbourhood(rows).nearest([0, 0], 1, { row: 0 })[0]?.row).toBe(2);
    expect(new Neighbourhood(rows).nearest([0, 1], 1, { equals: true })[0]?.row).toBe(0);
  });

  it('are those of sorting all of them', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })), {
          minLength: 1,
          maxLength: 40,
        }),
        fc.tuple(fc.integer({ min: -9, max: 9 }), fc.integer({ min: -9, max: 9 })),
        fc.integer({ min: 1, max: 8 }),
        (all, [a, b], most) => {
          const expected = all.map(([x, y]) => Math.hypot(x - a, y - b) / Math.SQRT2).sort((x, y) => x - y);
          const near = new Neighbourhood(rowsOf(all)).nearest([a, b], most);
          expect(near).toHaveLength(Math.min(most, all.length));
          near.forEach(({ distance }, place) => expect(distance).toBeCloseTo(expected[place] ?? NaN, 5));
        },
      ),
    );
  });

  it('are the same rows by a tree, ties and missing numbers included', () => {
    const number = fc.oneof(
      { weight: 8, arbitrary: fc.integer({ min: -4, max: 4 }) },
      { weight: 4, arbitrary: fc.float({ min: -4, max: 4, noNaN: true }) },
      { weight: 1, arbitrary: fc.constantFrom(NaN, Infinity, -1e30) },
    );
    const table = fc.integer({ min: 1, max: 4 }).chain((width) =>
      fc.tuple(
        fc.array(fc.array(number, { minLength: width, maxLength: width }), {
          minLength: 128,
          maxLength: 300,
        }),
        fc.array(number, { minLength: width, maxLength: width }),
      ),
    );
    fc.assert(
      fc.property(table, fc.integer({ min: 1, max: 9 }), fc.boolean(), (given, most, equals) => {
        const [all, asked] = given;
        const distances = all.map((row, place) => ({
          row: place,
          cost: row.reduce(
            (sum, value, at) => sum + (Math.fround(asked[at] ?? 0) - Math.fround(value)) ** 2,
            0,
          ),
        }));
        const expected = distances
          .filter(({ cost }) => cost < Infinity && (cost > 0 || !equals))
          .sort((one, other) => one.cost - other.cost || one.row - other.row)
          .slice(0, most);
        const near = new Neighbourhood(rowsOf(all)).nearest(asked, most, { equals });
        expect(near.map(({ row }) => row)).toEqual(expected.map(({ row }) => row));
      }),
    );
  });

  it('are none for what is not a number, which is infinitely far', () => {
    expect(meanDistance(new Neighbourhood(rows).nearest([NaN, 0], 2))).toBe(Infinity);
  });
});

describe('Tanimoto similarity', () => {
  const print = (...set: readonly number[]) =>
    packBits(Array.from({ length: 70 }, (_, bit) => (set.includes(bit) ? 1 : 0)));

  it('is common bits over bits of either', () => {
    const prints = fingerprintsOf([print(1, 2, 3), print(3, 40, 69), print(), print(1, 2, 3, 69)]);
    const similar = mostSimilar(prints, print(1, 2, 3, 69), 4);
    expect(similar.map(({ row }) => row)).toEqual([3, 0, 1, 2]);
    expect(similar[0]?.similarity).toBe(1);
    expect(similar[1]?.similarity).toBeCloseTo(3 / 4, 12);
    expect(similar[2]?.similarity).toBeCloseTo(2 / 5, 12);
    expect(similar[3]?.similarity).toBe(0);
  });

  it('leaves out the row that is asked about', () => {
    const prints = fingerprintsOf([print(1, 2), print(1, 2), print(5)]);
    expect(mostSimilar(prints, print(1, 2), 1, 0)).toEqual([{ row: 1, similarity: 1 }]);
  });

  it('is that of sets of numbers', () => {
    const bits = fc.uniqueArray(fc.integer({ min: 0, max: 69 }), { maxLength: 30 });
    fc.assert(
      fc.property(fc.array(bits, { minLength: 1, maxLength: 12 }), bits, (all, asked) => {
        const found = mostSimilar(fingerprintsOf(all.map((set) => print(...set))), print(...asked), 3);
        const expected = all
          .map((set) => {
            const either = new Set([...set, ...asked]).size;
            return either === 0 ? 1 : set.filter((bit) => asked.includes(bit)).length / either;
          })
          .sort((a, b) => b - a);
        found.forEach(({ similarity }, place) => expect(similarity).toBeCloseTo(expected[place] ?? NaN, 12));
      }),
    );
  });
});

describe('the value at a share', () => {
  it('is what so many of the values do not exceed', () => {
    expect(valueAtShare([5, 1, 4, 2, 3], 0.8)).toBe(4);
    expect(valueAtShare([5, 1, 4, 2, 3], 1)).toBe(5);
    expect(valueAtShare([2], 0.01)).toBe(2);
    expect(valueAtShare([], 0.5)).toBeNaN();
  });
});
