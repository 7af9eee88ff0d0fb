import { describe, expect, it } from '@jest/globals';
import { Backoff } from '../../src/deployments/backoff.js';

function started() {
  const clock = { now: 0 };
  return { clock, backoff: new Backoff(() => clock.now) };
}

describe('waiting before another attempt', () => {
  it('doubles from 100 ms up to 30 s', () => {
    const { backoff } = started();
    expect(Array.from({ length: 12 }, () => backoff.failed())).toEqual([
      100, 200, 400, 800, 1_600, 3_200, 6_400, 12_800, 25_600, 30_000, 30_000, 30_000,
    ]);
  });

  it('goes on after less than a minute of health, and begins anew after a minute', () => {
    const { backoff, clock } = started();
    backoff.failed();
    backoff.recovered();
    clock.now += 59_999;
    expect(backoff.failed()).toBe(200);
    backoff.recovered();
    clock.now += 60_000;
    expect(backoff.failed()).toBe(100);
    expect(backoff.attempts).toBe(1);
  });

  it('does not take time spent on attempts for health', () => {
    const { backoff, clock } = started();
    backoff.recovered();
    backoff.failed();
    clock.now += 600_000;
    expect(backoff.failed()).toBe(200);
  });
});
