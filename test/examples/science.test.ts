import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { ExampleLaboratory } from '../../examples/measurement/example-laboratory.js';
import { coverageOf, expectedCoverage } from '../../examples/science/coverage.js';
import { measureClasses, type ClassScience } from '../../examples/science/measure-classes.js';
import { measureScience, type ModelScience } from '../../examples/science/measure-science.js';
import { classTable, scienceTable } from '../../examples/science/science-table.js';

describe('what docs/SCIENCE.md tells', () => {
  let models: readonly ModelScience[];
  let classes: ClassScience;
  beforeAll(async () => {
    const laboratory = await ExampleLaboratory.open();
    try {
      models = await measureScience(laboratory);
      classes = await measureClasses();
    } finally {
      await laboratory.close();
    }
  });
  const found = (name: string): ModelScience => {
    const model = models.find(({ model }) => model === name);
    if (!model) throw new Error(`no ${name}`);
    return model;
  };

  it('is what is measured', async () => {
    expect(await readFile(new URL('../../docs/SCIENCE.md', import.meta.url), 'utf8')).toContain(
      `<!-- table -->\n\n${scienceTable(models)}\n\n${classTable(classes)}\n\n<!-- end -->`,
    );
  });

  it('has solubilities within 0.70, binding energies within 1 MeV and fat within 1 %, over 5 × 5 folds', () => {
    expect(found('esol').rows).toBe(803);
    expect(found('esol').folds.rmse).toBeLessThan(0.7);
    expect(found('binding-energy').folds.mae).toBeLessThan(1);
    expect(found('meat-fat').folds.rmse).toBeLessThan(1);
  });

  it('has cultivars right, and each as often in its sets as right sets have it', () => {
    expect(classes.folds.accuracy).toBeGreaterThan(0.95);
    for (const { mean, right } of classes.sets.coverage) expect(Math.abs(mean - right)).toBeLessThan(0.02);
  });

  it('has intervals that cover what they say', () => {
    for (const { coverage } of models) {
      expect(coverage.once).toBeGreaterThanOrEqual(coverage.expected.low);
      expect(coverage.once).toBeLessThanOrEqual(coverage.expected.high);
      expect(coverage.splits).toBeGreaterThanOrEqual(20);
      expect(coverage.mean).toBeGreaterThan(0.89);
      expect(coverage.mean).toBeLessThan(0.91);
    }
  });

  it('has larger errors outside of the domain', () => {
    for (const { domain } of models) {
      expect(domain.outside.rmse).toBeGreaterThan(1.2 * domain.inside.rmse);
      expect(domain.outside.mae).toBeGreaterThan(1.2 * domain.inside.mae);
    }
    expect(found('binding-energy').leftOut?.errors.mae).toBeGreaterThan(
      10 * found('binding-energy').domain.inside.mae,
    );
  });
});

describe('coverage on one split', () => {
  // From the beta-binomial distribution, by scipy.stats.betabinom(m, n + 1 - l, l).ppf.
  it.each([
    { calibration: 100, tried: 300, level: 0.9, low: 248, high: 288 },
    { calibration: 400, tried: 700, level: 0.9, low: 603, high: 654 },
    { calibration: 1000, tried: 2000, level: 0.9, low: 1753, high: 1844 },
    { calibration: 401, tried: 402, level: 0.9, low: 344, high: 377 },
    { calibration: 50, tried: 200, level: 0.8, low: 134, high: 182 },
  ])('of $tried rows after $calibration lies where it should', (row) => {
    const { low, high } = expectedCoverage(row.calibration, row.tried, row.level);
    expect(low * row.tried).toBeCloseTo(row.low, 6);
    expect(high * row.tried).toBeCloseTo(row.high, 6);
  });

  it('is the same each time it is measured', () => {
    const residuals = Array.from({ length: 200 }, (_, row) => Math.abs(Math.sin(row)));
    expect(coverageOf(residuals)).toEqual(coverageOf(residuals));
  });
});
