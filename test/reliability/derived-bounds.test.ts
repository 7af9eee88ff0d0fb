import { describe, expect, it } from '@jest/globals';
import { parsePipeline } from '../../src/pipelines/index.js';
import { derivedBounds } from '../../src/reliability/intervals/derived-bounds.js';

const output = (name: string) => ({ name, datatype: 'FP64' as const, shape: [-1] });
const field = (name: string) => ({ unit: '1', steps: [{ step: 'field', field: name }] });
const of = (steps: readonly object[], from = 'y') => ({ output: from, unit: '1', steps });

const pipeline = parsePipeline(
  {
    format: 1,
    instance: { kind: 'nuclide' },
    inputs: { z: field('z') },
    outputs: { y: { unit: '1' }, other: { unit: '1' } },
    result: {
      plain: of([]),
      power: of([{ step: 'power', base: 10 }]),
      negative: of([{ step: 'affine', multiply: -2, add: 1 }]),
      scaled: of([{ step: 'standardize', mean: 3, scale: 2 }]),
      clipped: of([{ step: 'clip', min: 0, max: 5 }]),
      log: of([{ step: 'log', base: 10 }]),
      other: of([], 'other'),
    },
  },
  { inputs: [output('z')], outputs: [output('y'), output('other')] },
);
const derived = (from: string, to: string, low: number, high: number) =>
  derivedBounds(pipeline, from, to, { low, high });

describe('bounds of one result from those of another', () => {
  it('go through monotone steps, turned round where these fall', () => {
    expect(derived('plain', 'power', -1, 2)).toEqual({ low: 0.1, high: 100 });
    expect(derived('plain', 'negative', 1, 4)).toEqual({ low: -7, high: -1 });
    expect(derived('plain', 'clipped', -3, 2)).toEqual({ low: 0, high: 2 });
  });

  it('go back through steps that have an inverse', () => {
    expect(derived('power', 'plain', 1, 100)).toEqual({ low: 0, high: 2 });
    expect(derived('negative', 'plain', -7, -1)).toEqual({ low: 1, high: 4 });
    expect(derived('scaled', 'plain', -1, 1)).toEqual({ low: 1, high: 5 });
    expect(derived('negative', 'scaled', -7, -1)).toEqual({ low: -1, high: 0.5 });
  });

  it('stay open where there is none, and where nothing lies below', () => {
    expect(derived('plain', 'power', -Infinity, Infinity)).toEqual({ low: 0, high: Infinity });
    expect(derived('power', 'plain', -5, 100)).toEqual({ low: -Infinity, high: 2 });
  });

  it('are none of another output, of what has no inverse, and of what has no logarithm', () => {
    expect(derived('plain', 'other', 0, 1)).toBeNull();
    expect(derived('clipped', 'plain', 0, 1)).toBeNull();
    expect(derived('plain', 'log', -1, 10)).toBeNull();
  });
});
