import { describe, expect, it } from '@jest/globals';
import { Foreground } from '../../src/platform/foreground.js';

describe('work that nobody waits for', () => {
  it('goes on at once when nobody waits for anything', async () => {
    await new Foreground().idle();
  });

  it('goes on when the last of those under way has its answer', async () => {
    const foreground = new Foreground(600_000);
    const [first, second] = [foreground.begin(), foreground.begin()];
    const seen: string[] = [];
    const waiting = foreground.idle().then(() => seen.push('goes on'));
    await new Promise(setImmediate);
    seen.push('first');
    first();
    await Promise.resolve();
    seen.push('second');
    second();
    await waiting;
    expect(seen).toEqual(['first', 'second', 'goes on']);
  });

  it('does not wait for ever', async () => {
    const foreground = new Foreground();
    const end = foreground.begin();
    await Promise.all([foreground.idle(), foreground.idle()]);
    end();
  });
});
