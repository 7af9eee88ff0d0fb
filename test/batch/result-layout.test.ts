import { describe, expect, it } from '@jest/globals';
import { ResultLayout, type ResultColumns } from '../../src/batch/prediction/result-layout.js';
import { derivedPipeline } from '../../src/pipelines/index.js';

const pipeline = derivedPipeline({
  inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 1] }],
  outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 1] }],
});
const asked = { line: 2, row: { x: '1' }, instance: { x: 1 }, fault: null };
const prediction = {
  id: 'p',
  molecule: undefined,
  value: 7,
  unit: 'eV',
  results: [{ name: 'y', value: 7, unit: 'eV', interval: { low: 6, high: 8, level: 0.9, unit: 'eV' } }],
  interval: { low: 6, high: 8, level: 0.9, unit: 'eV' },
  domain: { inside: true, measures: [], nearest: [] },
  warnings: [],
  error: null,
};

describe('columns of a result', () => {
  it('stay in their order when a database gives their names back in its own', () => {
    const layout = new ResultLayout(pipeline);
    const columns = layout.columns(['x'], [{ asked, prediction }], false);
    const shortestFirst = Object.entries(columns.names).sort(([one], [other]) => one.length - other.length);
    const kept: ResultColumns = { ...columns, names: Object.fromEntries(shortestFirst) };
    expect(layout.header(kept)).toEqual([
      'value',
      'unit',
      'low',
      'high',
      'set',
      'inside',
      'warnings',
      'error',
    ]);
    expect(layout.cells({ asked, prediction }, kept)).toEqual([7, 'eV', 6, 8, null, true, null, null]);
  });

  it('have the set of a class that has no interval', () => {
    const layout = new ResultLayout(pipeline);
    const results = [{ name: 'y', value: 'Barolo', unit: null, set: ['Barolo', 'Barbera'] }];
    const classed = { ...prediction, value: 'Barolo', unit: null, results, interval: null };
    const columns = layout.columns(['x'], [{ asked, prediction: classed }], false);
    const row = Object.fromEntries(
      layout
        .header(columns)
        .map((name, at) => [name, layout.cells({ asked, prediction: classed }, columns)[at]]),
    );
    expect(row).toMatchObject({ value: 'Barolo', set: ['Barolo', 'Barbera'], low: null });
  });
});
