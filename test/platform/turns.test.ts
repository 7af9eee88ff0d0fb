import { describe, expect, it } from '@jest/globals';
import { TurnsByKey } from '../../src/platform/turns.js';

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

describe('turns', () => {
  it('does work on one key in order, also after a failure, and other keys at once', async () => {
    const turns = new TurnsByKey();
    const done: string[] = [];
    const gate = deferred();
    const first = turns.run('a', async () => {
      await gate.promise;
      done.push('a1');
      throw new Error('on purpose');
    });
    const second = turns.run('a', async () => {
      done.push('a2');
      return 2;
    });
    await turns.run('b', async () => void done.push('b'));
    expect(done).toEqual(['b']);
    gate.resolve();
    await expect(first).rejects.toThrow('on purpose');
    expect(await second).toBe(2);
    expect(done).toEqual(['b', 'a1', 'a2']);
  });
});
