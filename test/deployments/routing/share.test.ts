import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { percentOf, readPart, shareOf, totalWeight } from '../../../src/deployments/routing/share.js';

describe('a share and its per cent', () => {
  it('have the digits that people write', () => {
    expect([0.29, 0.07, 0.57, 0.1, 0.5, 1, 0.001].map(percentOf)).toEqual([29, 7, 57, 10, 50, 100, 0.1]);
    expect([29, 7, 57, 33.3, 12.3456789].map(shareOf)).toEqual([0.29, 0.07, 0.57, 0.333, 0.123456789]);
  });

  it('make each other again, for every share of up to 14 digits', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 14 }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        (digits, any) => {
          const share = Number(any.toFixed(digits));
          expect(shareOf(percentOf(share))).toBe(share);
        },
      ),
      { numRuns: 2_000 },
    );
  });

  it('keep what no short share makes, such as a third', () => {
    const third = 100 / 3;
    expect(shareOf(third)).toBe(third / 100);
    expect(3 * shareOf(third)).toBeCloseTo(1, 15);
  });

  it('add up to 100 where their binary fractions do not', () => {
    const weights = [0.333, 0.333, 0.334].map((share) => ({ weight: percentOf(share) }));
    expect(totalWeight(weights)).toBe(100);
    expect(totalWeight([{ weight: 3 }, { weight: 1 }])).toBe(4);
  });

  it('are given one by one: neither, and both, are refused', () => {
    expect(readPart({ share: 0.5, weight: null }, [])).toEqual({ by: 'share', value: 0.5 });
    expect(readPart({ weight: 50 }, [])).toEqual({ by: 'weight', value: 50 });
    const field = ['shares', '1'];
    expect(() => readPart({ share: 0, weight: 0 }, field)).toThrow(
      'Expected shares.1.share or its older form weight, got both (0 and 0). Leave weight out.',
    );
    expect(() => readPart({ weight: null }, field)).toThrow(
      'Expected shares.1.share, a number from 0 to 1, got nothing.',
    );
  });
});
