import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { inTurns } from '../../src/platform/in-turns.js';
import { joined, writtenText } from '../../src/http/written-text.js';

const never = new AbortController().signal;

/** Steps that each take long enough for others to be due. */
function* longSteps(count: number, taken: number[]): Generator<void> {
  for (let step = 0; step < count; step += 1) {
    const begun = performance.now();
    while (performance.now() - begun < 6);
    taken.push(step);
    yield;
  }
}

describe('work in turns', () => {
  it('lets others have the event loop between its steps', async () => {
    let turns = 0;
    let over = false;
    const count = (): void => {
      turns += 1;
      if (!over) setImmediate(count);
    };
    setImmediate(count);
    const taken: number[] = [];
    await inTurns(longSteps(10, taken));
    over = true;
    expect(taken).toHaveLength(10);
    expect(turns).toBeGreaterThanOrEqual(9);
  });

  it('ends between two steps when nobody waits any more', async () => {
    const leaving = new AbortController();
    const taken: number[] = [];
    const reason = new Error('gone');
    setImmediate(() => leaving.abort(reason));
    await expect(inTurns(longSteps(1_000, taken), leaving.signal)).rejects.toBe(reason);
    expect(taken.length).toBeLessThan(1_000);
  });

  it('throws what a step throws', async () => {
    const broken = (function* () {
      yield;
      throw new RangeError('broken');
    })();
    await expect(inTurns(broken)).rejects.toThrow('broken');
  });
});

describe('a text written in pieces', () => {
  it('is the pieces one behind the other', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.string({ unit: 'grapheme' })), async (pieces) => {
        expect((await writtenText(pieces, never)).toString()).toBe(pieces.join(''));
      }),
    );
  });

  it('is joined with bytes beyond what is copied at once', async () => {
    const parts = [0, 1, 3_000_000, 7].map((length, index) => Buffer.alloc(length, index + 65));
    expect((await joined(parts, never)).equals(Buffer.concat(parts))).toBe(true);
  });
});
