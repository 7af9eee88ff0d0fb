import { describe, expect, it } from '@jest/globals';
import { countRow, noCounts } from '../../../src/monitoring/drift/live-counts.js';
import { judgeDrift, type Judgement } from '../../../src/monitoring/drift/judge-drift.js';
import type { Observed, Quantity } from '../../../src/monitoring/drift/quantity.js';
import { ReferenceCollector } from '../../../src/monitoring/drift/reference-collector.js';
import type { ReferenceFeature } from '../../../src/monitoring/drift/reference.js';
import { seededRandom } from '../../../src/platform/seeded-random.js';
import { rounds } from '../../support/depth.js';
import { normalDraws } from './draws.js';

type Row = Readonly<Record<string, Observed>>;

const quantity = (name: string): Quantity => ({ operation: 'PREDICT', role: 'QUANTITY', name, unit: null });

function referenceOf(rows: readonly Row[]): ReferenceFeature[] {
  const collector = new ReferenceCollector();
  for (const row of rows)
    collector.row('PREDICT', true, (observe) => {
      for (const [name, value] of Object.entries(row)) observe(quantity(name), value);
    });
  return collector.features(null);
}

function judged(features: readonly ReferenceFeature[], rows: readonly Row[]): Judgement {
  const counts = noCounts({ features });
  for (const row of rows) {
    const values = features.map(({ name }) => row[name] ?? null);
    countRow(features, counts, { operation: 'PREDICT', values, read: true });
  }
  return judgeDrift(features, counts);
}

/** Rows of a normal, a skewed, a whole number and a category, the first shifted by so many standard deviations. */
function rowsOf(random: () => number, count: number, shift = 0): Row[] {
  return normalDraws(random, count).map((value) => ({
    normal: value + shift,
    skewed: -Math.log(1 - random()),
    whole: Math.floor(random() * 6),
    category: random() < 0.7 ? 'soluble' : random() < 0.5 ? 'slight' : 'none',
  }));
}

describe('a verdict on drift', () => {
  // A binomial of 200 at 5 % is above 18 in less than one of a hundred right implementations.
  it.each([
    { n: 150, m: 80 },
    { n: 500, m: 500 },
    { n: 5_000, m: 1_000 },
  ])('alarms in at most 18 of 200 runs without drift, $n against $m rows', ({ n, m }) => {
    const random = seededRandom(n + m);
    const tries = rounds(200);
    let alarms = 0;
    for (let round = 0; round < tries; round += 1)
      if (judged(referenceOf(rowsOf(random, n)), rowsOf(random, m)).verdict === 'DRIFTED') alarms += 1;
    expect(alarms).toBeLessThanOrEqual(Math.ceil((18 / 200) * tries));
  });

  it('sees a shift by half a standard deviation in 1,000 rows', () => {
    const random = seededRandom(17);
    const tries = rounds(100);
    let seen = 0;
    for (let round = 0; round < tries; round += 1) {
      const { features } = judged(referenceOf(rowsOf(random, 1_000)), rowsOf(random, 1_000, 0.5));
      if (features.find(({ name }) => name === 'normal')?.verdict === 'DRIFTED') seen += 1;
    }
    expect(seen / tries).toBeGreaterThan(0.95);
  });

  it('says that there are too few rows exactly where a shift would go unseen', () => {
    const random = seededRandom(3);
    const features = referenceOf(rowsOf(random, 1_000));
    const few = judged(features, rowsOf(random, 30));
    expect(few.verdict).toBe('NOT_ENOUGH_DATA');
    const needed = Number(/in the reference, (\d+) are needed/.exec(few.reason)?.[1]);
    expect(needed).toBeGreaterThan(60);
    expect(needed).toBeLessThan(250);
    expect(judged(features, rowsOf(random, needed)).verdict).toBe('STABLE');
    // The promise of STABLE: four of five shifts by half a standard deviation show.
    const tries = rounds(60);
    let seen = 0;
    for (let round = 0; round < tries; round += 1)
      if (judged(features, rowsOf(random, needed, 0.5)).verdict === 'DRIFTED') seen += 1;
    expect(seen / tries).toBeGreaterThan(0.7);
  });

  it('says of a small reference that no number of live rows would do', () => {
    const random = seededRandom(5);
    const { verdict, features } = judged(referenceOf(rowsOf(random, 40)), rowsOf(random, 5_000));
    expect(verdict).toBe('NOT_ENOUGH_DATA');
    expect(features[0]?.reason).toMatch(
      /^The reference has 40 values, too few .* \d+ on both sides would do\.$/,
    );
  });

  it('alarms on few rows where nothing is alike', () => {
    const random = seededRandom(6);
    const { verdict } = judged(referenceOf(rowsOf(random, 60)), rowsOf(random, 60, 4));
    expect(verdict).toBe('DRIFTED');
  });

  it('lets a difference pass that is certain and does not matter', () => {
    const random = seededRandom(8);
    const { features } = judged(referenceOf(rowsOf(random, 10_000)), rowsOf(random, 40_000, 0.1));
    const [normal] = features;
    expect(normal).toMatchObject({ name: 'normal', verdict: 'STABLE' });
    const ks = normal?.statistics.find(({ name }) => name === 'KS');
    expect(ks?.pValue).toBeLessThan(1e-9);
    expect(ks).toMatchObject({ threshold: 0.1, exceeded: false });
  });

  it('has thresholds that follow the numbers of rows', () => {
    const random = seededRandom(9);
    const threshold = (count: number, measure: string) =>
      judged(referenceOf(rowsOf(random, count)), rowsOf(random, count)).features[0]?.statistics.find(
        ({ name }) => name === measure,
      )?.threshold ?? 0;
    for (const measure of ['KS', 'PSI', 'JENSEN_SHANNON', 'WASSERSTEIN'])
      expect(threshold(100, measure)).toBeGreaterThan(2 * threshold(1_000, measure));
    // B. Yurdakul: at 10 bins and 100 rows on both sides chance alone gives 0.338 in 5 % of cases.
    expect(threshold(100, 'PSI')).toBeGreaterThan(0.338);
  });

  it('sees a category that was never there, and one that is gone', () => {
    const reference = Array.from({ length: 400 }, (_, index) => ({ kind: index % 2 ? 'salt' : 'acid' }));
    const { features } = judged(
      referenceOf(reference),
      reference.map(() => ({ kind: 'base' })),
    );
    expect(features[0]).toMatchObject({
      verdict: 'DRIFTED',
      bins: [
        { category: 'acid', reference: 0.5, live: 0 },
        { category: 'salt', reference: 0.5, live: 0 },
        { category: null, reference: 0, live: 1 },
      ],
    });
  });

  it('sees values go missing, and text in the place of numbers', () => {
    const random = seededRandom(10);
    const features = referenceOf(rowsOf(random, 1_000));
    const holes = rowsOf(random, 400).map((row, index) => ({
      ...row,
      normal: index % 10 === 0 ? null : (row.normal ?? null),
      whole: index % 10 === 1 ? 'six' : (row.whole ?? null),
    }));
    const { features: found } = judged(features, holes);
    for (const name of ['normal', 'whole']) {
      const feature = found.find((one) => one.name === name);
      expect(feature?.verdict).toBe('DRIFTED');
      const missing = feature?.statistics.find(({ name: measure }) => measure === 'MISSING_RATE');
      expect(missing).toMatchObject({ value: 0.1, exceeded: true });
      // The threshold is the largest rate that is none.
      expect(missing?.threshold).toBeGreaterThanOrEqual(0.02);
      expect(missing?.threshold).toBeLessThan(0.05);
    }
  });

  it('takes a constant for what it is', () => {
    const rows = Array.from({ length: 300 }, () => ({ box: 8 }));
    const features = referenceOf(rows);
    expect(judged(features, rows).verdict).toBe('STABLE');
    expect(
      judged(
        features,
        rows.map(() => ({ box: 8.000001 })),
      ).verdict,
    ).toBe('STABLE');
    expect(
      judged(
        features,
        rows.map(() => ({ box: 9 })),
      ).verdict,
    ).toBe('DRIFTED');
    expect(
      judged(
        features,
        rows.map(() => ({ box: 7 })),
      ).verdict,
    ).toBe('DRIFTED');
  });
});
