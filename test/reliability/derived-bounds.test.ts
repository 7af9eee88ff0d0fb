import { describe, expect, it } from '@jest/globals';
import type { Pipeline } from '../../src/pipelines/index.js';
import { derivedBounds } from '../../src/reliability/intervals/derived-bounds.js';

const pipeline = {
  result: {
    plain: { output: 'y', steps: [] },
    power: { output: 'y', steps: [{ step: 'power', base: 10 }] },
    negative: { output: 'y', steps: [{ step: 'affine', multiply: -2, add: 1 }] },
    scaled: { output: 'y', steps: [{ step: 'standardize', mean: 3, scale: 2 }] },
    clipped: { output: 'y', steps: [{ step: 'clip', min: 0, max: 5 }] },
    log: { output: 'y', steps: [{ step: 'log', base: 10 }] },
    other: { output: 'z', steps: [] },
  },
} as unknown as Pipeline;
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
