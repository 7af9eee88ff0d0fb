import { describe, expect, it } from '@jest/globals';
import { Deadline, Lifetime } from '../../src/inference/deadline.js';
import { PreciseTimer } from '../../src/inference/precise-timer.js';

const endOf = (lifetime: Lifetime) => new Promise<Error>((resolve) => lifetime.listen({ ended: resolve }));

describe('a deadline', () => {
  it('ends when the time is over', async () => {
    const deadline = new Deadline(1);
    expect(deadline.reason).toBeUndefined();
    expect(await endOf(deadline)).toMatchObject({
      code: 'DEADLINE_EXCEEDED',
      message: expect.stringContaining('1 ms'),
    });
    expect(deadline.signal.reason).toBe(deadline.reason);
    deadline.clear();
  });

  it('ends when the caller goes, before or after it began', async () => {
    const controller = new AbortController();
    const deadline = new Deadline(null, controller.signal);
    const end = endOf(deadline);
    controller.abort();
    expect(await end).toMatchObject({ code: 'DEADLINE_EXCEEDED', message: 'The caller disconnected.' });
    const late = new Deadline(null, controller.signal);
    expect(late.reason).toMatchObject({ message: 'The caller disconnected.' });
    for (const one of [deadline, late]) one.clear();
  });

  it('hears nothing after it was cleared', () => {
    const controller = new AbortController();
    const deadline = new Deadline(null, controller.signal);
    deadline.clear();
    controller.abort();
    expect(deadline.reason).toBeUndefined();
  });

  it.each([0, -1, 1.5, 600_001, NaN])('refuses %p milliseconds', (ms) => {
    expect(() => new Deadline(ms)).toThrow(
      expect.objectContaining({ code: 'INVALID_ARGUMENT', field: ['deadlineMs'] }),
    );
  });
});

describe('a lifetime', () => {
  it('tells each listener once, also through its signal, and only of its first end', () => {
    const lifetime = new Lifetime();
    const heard: unknown[] = [];
    const listener = { ended: (reason: Error) => heard.push(reason) };
    const left = { ended: () => heard.push('left') };
    lifetime.listen(listener);
    lifetime.listen(left);
    lifetime.unlisten(left);
    const { signal } = lifetime;
    const first = new Error('first');
    lifetime.finish(first);
    lifetime.finish(new Error('second'));
    expect(heard).toEqual([first]);
    expect(signal.reason).toBe(first);
    expect(lifetime.reason).toBe(first);
  });

  it('races work against its end, and lets no late failure go unhandled', async () => {
    const lifetime = new Lifetime();
    expect(await lifetime.race(Promise.resolve(1))).toBe(1);
    await expect(lifetime.race(Promise.reject(new Error('its own')))).rejects.toThrow('its own');
    let fail: (error: Error) => void = () => undefined;
    const raced = lifetime.race(new Promise((_resolve, reject) => (fail = reject)));
    lifetime.finish(new Error('gone'));
    await expect(raced).rejects.toThrow('gone');
    fail(new Error('too late to matter'));
    await expect(lifetime.race(Promise.reject(new Error('also too late')))).rejects.toThrow('gone');
  });
});

describe('a precise timer', () => {
  it('calls back once, never early, and only for what it was last set to', async () => {
    for (const waitMs of [0, 0.2, 3]) {
      const calls: number[] = [];
      let due = 0;
      await new Promise<void>((resolve) => {
        const timer = new PreciseTimer(() => {
          calls.push(performance.now());
          resolve();
        });
        timer.set(performance.now() + 3_600_000);
        due = performance.now() + waitMs;
        timer.set(due);
      });
      expect(calls).toHaveLength(1);
      expect(calls[0]).toBeGreaterThanOrEqual(due);
    }
  });

  it('does nothing once cleared', async () => {
    const calls: string[] = [];
    const cleared = new PreciseTimer(() => calls.push('cleared'));
    const due = performance.now() + 1;
    cleared.set(due);
    cleared.clear();
    await new Promise<void>((resolve) => {
      new PreciseTimer(() => {
        calls.push('kept');
        resolve();
      }).set(due + 1);
    });
    expect(calls).toEqual(['kept']);
  });
});
