import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { requestedRange } from '../../../src/rest/files/byte-range.js';

describe('requestedRange', () => {
  it.each([
    ['bytes=0-9', 100, { start: 0, end: 9 }],
    ['bytes=90-', 100, { start: 90, end: 99 }],
    ['bytes=-10', 100, { start: 90, end: 99 }],
    ['bytes=-1000', 100, { start: 0, end: 99 }],
    ['bytes=95-1000', 100, { start: 95, end: 99 }],
    ['Bytes=0-0', 100, { start: 0, end: 0 }],
    ['bytes=100-', 100, 'unsatisfiable'],
    ['bytes=-0', 100, 'unsatisfiable'],
    ['bytes=0-', 0, 'unsatisfiable'],
    ['bytes=9-0', 100, 'whole'],
    ['bytes=-', 100, 'whole'],
    ['bytes=0-1,5-6', 100, 'whole'],
    ['items=0-9', 100, 'whole'],
    ['bytes=a-b', 100, 'whole'],
    [undefined, 100, 'whole'],
  ] as const)('reads %s of %i bytes', (header, size, expected) =>
    expect(requestedRange(header, size)).toEqual(expected),
  );

  it('never leaves the file', () => {
    const edge = fc.oneof(fc.constant(''), fc.nat().map(String), fc.bigInt({ min: 0n }).map(String));
    fc.assert(
      fc.property(edge, edge, fc.nat(), (first, last, size) => {
        const range = requestedRange(`bytes=${first}-${last}`, size);
        if (typeof range === 'string') return;
        expect(range.start).toBeGreaterThanOrEqual(0);
        expect(range.start).toBeLessThanOrEqual(range.end);
        expect(range.end).toBeLessThan(size);
      }),
    );
  });
});
