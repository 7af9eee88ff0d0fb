import { describe, expect, it } from '@jest/globals';
import { Turns } from '../../src/artifacts/turns.js';

function deferred(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => (resolve = done));
  return { promise, resolve };
}

describe('turns', () => {
  it('does work on one key in order, also after a failure, and other keys at once', async () => {
    const turns = new Turns();
    const done: string[] = [];
    const gate = deferred();
    const first = turns.take('a', async () => {
      await gate.promise;
      done.push('a1');
      throw new Error('on purpose');
    });
    const second = turns.take('a', async () => {
      done.push('a2');
      return 2;
    });
    await turns.take('b', async () => void done.push('b'));
    expect(done).toEqual(['b']);
    gate.resolve();
    await expect(first).rejects.toThrow('on purpose');
    expect(await second).toBe(2);
    expect(done).toEqual(['b', 'a1', 'a2']);
  });
});
