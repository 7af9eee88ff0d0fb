import { describe, expect, it } from '@jest/globals';
import { randomOperators } from '../../../src/deployments/harness/determinism.js';

describe('whether a graph answers equal inputs equally', () => {
  it.each([
    'RandomNormal',
    'RandomNormalLike',
    'RandomUniform',
    'RandomUniformLike',
    'Multinomial',
    'Bernoulli',
    'Dropout',
    'com.microsoft.BiasDropout',
    'com.microsoft.BitmaskDropout',
    'com.microsoft.RandomNormal',
    'com.microsoft.Sampling',
  ])('is no for one that has %s anywhere', (operator) => {
    expect(randomOperators({ MatMul: 2, [operator]: 1 })).toEqual([operator]);
  });

  it.each([{}, { MatMul: 1, Relu: 2 }, { 'com.microsoft.FusedMatMul': 1 }, { DequantizeLinear: 3, Loop: 1 }])(
    'is yes for %j',
    (operators) => expect(randomOperators(operators)).toEqual([]),
  );
});
