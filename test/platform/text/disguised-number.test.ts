import { describe, expect, it } from '@jest/globals';
import { disguisedNumber } from '../../../src/platform/text/disguised-number.js';

describe('what people read as a number', () => {
  it.each([
    ['−1.5', '-1.5'],
    ['１２', '12'],
    ['1 000', '1000'],
    ['12\u202f345', '12345'],
    ['1,5', '1.5'],
    ['26', '26'],
    ['–7', '-7'],
    ['1e−3', '0.001'],
  ])('%j is written %s', (text, written) => {
    expect(disguisedNumber(text)).toBe(written);
  });

  it.each(['1,000', 'far', '', '1.2.3', '1,2,3', '--1', '٣'])('%j is none, or could be two', (text) => {
    expect(disguisedNumber(text)).toBeUndefined();
  });
});
