import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { PRIORITIES, type Priority } from '../../src/inference/priority.js';
import { RequestQueue, TURNS_PER_ELDEST, type Ticket } from '../../src/inference/request-queue.js';

interface Asked {
  readonly id: number;
  readonly key: string | null;
  readonly rows: number;
  readonly priority: Priority;
}

const arrival = fc.record({
  key: fc.option(fc.constantFrom('a', 'b', 'c'), { freq: 5, nil: null }),
  rows: fc.integer({ min: 0, max: 9 }),
  priority: fc.constantFrom(...PRIORITIES),
});
/** What happens to a queue: requests arrive, a turn is taken, one that waits leaves. */
const steps = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: arrival },
    { weight: 2, arbitrary: fc.constant('turn' as const) },
    { weight: 1, arbitrary: fc.record({ leaves: fc.nat() }) },
  ),
  { maxLength: 120 },
);

describe('the queue of a model', () => {
  it('gives every request one turn or lets it leave, in order within key and priority, and never mixes keys', () => {
    fc.assert(
      fc.property(steps, fc.integer({ min: 1, max: 12 }), (happens, limit) => {
        const queue = new RequestQueue<Asked>();
        const waiting: Ticket<Asked>[] = [];
        let ids = 0;
        const takeTurn = () => {
          const taken = queue.take(() => limit);
          const [leader] = taken;
          if (!leader) {
            expect(waiting).toHaveLength(0);
            return;
          }
          if (taken.length > 1) {
            expect(leader.key).not.toBeNull();
            expect(taken.reduce((sum, { rows }) => sum + rows, 0)).toBeLessThanOrEqual(limit);
          }
          for (const request of taken) {
            expect(request.key).toBe(leader.key);
            const earlier = waiting.filter(
              ({ value }) =>
                value.id < request.id &&
                value.key === request.key &&
                value.priority === request.priority &&
                !taken.includes(value),
            );
            // Requests that run alone have no order among themselves but that of their priority.
            expect(earlier).toHaveLength(0);
            const place = waiting.findIndex(({ value }) => value === request);
            expect(place).not.toBe(-1);
            waiting.splice(place, 1);
          }
        };
        for (const step of happens) {
          if (step === 'turn') takeTurn();
          else if ('leaves' in step) {
            const [left] = waiting.splice(step.leaves % Math.max(1, waiting.length), 1);
            if (left) queue.remove(left);
            if (left) queue.remove(left);
          } else {
            const value = { id: ids++, ...step };
            waiting.push(queue.add(value, step, 0));
          }
          expect(queue.length).toBe(waiting.length);
        }
        while (waiting.length > 0) takeTurn();
        expect(queue.length).toBe(0);
        expect(queue.take(() => limit)).toEqual([]);
      }),
    );
  });

  it('starves nobody: behind k others, a request leads or shares one of the next 8 (k + 1) turns', () => {
    const flood = fc.array(fc.array(arrival, { maxLength: 4 }), { minLength: 1, maxLength: 30 });
    fc.assert(
      fc.property(
        flood,
        arrival,
        fc.array(arrival, { minLength: 1, maxLength: 3 }),
        (before, request, rivals) => {
          const queue = new RequestQueue<string>();
          for (const [turn, arrivals] of before.entries()) {
            for (const other of arrivals) queue.add('other', other, 0);
            if (turn % 3 === 0) queue.take(() => 9);
          }
          const bound = TURNS_PER_ELDEST * (queue.length + 1);
          queue.add('the one', request, 0);
          for (let turn = 1; turn <= bound; turn += 1) {
            // More arrives with every turn than a turn can take.
            for (const rival of rivals) queue.add('rival', { ...rival, key: null, priority: 'HIGH' }, 0);
            for (const rival of rivals) queue.add('rival', rival, 0);
            if (queue.take(() => 9).includes('the one')) return;
          }
          throw new Error(`had no turn among ${bound}`);
        },
      ),
    );
  });

  it('lets the more urgent go first, those of one priority by age whatever their key', () => {
    const queue = new RequestQueue<string>();
    const add = (value: string, key: string, priority: Priority) =>
      queue.add(value, { key, rows: 1, priority }, 0);
    add('low', 'a', 'LOW');
    add('normal a', 'a', 'NORMAL');
    add('normal b', 'b', 'NORMAL');
    add('high b', 'b', 'HIGH');
    add('high c', 'c', 'HIGH');
    const turns = Array.from({ length: 5 }, () => queue.take(() => 1).join());
    expect(turns).toEqual(['high b', 'high c', 'normal a', 'normal b', 'low']);
  });

  it('fills a turn with the most urgent of its key', () => {
    const queue = new RequestQueue<string>();
    for (const priority of ['LOW', 'NORMAL', 'HIGH'] as const)
      for (const number of [1, 2]) queue.add(`${priority} ${number}`, { key: 'a', rows: 1, priority }, 0);
    expect(queue.take(() => 4)).toEqual(['HIGH 1', 'HIGH 2', 'NORMAL 1', 'NORMAL 2']);
    expect(queue.take(() => 4)).toEqual(['LOW 1', 'LOW 2']);
  });

  describe('that keeps requests for company', () => {
    const normal = { key: 'a', rows: 1, priority: 'NORMAL' } as const;

    it('makes them due when there is enough company, or at the end of their time', () => {
      const queue = new RequestQueue<string>({ holdMs: 10, fullRows: 3 });
      queue.add('first', normal, 100);
      queue.add('of another key', { ...normal, key: 'b' }, 101);
      expect(queue.hasDue).toBe(false);
      expect(queue.nextDueAt).toBe(110);
      queue.add('second', { ...normal, rows: 2 }, 102);
      expect(queue.take(() => 9)).toEqual(['first', 'second']);
      expect(queue.nextDueAt).toBe(111);
      queue.release(110.9);
      expect(queue.hasDue).toBe(false);
      queue.release(111);
      expect(queue.take(() => 9)).toEqual(['of another key']);
      expect(queue.nextDueAt).toBeNull();
      expect(queue.length).toBe(0);
    });

    it('takes those still held along with one that is due', () => {
      const queue = new RequestQueue<string>({ holdMs: 10, fullRows: 8 });
      queue.add('due', normal, 0);
      queue.add('held', normal, 5);
      queue.release(10);
      expect(queue.take(() => 8)).toEqual(['due', 'held']);
      expect(queue.nextDueAt).toBeNull();
    });

    it('forgets one that leaves, and counts its rows no more', () => {
      const queue = new RequestQueue<string>({ holdMs: 10, fullRows: 3 });
      const left = queue.add('left', { ...normal, rows: 2 }, 0);
      queue.remove(left);
      queue.add('stays', { ...normal, rows: 2 }, 1);
      expect(queue.hasDue).toBe(false);
      expect(queue.nextDueAt).toBe(11);
      expect(queue.length).toBe(1);
    });

    it('never holds one that has no company to expect', () => {
      const queue = new RequestQueue<string>({ holdMs: 10, fullRows: 3 });
      queue.add('alone', { ...normal, key: null }, 0);
      expect(queue.take(() => 8)).toEqual(['alone']);
    });

    it('loses nobody, whatever the order of events', () => {
      const events = fc.array(
        fc.oneof(
          arrival,
          fc.constant('turn' as const),
          fc.record({ passes: fc.integer({ min: 0, max: 6 }) }),
        ),
        { maxLength: 80 },
      );
      fc.assert(
        fc.property(events, (happens) => {
          const queue = new RequestQueue<number>({ holdMs: 10, fullRows: 4 });
          const taken: number[] = [];
          let [now, added] = [0, 0];
          for (const event of happens) {
            if (event === 'turn') taken.push(...queue.take(() => 6));
            else if ('passes' in event) {
              now += event.passes;
              queue.release(now);
            } else queue.add(added++, event, now);
          }
          queue.release(now + 10);
          expect(queue.nextDueAt).toBeNull();
          while (queue.hasDue) taken.push(...queue.take(() => 6));
          expect(taken.toSorted((a, b) => a - b)).toEqual(Array.from({ length: added }, (_, id) => id));
        }),
      );
    });
  });
});
