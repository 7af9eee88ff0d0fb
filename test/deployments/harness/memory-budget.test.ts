import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { MemoryBudget, type Place, type Resident } from '../../../src/deployments/harness/memory-budget.js';

/** A model of so many bytes, as the budget sees it. */
class Model implements Resident {
  loaded = true;
  busy = false;

  constructor(
    readonly name: string,
    readonly size: number,
    public lastUsed: number,
    private readonly place: Place,
    private readonly unloaded: string[] = [],
  ) {
    place.occupy(this);
  }

  get memoryBytes(): number {
    return this.loaded ? this.size : 0;
  }

  async unload(): Promise<boolean> {
    if (this.busy) return false;
    // As a real one: the memory is free some time later.
    await new Promise((resolve) => setImmediate(resolve));
    this.loaded = false;
    this.unloaded.push(this.name);
    this.place.free();
    return true;
  }
}

describe('the memory of all models together', () => {
  it('makes room by unloading those that were idle longest, and no more of them than needed', async () => {
    const budget = new MemoryBudget(100);
    const gone: string[] = [];
    for (const [name, lastUsed] of [
      ['b', 2],
      ['a', 1],
      ['c', 3],
    ] as const)
      new Model(name, 30, lastUsed, await budget.reserve(30, name), gone);
    await budget.reserve(60, 'new');
    expect(gone).toEqual(['a', 'b']);
    expect(budget.usedBytes).toBe(90);
  });

  it('never unloads what is busy, and nothing in vain', async () => {
    const budget = new MemoryBudget(100);
    const gone: string[] = [];
    const busy = new Model('busy', 60, 1, await budget.reserve(60, 'busy'), gone);
    busy.busy = true;
    new Model('idle', 30, 2, await budget.reserve(30, 'idle'), gone);
    await expect(budget.reserve(50, 'esol@2')).rejects.toMatchObject({
      code: 'OVERLOADED',
      retryAfterMs: 1_000,
      message: expect.stringMatching(
        /^There is no room for esol@2: .*RETORT_MODEL_MEMORY_BYTES.*Undeploy what is not needed/,
      ),
    });
    expect(gone).toEqual([]);
    expect(budget.usedBytes).toBe(90);
  });

  it('promises nothing to a model larger than everything', async () => {
    const budget = new MemoryBudget(100);
    await expect(budget.reserve(101, 'huge@1')).rejects.toMatchObject({
      code: 'OVERLOADED',
      retryAfterMs: undefined,
    });
    expect(budget.usedBytes).toBe(0);
  });

  it('waits for one that is being loaded, when that may make room', async () => {
    const budget = new MemoryBudget(100);
    const loading = await budget.reserve(80, 'first');
    let settled = false;
    const second = budget.reserve(80, 'second').finally(() => (settled = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(settled).toBe(false);
    const gone: string[] = [];
    new Model('first', 80, 1, loading, gone);
    await second;
    expect(gone).toEqual(['first']);
  });

  it('gives back the room of a load that failed, to whoever waits for it', async () => {
    const budget = new MemoryBudget(100);
    const loading = await budget.reserve(80, 'first');
    const second = budget.reserve(80, 'second');
    loading.free();
    await second;
    expect(budget.usedBytes).toBe(80);
  });

  it('is never exceeded, whatever is loaded, used and unloaded at once', async () => {
    const load = fc.record({
      size: fc.integer({ min: 1, max: 60 }),
      actual: fc.integer({ min: 1, max: 60 }),
      stays: fc.boolean(),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(load, { minLength: 1, maxLength: 12 }), async (loads) => {
        const budget = new MemoryBudget(100);
        let clock = 0;
        await Promise.all(
          loads.map(async ({ size, actual, stays }, index) => {
            let place: Place;
            try {
              place = await budget.reserve(size, `m@${index}`);
            } catch {
              return;
            }
            expect(budget.usedBytes).toBeLessThanOrEqual(100);
            await new Promise((resolve) => setImmediate(resolve));
            try {
              await place.resize(actual);
            } catch {
              place.free();
              return;
            }
            expect(budget.usedBytes).toBeLessThanOrEqual(100);
            if (stays) new Model(`m@${index}`, actual, (clock += 1), place);
            else place.free();
          }),
        );
        expect(budget.usedBytes).toBeLessThanOrEqual(100);
      }),
    );
  });
});
