import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readRhythm } from '../../src/batch/schedules/rhythm.js';

const at = (text: string) => new Date(text);

describe('a rhythm', () => {
  it.each([
    { every: '0 6 * * MON', zone: 'UTC', now: '2026-11-30T06:00:00Z', next: '2026-12-07T06:00:00.000Z' },
    { every: '*/15 * * * *', zone: 'UTC', now: '2026-11-30T06:07:00Z', next: '2026-11-30T06:15:00.000Z' },
    {
      every: '0 3 * * *',
      zone: 'Europe/Berlin',
      now: '2026-07-01T00:00:00Z',
      next: '2026-07-01T01:00:00.000Z',
    },
    {
      every: '0 3 * * *',
      zone: 'Europe/Berlin',
      now: '2026-12-01T00:00:00Z',
      next: '2026-12-01T02:00:00.000Z',
    },
    { every: '0 0 29 2 *', zone: 'UTC', now: '2026-01-01T00:00:00Z', next: '2028-02-29T00:00:00.000Z' },
    { every: 'P1D', zone: 'UTC', now: '2026-11-30T06:07:00Z', next: '2026-12-01T06:07:00.000Z' },
  ])('$every in $zone is due after $now at $next', ({ every, zone, now, next }) => {
    expect(readRhythm(every, zone).next(at(now), null).toISOString()).toBe(next);
  });

  it('by the clock is due once when the hour is twice, and when it is left out', () => {
    const daily = readRhythm('30 2 * * *', 'Europe/Berlin');
    const days: string[] = [];
    let now = at('2026-03-27T12:00:00Z');
    while (now < at('2026-03-31T00:00:00Z'))
      days.push((now = daily.next(now, now)).toISOString().slice(0, 10));
    expect(new Set(days).size).toBe(days.length);
    now = at('2026-10-24T12:00:00Z');
    const autumn = [daily.next(now, now)];
    autumn.push(daily.next(autumn[0] ?? now, autumn[0] ?? now));
    expect(autumn.map((time) => time.toISOString().slice(0, 10))).toEqual(['2026-10-25', '2026-10-26']);
  });

  it('makes one run of all that were missed, and keeps its pace', () => {
    const minutes = fc.integer({ min: 1, max: 500_000 });
    fc.assert(
      fc.property(minutes, fc.integer({ min: 0, max: 2 ** 40 }), (period, late) => {
        const rhythm = readRhythm(`PT${period}M`, 'UTC');
        const before = at('2026-11-30T06:00:00Z');
        const now = new Date(before.getTime() + late);
        const next = rhythm.next(now, before);
        expect(next.getTime()).toBeGreaterThan(now.getTime());
        expect(next.getTime() - now.getTime()).toBeLessThanOrEqual(period * 60_000);
        expect((next.getTime() - before.getTime()) % (period * 60_000)).toBe(0);
      }),
    );
  });

  it.each([
    '',
    'P',
    'PT59S',
    'P400D',
    '* * * *',
    '* * * * * *',
    'hello',
    '60 * * * *',
    '0 0 31 4 *',
    'x'.repeat(101),
  ])('refuses %j', (every) => {
    expect(() => readRhythm(every, 'UTC')).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
