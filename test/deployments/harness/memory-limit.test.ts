import { describe, expect, it } from '@jest/globals';
import { memoryLimit } from '../../../src/deployments/harness/memory-limit.js';

const GIB = 1024 ** 3;

describe('how much a process of a model may take', () => {
  it('is what its deployment says', () => {
    expect(memoryLimit(GIB, 8 * GIB, GIB)).toBe(GIB);
  });

  it('grows with its file and ends at what all models together may take', () => {
    expect(memoryLimit(null, 0, 12 * GIB)).toBe(2 * GIB);
    expect(memoryLimit(null, GIB / 2, 12 * GIB)).toBe(6 * GIB);
    expect(memoryLimit(null, 2 * GIB, 12 * GIB)).toBe(12 * GIB);
  });

  it('leaves a model room to run however little there is for all', () => {
    expect(memoryLimit(null, 0, 1024 ** 2)).toBe(GIB / 4);
    expect(memoryLimit(null, GIB, GIB)).toBe(4.25 * GIB);
  });
});
