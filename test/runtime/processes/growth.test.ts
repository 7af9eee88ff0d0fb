import { describe, expect, it } from '@jest/globals';
import { Growth } from '../../../src/runtime/processes/growth.js';

const MB = 1e6;

function watched() {
  const clock = { now: 0 };
  return { clock, growth: new Growth(100 * MB, () => clock.now) };
}

describe('a process that has grown', () => {
  it('is left while it holds about what the warm-up took', () => {
    expect(watched().growth.mayGiveBack(300 * MB)).toBe(false);
  });

  it('is replaced once it holds far more', () => {
    expect(watched().growth.mayGiveBack(800 * MB)).toBe(true);
  });

  it('is left when its callers need that much again and again, and replaced when they need twice as much', () => {
    const { clock, growth } = watched();
    expect(growth.mayGiveBack(800 * MB)).toBe(true);
    clock.now = 60_000;
    expect(growth.mayGiveBack(800 * MB)).toBe(false);
    expect(growth.limitBytes).toBe(1600 * MB);
    clock.now = 3_600_000;
    expect(growth.mayGiveBack(1700 * MB)).toBe(true);
    expect(growth.limitBytes).toBeLessThan(800 * MB);
  });
});
