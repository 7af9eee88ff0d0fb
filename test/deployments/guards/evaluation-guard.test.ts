import { describe, expect, it } from '@jest/globals';
import { evaluationGuard } from '../../../src/deployments/guards/evaluation-guard.js';
import type { MeasuredQuality } from '../../../src/deployments/guards/index.js';
import { seededRandom } from '../../../src/platform/seeded-random.js';

const quality = (value: number, more: Partial<MeasuredQuality> = {}): MeasuredQuality => ({
  name: 'rmse',
  dataset: 'test split',
  value,
  unit: 'eV',
  higherIsBetter: false,
  interval: { low: value - 0.1, high: value + 0.1 },
  rows: 100,
  at: new Date(0),
  ...more,
});
const SETTINGS = { metric: 'RMSE', dataset: 'test split', maxLoss: 0.05 };
const judge = (base: MeasuredQuality | null, candidate: MeasuredQuality | null, settings = SETTINGS) =>
  evaluationGuard(
    settings,
    { base: base ? [base] : [], candidate: candidate ? [candidate] : undefined },
    0.001,
    0.999,
  );

describe('a guard on a measured quality', () => {
  it.each([
    { why: 'far worse', candidate: quality(2), verdict: 'FAIL', beyond: true },
    { why: 'a little worse', candidate: quality(1.2), verdict: 'UNDECIDED', beyond: true },
    { why: 'the same', candidate: quality(1), verdict: 'UNDECIDED', beyond: false },
    { why: 'far better', candidate: quality(0.5), verdict: 'PASS', beyond: false },
    {
      why: 'the same, without doubt',
      candidate: quality(1, { interval: null }),
      verdict: 'UNDECIDED',
      beyond: false,
    },
    { why: 'not measured', candidate: null, verdict: 'UNDECIDED', beyond: false },
    { why: 'in another unit', candidate: quality(2, { unit: 'meV' }), verdict: 'UNDECIDED', beyond: false },
    {
      why: 'measured on other rows',
      candidate: quality(2, { dataset: 'x' }),
      verdict: 'UNDECIDED',
      beyond: false,
    },
  ])('of a candidate that is $why says $verdict', ({ candidate, verdict, beyond }) => {
    expect(judge(quality(1), candidate)).toMatchObject({ verdict, beyondLimit: beyond, guard: 'EVALUATION' });
  });

  it('goes the other way round where more is better', () => {
    const accuracy = (value: number) => quality(value, { name: 'rmse', higherIsBetter: true, unit: null });
    expect(judge(accuracy(0.9), accuracy(0.2))).toMatchObject({
      verdict: 'FAIL',
      measured: expect.closeTo(0.7),
    });
    expect(judge(accuracy(0.2), accuracy(0.9))).toMatchObject({ verdict: 'PASS' });
  });

  it('gives up a candidate that is as good as the base no more often than alpha says', () => {
    const random = seededRandom(3);
    const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
    const draw = () => {
      const value = 1 + 0.05 * normal();
      return quality(value, { interval: { low: value - 0.05 * 1.96, high: value + 0.05 * 1.96 } });
    };
    let given = 0;
    for (let round = 0; round < 4_000; round += 1) {
      const report = evaluationGuard(
        { ...SETTINGS, maxLoss: 0 },
        { base: [draw()], candidate: [draw()] },
        0.05,
        0.95,
      );
      if (report.verdict === 'FAIL') given += 1;
    }
    // 5 % of 4,000, and five standard deviations.
    expect(given).toBeLessThan(200 + 70);
    expect(given).toBeGreaterThan(200 - 70);
  });
});
