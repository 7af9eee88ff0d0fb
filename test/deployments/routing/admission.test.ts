import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Admission } from '../../../src/deployments/routing/admission.js';
import { DomainError } from '../../../src/platform/errors.js';

describe('letting requests in', () => {
  it('never holds more than it may, whatever comes and goes, and gives every place back once', () => {
    const step = fc.oneof(fc.constant('enter' as const), fc.nat({ max: 30 }));
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5 }), fc.array(step, { maxLength: 80 }), (limit, steps) => {
        const admission = new Admission('The model');
        const leaves: (() => void)[] = [];
        const inside = new Set<number>();
        for (const action of steps) {
          if (action === 'enter') {
            const place = leaves.length;
            try {
              leaves.push(admission.enter(limit));
              inside.add(place);
              expect(inside.size).toBeLessThanOrEqual(limit);
            } catch (error) {
              expect(inside.size).toBe(limit);
              expect(error).toMatchObject({ code: 'OVERLOADED' });
            }
          } else {
            // Also those that have left before: leaving twice must not make room twice.
            leaves[action]?.();
            inside.delete(action);
          }
        }
      }),
    );
  });

  it('says when to try again, from 10 ms to a minute', () => {
    const admission = new Admission('Deployment "esol"');
    admission.enter(1)();
    admission.enter(1);
    const refuse = () => admission.enter(1);
    expect(refuse).toThrow(DomainError);
    expect(refuse).toThrow(
      /^Deployment "esol" has 1 requests waiting or running, .*limits\.maxQueue is 1.* in \d+ ms\.$/,
    );
    try {
      refuse();
    } catch (error) {
      const { retryAfterMs } = error as DomainError;
      expect(retryAfterMs).toBeGreaterThanOrEqual(10);
      expect(retryAfterMs).toBeLessThanOrEqual(60_000);
    }
  });

  it('holds those who are inside to a bound that was lowered meanwhile', () => {
    const admission = new Admission('The model');
    const leaves = [admission.enter(3), admission.enter(3), admission.enter(3)];
    expect(() => admission.enter(2)).toThrow('3 requests');
    leaves.pop()?.();
    expect(() => admission.enter(2)).toThrow('2 requests');
    leaves.pop()?.();
    admission.enter(2);
  });
});
