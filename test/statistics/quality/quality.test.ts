import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { seededRandom } from '../../../src/platform/seeded-random.js';
import {
  areaUnderCurve,
  bootstrapIntervals,
  classificationQuality,
  correlation,
  onceEach,
  probabilityQuality,
  quantile,
  ranksOf,
  regressionQuality,
} from '../../../src/statistics/index.js';

const floats = (...values: number[]) => Float64Array.from(values);
const places = (...values: number[]) => Int32Array.from(values);

// Values that the documentation of scikit-learn 1.5 and SciPy 1.14 gives for the functions named.
describe('how predictions agree with what was measured', () => {
  it('as mean_squared_error, mean_absolute_error and r2_score', () => {
    const found = regressionQuality(floats(2.5, 0, 2, 8), floats(3, -0.5, 2, 7))();
    expect(found.rmse ** 2).toBeCloseTo(0.375, 12);
    expect(found.mae).toBeCloseTo(0.5, 12);
    expect(found.bias).toBeCloseTo(0.25, 12);
    expect(found.r2).toBeCloseTo(0.948608137, 8);
  });

  it('as spearmanr, with ranks shared by equal values', () => {
    expect([...ranksOf(floats(5, 6, 7, 8, 7))]).toEqual([1, 2, 3.5, 5, 3.5]);
    const found = regressionQuality(floats(1, 2, 3, 4, 5), floats(5, 6, 7, 8, 7))();
    expect(found.spearman).toBeCloseTo(0.8207826816681233, 14);
    expect(correlation(floats(1, 1), floats(1, 2))).toBeNaN();
  });

  it('of rows that count several times is that of so many rows', () => {
    fc.assert(
      fc.property(
        fc.array(
          fc.tuple(
            fc.integer({ min: 0, max: 5 }),
            fc.integer({ min: 0, max: 5 }),
            fc.integer({ min: 0, max: 3 }),
          ),
          {
            minLength: 1,
            maxLength: 12,
          },
        ),
        (rows) => {
          const repeated = rows.flatMap(([a, b, count]) =>
            Array.from({ length: count }, () => [a, b] as const),
          );
          if (repeated.length === 0) return;
          const counts = Uint32Array.from(rows, ([, , count]) => count);
          const counted = regressionQuality(
            floats(...rows.map(([a]) => a)),
            floats(...rows.map(([, b]) => b)),
          )(counts);
          const written = regressionQuality(
            floats(...repeated.map(([a]) => a)),
            floats(...repeated.map(([, b]) => b)),
          )();
          for (const [name, value] of Object.entries({ ...written }))
            if (Number.isFinite(value)) expect(counted[name as 'rmse']).toBeCloseTo(value, 9);
        },
      ),
    );
  });

  it('is NaN where it says nothing', () => {
    expect(regressionQuality(floats(1, 2), floats(3, 3))().r2).toBeNaN();
  });

  it('as matthews_corrcoef, f1_score (macro) and accuracy_score', () => {
    expect(classificationQuality(places(1, 0, 1, 1), places(1, 1, 1, 0), 2).mcc).toBeCloseTo(-1 / 3, 12);
    const found = classificationQuality(places(0, 2, 1, 0, 0, 1), places(0, 1, 2, 0, 1, 2), 3);
    expect(found.f1).toBeCloseTo(0.26666666, 6);
    expect(found.accuracy).toBeCloseTo(1 / 3, 12);
  });

  it('as log_loss, brier_score_loss and roc_auc_score', () => {
    const found = probabilityQuality(
      floats(0.1, 0.9, 0.9, 0.1, 0.8, 0.2, 0.35, 0.65),
      places(1, 0, 0, 1),
      2,
    )();
    expect(found.logLoss).toBeCloseTo(0.21616, 5);
    const brier = probabilityQuality(floats(0.9, 0.1, 0.1, 0.9, 0.2, 0.8, 0.7, 0.3), places(0, 1, 1, 0), 2)();
    expect(brier.brier).toBeCloseTo(0.0375, 12);
    expect(areaUnderCurve(floats(0.1, 0.4, 0.35, 0.8), places(0, 0, 1, 1))()).toBe(0.75);
    expect(areaUnderCurve(floats(0.5, 0.5), places(0, 1))()).toBe(0.5);
    expect(areaUnderCurve(floats(0.5, 0.5), places(1, 1))()).toBeNaN();
  });

  it('is the same for the mean over more than two classes as each against the rest by hand', () => {
    const probabilities = floats(0.7, 0.2, 0.1, 0.1, 0.8, 0.1, 0.3, 0.3, 0.4, 0.5, 0.4, 0.1);
    const found = probabilityQuality(probabilities, places(0, 1, 2, 1), 3)();
    expect(found.rocAuc).toBeCloseTo((1 + 1 + 1) / 3, 12);
    expect(found.brier).toBeCloseTo((0.14 + 0.06 + 0.54 + 0.62) / 4, 12);
  });

  it('lies within the bounds that each has', () => {
    const rows = fc.array(fc.tuple(fc.integer({ min: 0, max: 3 }), fc.integer({ min: 0, max: 3 })), {
      minLength: 1,
      maxLength: 40,
    });
    fc.assert(
      fc.property(rows, (pairs) => {
        const found = classificationQuality(
          places(...pairs.map(([one]) => one)),
          places(...pairs.map(([, other]) => other)),
          4,
        );
        expect(found.accuracy).toBeGreaterThanOrEqual(0);
        expect(found.f1).toBeLessThanOrEqual(1);
        expect(Math.abs(found.mcc)).toBeLessThanOrEqual(1 + 1e-12);
      }),
    );
  });
});

describe('bootstrap intervals', () => {
  const mean = (values: Float64Array) => (counts: Uint32Array) => ({
    mean:
      counts.reduce((sum, count, row) => sum + count * (values[row] ?? 0), 0) /
      counts.reduce((sum, count) => sum + count, 0),
  });

  it('of a mean are those of its standard error, and the same for the same seed', async () => {
    const random = seededRandom(1);
    const values = Float64Array.from({ length: 400 }, () => random());
    const estimate = mean(values)(onceEach(values.length));
    const found = await bootstrapIntervals(400, mean(values), { estimate, random: seededRandom(2) });
    const width = (found.mean?.high ?? 0) - (found.mean?.low ?? 0);
    // 2 · 1.96 · √(1/12) / √400, to a tenth.
    expect(width).toBeGreaterThan(0.0566 * 0.88);
    expect(width).toBeLessThan(0.0566 * 1.12);
    expect(await bootstrapIntervals(400, mean(values), { estimate, random: seededRandom(2) })).toEqual(found);
  });

  it('are as narrow for many rows as their number says', async () => {
    const random = seededRandom(3);
    const values = Float64Array.from({ length: 80_000 }, () => random());
    const estimate = mean(values)(onceEach(values.length));
    const found = await bootstrapIntervals(80_000, mean(values), {
      estimate,
      random: seededRandom(4),
      replicates: 100,
    });
    const width = (found.mean?.high ?? 0) - (found.mean?.low ?? 0);
    expect(width).toBeGreaterThan(0.004 * 0.7);
    expect(width).toBeLessThan(0.004 * 1.3);
  });

  it('are null for what most replicates do not have', async () => {
    const statistics = () => ({ none: NaN });
    const found = await bootstrapIntervals(3, statistics, { estimate: { none: 1 }, random: seededRandom(5) });
    expect(found).toEqual({ none: null });
  });

  it('has quantiles as NumPy', () => {
    expect(quantile(floats(1, 2, 3, 4), 0.25)).toBe(1.75);
    expect(quantile(floats(7), 0.9)).toBe(7);
  });
});
