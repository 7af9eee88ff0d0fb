import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { shortestFloat32 } from '../../src/tensors/shortest-float.js';

/** Digits without sign, point and exponent. */
const digitsOf = (value: number) => value.toExponential().replace(/^-|e.*$|\./g, '').length;
/** The least precision that reads back to the same float, tried one after the other. */
function fewestDigits(value: number): number {
  for (let digits = 1; digits < 9; digits += 1)
    if (Math.fround(Number(value.toPrecision(digits))) === value) return digits;
  return 9;
}
const bits = (value: number) => new Float32Array(new Uint32Array([value]).buffer)[0] ?? 0;

describe('FP32 as JSON', () => {
  it('reads back to the same float, with the fewest digits there are', () => {
    const anyFloat = fc
      .integer({ min: 0, max: 2 ** 32 - 1 })
      .map(bits)
      .filter(Number.isFinite);
    fc.assert(
      fc.property(anyFloat, (value) => {
        const short = shortestFloat32(value);
        expect(Math.fround(short)).toBe(value);
        expect(digitsOf(short)).toBeLessThanOrEqual(fewestDigits(value));
      }),
      { numRuns: 5_000 },
    );
  });

  it('holds at every power of two, whose neighbours are not equally far, and at the smallest numbers', () => {
    const exponents = Array.from({ length: 254 }, (_, exponent) => bits((exponent + 1) << 23));
    const smallest = Array.from({ length: 500 }, (_, mantissa) => bits(mantissa + 1));
    for (const value of [...exponents, ...smallest]) {
      expect(Math.fround(shortestFloat32(value))).toBe(value);
      expect(digitsOf(shortestFloat32(value))).toBeLessThanOrEqual(fewestDigits(value));
    }
  });

  it.each([
    [Math.fround(0.1), '0.1'],
    [Math.fround(-1.1755), '-1.1755'],
    [Math.fround(16_777_216), '16777216'],
    [Math.fround(3.4028234663852886e38), '3.4028235e+38'],
    [Math.fround(1e-45), '1e-45'],
    [0, '0'],
  ])('writes %d as %s', (value, text) => {
    expect(JSON.stringify(shortestFloat32(value))).toBe(text);
  });
});
