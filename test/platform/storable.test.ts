import { describe, expect, it } from '@jest/globals';
import { storable } from '../../src/platform/database/storable.js';

describe('storable', () => {
  it.each([
    ['a text with U+0000', 'a\0b', 'a\uFFFDb'],
    ['half a surrogate pair', 'a\uD83Db\uDE00', 'a\uFFFDb\uFFFD'],
    [
      'JSON, in keys and values',
      { 'k\0': ['\0', { deep: '\uDC00' }] },
      { 'k\uFFFD': ['\uFFFD', { deep: '\uFFFD' }] },
    ],
  ])('replaces what PostgreSQL cannot hold: %s', (_, given, expected) => {
    expect(storable(given)).toEqual(expected);
  });

  it.each([
    ['whole surrogate pairs', 'a😀b'],
    ['an object that is no JSON', new Date(0)],
    ['bytes', new Uint8Array([0, 1])],
    ['nested values', { a: [1n, null, 'x', { b: undefined }] }],
  ])('gives back the very same value when there is nothing to replace: %s', (_, given) => {
    expect(storable(given)).toBe(given);
  });
});
