import { describe, expect, it } from '@jest/globals';
import { Turnstile } from '../../src/platform/turnstile.js';

const never = new AbortController().signal;

function held() {
  let release: () => void = () => undefined;
  const until = new Promise<void>((resolve) => (release = resolve));
  return { until, release: () => release() };
}

describe('Turnstile', () => {
  it('lets so many run at once and hands turns on in order', async () => {
    const turns = new Turnstile('things are waiting', { atOnce: 2, waiting: 10 });
    const begun: number[] = [];
    const work = Array.from({ length: 4 }, held);
    const passes = work.map(({ until }, index) =>
      turns.pass(never, () => {
        begun.push(index);
        return until.then(() => index);
      }),
    );
    await Promise.resolve();
    expect(begun).toEqual([0, 1]);
    work[1]?.release();
    await passes[1];
    expect(begun).toEqual([0, 1, 2]);
    for (const { release } of work) release();
    expect(await Promise.all(passes)).toEqual([0, 1, 2, 3]);
  });

  it('hands its turn on when the work fails', async () => {
    const turns = new Turnstile('things are waiting', { atOnce: 1, waiting: 1 });
    const [failing, next] = [
      turns.pass(never, () => Promise.reject(new Error('broken'))),
      turns.pass(never, async () => 'done'),
    ];
    await expect(failing).rejects.toThrow('broken');
    expect(await next).toBe('done');
  });

  it('never begins what was aborted while it waited', async () => {
    const turns = new Turnstile('things are waiting', { atOnce: 1, waiting: 5 });
    const first = held();
    const running = turns.pass(never, () => first.until);
    const leaving = new AbortController();
    const begun: string[] = [];
    const gone = turns.pass(leaving.signal, async () => begun.push('gone'));
    const stays = turns.pass(never, async () => begun.push('stays'));
    leaving.abort(new Error('left'));
    await expect(gone).rejects.toThrow('left');
    first.release();
    await Promise.all([running, stays]);
    expect(begun).toEqual(['stays']);
  });

  it('refuses more than may wait, and says when to try again', async () => {
    const turns = new Turnstile('things are waiting', { atOnce: 1, waiting: 1 });
    const first = held();
    const running = turns.pass(never, () => first.until);
    const waiting = turns.pass(never, async () => 'done');
    await expect(turns.pass(never, async () => 'too many')).rejects.toMatchObject({
      code: 'OVERLOADED',
      message: '1 things are waiting already. Try again in a while.',
      retryAfterMs: 5_000,
    });
    first.release();
    expect(await waiting).toBe('done');
    await running;
  });

  it('is entered without waiting only while there is room', async () => {
    const turns = new Turnstile('things are waiting', { atOnce: 1, waiting: 1 });
    expect(turns.tryEnter()).toBe(true);
    expect(turns.tryEnter()).toBe(false);
    const next = turns.enter(never);
    turns.leave();
    await next;
    // The turn was handed on.
    expect(turns.tryEnter()).toBe(false);
    turns.leave();
    expect(turns.tryEnter()).toBe(true);
  });
});
