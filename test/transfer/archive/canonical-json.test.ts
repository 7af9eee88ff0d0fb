import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { canonicalJson } from '../../../src/transfer/archive/canonical-json.js';

describe('canonical JSON', () => {
  it('orders keys by their characters, also those that look like numbers', () => {
    expect(canonicalJson({ b: 1, 10: 2, 9: 3, a: [{ d: null, c: true }] })).toBe(
      '{"10":2,"9":3,"a":[{"c":true,"d":null}],"b":1}',
    );
  });

  // RFC 8785, appendix B.
  it.each([
    [1e21, '1e+21'],
    [-0, '0'],
    [5e-324, '5e-324'],
    [1e-7, '1e-7'],
  ])('writes %p as %p', (value, text) => expect(canonicalJson(value)).toBe(text));

  it('is the same for what is equal, and says all of it', () => {
    fc.assert(
      fc.property(fc.jsonValue(), (value) => {
        const text = canonicalJson(value);
        // What JSON itself keeps of a value: it has no negative zero.
        expect(JSON.parse(text)).toEqual(JSON.parse(JSON.stringify(value)));
        expect(canonicalJson(JSON.parse(text))).toBe(text);
      }),
    );
  });
});
