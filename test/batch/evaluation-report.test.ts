import { describe, expect, it } from '@jest/globals';
import { evaluationReport } from '../../src/batch/evaluation/evaluation-report.js';
import type { LabelledRow } from '../../src/batch/evaluation/labelled-rows.js';

const row = (more: Partial<LabelledRow>): LabelledRow => ({
  measured: 0,
  predicted: 0,
  group: null,
  interval: null,
  probabilities: null,
  ...more,
});
const reportOf = (rows: readonly LabelledRow[]) =>
  evaluationReport(rows, { unit: 'eV', used: rows.length, signal: new AbortController().signal });

describe('the report of an evaluation', () => {
  it('of a classifier has its confusion and how far its probabilities can be trusted', async () => {
    const rows = [
      row({ measured: 'toxic', predicted: 'toxic', probabilities: { safe: 0.1, toxic: 0.9 } }),
      row({ measured: 'safe', predicted: 'safe', probabilities: { safe: 0.9, toxic: 0.1 } }),
      row({ measured: 'safe', predicted: 'safe', probabilities: { safe: 0.8, toxic: 0.2 } }),
      row({ measured: 'toxic', predicted: 'safe', probabilities: { safe: 0.65, toxic: 0.35 } }),
    ];
    const report = await reportOf(rows);
    const metrics = Object.fromEntries(
      report.metrics.map(({ name, value, unit }) => [name, { value, unit }]),
    );
    expect(report).toMatchObject({
      task: 'CLASSIFICATION',
      parity: null,
      confusion: {
        classes: ['safe', 'toxic'],
        counts: [
          [2, 0],
          [1, 1],
        ],
      },
    });
    expect(metrics.accuracy).toEqual({ value: 0.75, unit: null });
    expect(metrics.roc_auc).toEqual({ value: 1, unit: null });
    expect(metrics.brier?.value).toBeCloseTo((0.01 + 0.01 + 0.04 + 0.4225) / 4, 12);
    expect(report.calibration?.bins).toEqual([
      { from: 0.6, to: 0.7, rows: 1, meanConfidence: 0.65, accuracy: 0 },
      { from: 0.8, to: 0.9, rows: 1, meanConfidence: 0.8, accuracy: 1 },
      { from: 0.9, to: 1, rows: 2, meanConfidence: 0.9, accuracy: 1 },
    ]);
    expect(report.calibration?.expectedError).toBeCloseTo((0.65 + 0.2 + 0.1 + 0.1) / 4, 12);
  });

  it('of numbers has the coverage of their intervals, infinite ones among them', async () => {
    const rows = [
      row({ measured: 1, predicted: 1.5, interval: { low: 0, high: 2 } }),
      row({ measured: 5, predicted: 1, interval: { low: 0, high: 2 } }),
      row({ measured: 7, predicted: 6, interval: { low: null, high: null } }),
      row({ measured: 8, predicted: 8 }),
    ];
    const report = await reportOf(rows);
    expect(report.coverage).toEqual({ rows: 3, covered: 2 / 3, meanWidth: 2, infinite: 1 });
    expect(report.metrics.find(({ name }) => name === 'mae')).toMatchObject({ value: 1.375, unit: 'eV' });
    expect(report.parity).toHaveLength(4);
  });

  it('thins what a picture shows, the same each time', async () => {
    const rows = Array.from({ length: 3_000 }, (_, index) =>
      row({ measured: index, predicted: index + (index % 3) }),
    );
    const [one, other] = [await reportOf(rows), await reportOf(rows)];
    expect(one.parity).toHaveLength(2_000);
    expect(one).toEqual(other);
  });
});
