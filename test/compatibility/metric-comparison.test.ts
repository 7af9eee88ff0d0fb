import { describe, expect, it } from '@jest/globals';
import { type ComparableMetric, compareMetrics, knownDirection } from '../../src/compatibility/index.js';
import { type Metric } from '../../src/catalog/index.js';

const metric = (name: string, value: number, more: Partial<Metric> = {}): Metric => ({
  name,
  value,
  unit: null,
  dataset: null,
  higherIsBetter: null,
  ...more,
});

describe('knownDirection', () => {
  it.each<[string, boolean | null]>([
    ['rmse', false],
    ['MAE', false],
    ['val_loss', false],
    ['rmse_per_nucleon', false],
    ['p99 latency', false],
    ['r2', true],
    ['R²', true],
    ['R^2', true],
    ['ROC-AUC', true],
    ['f1', true],
    ['top-1 accuracy', true],
    ['bias', null],
    ['classification error of accuracy', null],
    ['terror', null],
    ['', null],
  ])('%s: %s', (name, direction) => {
    expect(knownDirection(name)).toBe(direction);
  });
});

describe('compareMetrics', () => {
  it.each<[string, Metric, Metric, object]>([
    [
      'a smaller error',
      metric('rmse', 2),
      metric('rmse', 1.5),
      { change: -0.5, relativeChange: -0.25, verdict: 'BETTER' },
    ],
    [
      'a larger error',
      metric('rmse', 2),
      metric('rmse', 3),
      { change: 1, relativeChange: 0.5, verdict: 'WORSE' },
    ],
    ['a larger score', metric('r2', 0.5), metric('r2', 0.75), { change: 0.25, verdict: 'BETTER' }],
    [
      'a negative base',
      metric('r2', -0.5),
      metric('r2', 0.5),
      { change: 1, relativeChange: 2, verdict: 'BETTER' },
    ],
    ['no change', metric('r2', 0.5), metric('r2', 0.5), { change: 0, relativeChange: 0, verdict: 'SAME' }],
    [
      'from zero',
      metric('loss', 0),
      metric('loss', 1),
      { change: 1, relativeChange: null, verdict: 'WORSE' },
    ],
    [
      'no direction',
      metric('bias', 1),
      metric('bias', 2),
      { change: 1, higherIsBetter: null, verdict: null },
    ],
    [
      'a stated direction against the name',
      metric('error', 1, { higherIsBetter: true }),
      metric('error', 2),
      { higherIsBetter: true, verdict: 'BETTER' },
    ],
    [
      'directions that contradict each other',
      metric('score', 1, { higherIsBetter: true }),
      metric('score', 2, { higherIsBetter: false }),
      {
        change: 1,
        higherIsBetter: null,
        verdict: null,
        note: 'The two versions disagree on whether higher is better.',
      },
    ],
    [
      'other units',
      metric('mae', 1, { unit: 'eV' }),
      metric('mae', 2, { unit: 'kJ/mol' }),
      {
        base: 1,
        target: 2,
        unit: null,
        change: null,
        verdict: null,
        note: 'The units differ: eV and kJ/mol.',
      },
    ],
    ['another case', metric('RMSE', 2), metric('rmse', 1), { name: 'RMSE', verdict: 'BETTER' }],
  ])('%s', (_, base, target, expected) => {
    expect(compareMetrics([base], [target])).toEqual([expect.objectContaining(expected)]);
  });

  it('never mixes datasets, and keeps what only one version states', () => {
    const compared = compareMetrics(
      [metric('rmse', 1, { dataset: 'train' }), metric('rmse', 2, { dataset: 'test' })],
      [metric('rmse', 1, { dataset: 'test' }), metric('r2', 0.9)],
    );
    expect(
      compared.map(({ name, dataset, base, target, verdict }) => [name, dataset, base, target, verdict]),
    ).toEqual([
      ['rmse', 'train', 1, null, null],
      ['rmse', 'test', 2, 1, 'BETTER'],
      ['r2', null, null, 0.9, null],
    ]);
  });

  it('prefers the exact spelling where a version uses both', () => {
    const compared = compareMetrics(
      [metric('MAE', 1), metric('mae', 2)],
      [metric('mae', 4), metric('MAE', 3)],
    );
    expect(compared.map(({ name, base, target }) => [name, base, target])).toEqual([
      ['MAE', 1, 3],
      ['mae', 2, 4],
    ]);
  });
});

describe('metrics that were measured', () => {
  const measured = (value: number, half: number, more: Partial<ComparableMetric> = {}): ComparableMetric => ({
    ...metric('rmse', value, { dataset: 'test', unit: 'eV' }),
    interval: { low: value - half, high: value + half },
    result: 'gap',
    rowsOf: 'sha256:1',
    ...more,
  });

  it.each([
    { why: 'apart', base: measured(2, 0.1), target: measured(1, 0.1), verdict: 'BETTER' },
    { why: 'apart, for the worse', base: measured(1, 0.1), target: measured(2, 0.1), verdict: 'WORSE' },
    {
      why: 'overlapping a little, yet apart',
      base: measured(1, 0.1),
      target: measured(1.15, 0.1),
      verdict: 'WORSE',
    },
    { why: 'not to be told apart', base: measured(1, 0.1), target: measured(1.1, 0.1), verdict: 'UNDECIDED' },
    { why: 'equal', base: measured(1, 0.1), target: measured(1, 0.1), verdict: 'SAME' },
    {
      why: 'stated by one',
      base: metric('rmse', 1.05, { dataset: 'test', unit: 'eV' }),
      target: measured(1, 0.1),
      verdict: 'UNDECIDED',
    },
  ])('$why are $verdict', ({ base, target, verdict }) => {
    expect(compareMetrics([base], [target])).toMatchObject([{ verdict }]);
  });

  it('are compared result by result, and say where the rows are others', () => {
    const other = { result: 'charge' };
    const found = compareMetrics(
      [measured(1, 0.1), measured(5, 0.1, other)],
      [measured(6, 0.1, other), measured(2, 0.1, { rowsOf: 'sha256:2' })],
    );
    expect(found).toMatchObject([
      { base: 1, target: 2, note: 'The two were measured on different files of this name.' },
      { base: 5, target: 6, note: null },
    ]);
  });
});
