import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../../src/platform/text/duration.js';

describe('durations', () => {
  it.each([
    { text: 'PT5M', ms: 300_000 },
    { text: 'PT1H30M', ms: 5_400_000 },
    { text: 'P1D', ms: 86_400_000 },
    { text: 'P2W', ms: 1_209_600_000 },
    { text: 'P1DT12H', ms: 129_600_000 },
    { text: 'PT0.25S', ms: 250 },
    { text: 'PT1,5S', ms: 1_500 },
    { text: 'PT0S', ms: 0 },
  ])('reads $text', ({ text, ms }) => {
    expect(parseDuration(text)).toBe(ms);
  });

  it.each([
    '',
    'P',
    'PT',
    'P1DT',
    '5M',
    'PT5',
    'P1M',
    'P1Y',
    'pt5m',
    'PT-5M',
    '-PT5M',
    'PT5M ',
    'PT5M3H',
    'P1H',
  ])('refuses %j', (text) => {
    expect(parseDuration(text)).toBeNull();
  });

  it('refuses digits without end, and what no number holds', () => {
    expect(parseDuration(`PT${'9'.repeat(1_000_000)}S`)).toBeNull();
    expect(parseDuration('P99999999999999W')).toBeNull();
  });

  it('writes what it reads back', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e13 }), (ms) => {
        expect(parseDuration(formatDuration(ms))).toBe(ms);
      }),
    );
    expect(formatDuration(90_061_500)).toBe('P1DT1H1M1.5S');
  });
});
