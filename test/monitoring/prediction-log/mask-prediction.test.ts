import { describe, expect, it } from '@jest/globals';
import { maskedAnswer } from '../../../src/monitoring/prediction-log/mask-prediction.js';
import type { Pipeline, Prediction } from '../../../src/pipelines/index.js';

const pipeline = (
  kind: 'molecule' | 'nuclide' | 'particles',
  results: Record<string, readonly string[] | null>,
) =>
  ({
    instance: { kind },
    result: Object.fromEntries(
      Object.entries(results).map(([name, columns]) => [
        name,
        { output: name, steps: [], ...(columns && { columns }) },
      ]),
    ),
  }) as unknown as Pipeline;
const prediction = (value: Prediction['value'], more: Partial<Prediction> = {}): Prediction => ({
  value,
  unit: '1',
  results: [],
  warnings: [],
  error: null,
  ...more,
});
const warnings = [{ code: 'OUT_OF_DOMAIN' as const, message: 'clogP of SECRET is 12.5' }];

describe('what may be kept of a prediction', () => {
  it('is all of it where nothing is masked', () => {
    const kept = maskedAnswer(pipeline('molecule', { y: null }), 'CCO', prediction(1.5, { warnings }), []);
    expect(kept).toEqual({
      operation: 'PREDICT',
      instance: 'CCO',
      value: 1.5,
      unit: '1',
      warnings,
      error: null,
      masked: [],
    });
  });

  it.each([
    { kind: 'molecule' as const, mask: ['smiles'], instance: 'SECRET' },
    { kind: 'molecule' as const, mask: ['smiles'], instance: { smiles: 'SECRET' } },
    // The same molecule by its other name.
    { kind: 'molecule' as const, mask: ['smiles'], instance: { molblock: 'SECRET' } },
    { kind: 'nuclide' as const, mask: ['z'], instance: { symbol: 'SECRET', a: 4 } },
    { kind: 'nuclide' as const, mask: ['a'], instance: 'SECRET-4' },
    { kind: 'particles' as const, mask: ['positions'], instance: { positions: ['SECRET'], box: 8 } },
    { kind: 'particles' as const, mask: ['box'], instance: 'SECRET, and no object at all' },
  ])('is nothing of $instance where $mask of a $kind is masked', ({ kind, mask, instance }) => {
    const error = { code: 'INVALID_INSTANCE' as const, message: 'SECRET is no such thing' };
    const kept = maskedAnswer(
      pipeline(kind, { y: null }),
      instance,
      prediction(null, { warnings, error }),
      mask,
    );
    expect(JSON.stringify(kept)).not.toContain('SECRET');
    expect(kept).toMatchObject({
      warnings: [{ code: 'OUT_OF_DOMAIN', message: null }],
      error: { code: 'INVALID_INSTANCE', message: null },
      masked: mask,
    });
  });

  it('leaves the other fields of particles', () => {
    const instance = { positions: [[0, 0, 0]], box: 8 };
    const kept = maskedAnswer(pipeline('particles', { y: null }), instance, prediction(1), ['positions']);
    expect(kept.instance).toEqual({ positions: null, box: 8 });
  });

  it('masks a result, one of several, and columns of one', () => {
    const one = maskedAnswer(pipeline('molecule', { y: null }), 'C', prediction(77), ['y']);
    expect(one).toMatchObject({ instance: 'C', value: null, masked: ['y'] });
    const several = maskedAnswer(
      pipeline('molecule', { y: null, z: ['low', 'high'] }),
      'C',
      prediction({ y: 1, z: [{ low: 2, high: 3 }] }),
      ['y', 'z.high'],
    );
    expect(several).toMatchObject({
      value: { y: null, z: [{ low: 2, high: null }] },
      masked: ['y', 'z.high'],
    });
  });
});
