import { describe, expect, it, jest } from '@jest/globals';
import { Batcher } from '../../src/inference/batcher.js';
import { Lifetime } from '../../src/inference/deadline.js';
import { Attempts, LostInCompany } from '../../src/inference/lost-run.js';
import { RunnerLost, type RunUnderWay } from '../../src/runtime/index.js';
import { DomainError } from '../../src/platform/errors.js';
import { FakeModel, joining, settled, tensor } from './fake-model.js';

const lost = (atWork: boolean) =>
  new RunnerLost('it took too long', { end: 'TOO_LONG', atWork, ...(atWork && { code: 'RUN_TOO_LONG' }) });

describe('a request whose runner was lost', () => {
  it('is told at once when it was alone, and the fault its own', () => {
    const attempts = new Attempts();
    expect(() => attempts.failed(lost(true))).toThrow('it took too long');
  });

  it('is run again alone, once, when it shared the run', () => {
    const attempts = new Attempts();
    attempts.failed(new LostInCompany(lost(true)));
    expect(attempts.alone).toBe(true);
    expect(() => attempts.failed(lost(true))).toThrow(expect.objectContaining({ code: 'RUN_TOO_LONG' }));
  });

  it('is given to a model again when it had not begun, but not for ever', () => {
    const attempts = new Attempts();
    let times = 0;
    expect(() => {
      for (; times < 100; times += 1) attempts.failed(lost(false));
    }).toThrow(expect.objectContaining({ code: 'UNAVAILABLE' }));
    expect(times).toBeGreaterThan(1);
    expect(times).toBeLessThan(10);
    expect(attempts.alone).toBe(false);
  });

  it('is told whatever else went wrong', () => {
    const error = new DomainError('RUN_FAILED', 'no');
    expect(() => new Attempts().failed(error)).toThrow(error);
  });
});

describe('the batcher', () => {
  const ask = (batcher: Batcher, row: number, more: { lifetime?: Lifetime; suspect?: boolean } = {}) =>
    batcher.run([tensor([row])], undefined, { priority: 'NORMAL', lifetime: new Lifetime(), ...more });

  it('says to each of a shared run that it was not alone when the runner was lost', async () => {
    const model = new FakeModel();
    const batcher = new Batcher(model.run, joining());
    const outcomes = Promise.allSettled([1, 2, 3].map((row) => ask(batcher, row)));
    await settled();
    await model.runs[0]?.fail(lost(true));
    for (const outcome of await outcomes)
      expect(outcome).toMatchObject({ status: 'rejected', reason: expect.any(LostInCompany) });
  });

  it('runs suspects alone and after everybody else', async () => {
    const model = new FakeModel();
    const batcher = new Batcher(model.run, joining());
    const answers = [
      ask(batcher, 1, { suspect: true }),
      ask(batcher, 2, { suspect: true }),
      ask(batcher, 3),
      ask(batcher, 4),
    ];
    await settled();
    await model.finishAll();
    await Promise.all(answers);
    expect(model.runs.map(({ rows }) => rows)).toEqual([[3, 4], [1], [2]]);
  });

  describe('when nobody waits for a run any more', () => {
    const followed = { atWork: true, followers: 0 } as unknown as RunUnderWay;

    const abandonedRun = async (others: boolean): Promise<RunUnderWay[]> => {
      jest.useFakeTimers({ doNotFake: ['setImmediate', 'queueMicrotask', 'nextTick', 'performance'] });
      try {
        const ended: RunUnderWay[] = [];
        const model = new FakeModel();
        const batcher = new Batcher(
          (inputs, outputs, options) => {
            options.taken?.(followed);
            return model.run(inputs, outputs, options);
          },
          { replicas: 1, joining: null, abandonment: { graceMs: 1_000, end: (run) => ended.push(run) } },
        );
        const lifetime = new Lifetime();
        const gone = expect(ask(batcher, 1, { lifetime })).rejects.toThrow('gone');
        await settled();
        // One may be on its way to the process beside the one at work; the third waits in the queue.
        const waiting = others ? [2, 3].map((row) => ask(batcher, row)) : [];
        await settled();
        lifetime.finish(new Error('gone'));
        await gone;
        jest.advanceTimersByTime(999);
        expect(ended).toEqual([]);
        jest.advanceTimersByTime(1);
        await model.finishAll();
        await Promise.all(waiting);
        jest.advanceTimersByTime(10_000);
        return ended;
      } finally {
        jest.useRealTimers();
      }
    };

    it('ends it after the grace while others wait', async () => {
      expect(await abandonedRun(true)).toEqual([followed]);
    });

    it('lets it go on while nobody else wants the model', async () => {
      expect(await abandonedRun(false)).toEqual([]);
    });
  });
});
