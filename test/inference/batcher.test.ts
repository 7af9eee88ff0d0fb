import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Batcher, type BatchedResult, type Run } from '../../src/inference/batcher.js';
import { Lifetime } from '../../src/inference/deadline.js';
import { PRIORITIES, type Priority } from '../../src/inference/priority.js';
import { DomainError } from '../../src/platform/errors.js';
import { batchKey, doubled, FakeModel, firstColumn, joining, settled, tensor } from './fake-model.js';
import { rounds } from '../support/depth.js';

function ask(
  batcher: Batcher,
  rows: readonly number[],
  options: { width?: number; priority?: Priority; lifetime?: Lifetime } = {},
): Promise<BatchedResult> {
  const { width = 1, priority = 'NORMAL', lifetime = new Lifetime() } = options;
  return batcher.run([tensor(rows, width)], undefined, { priority, lifetime });
}

const sizes = (model: FakeModel) => model.runs.map(({ rows }) => rows.length);

describe('batcher', () => {
  it('gives every caller its own rows and settles each once, whatever is asked, cancelled or fails', async () => {
    const request = fc.record({
      rows: fc.integer({ min: 0, max: 6 }),
      fails: fc.integer({ min: 0, max: 5 }).map((drawn) => drawn === 0),
      width: fc.integer({ min: 1, max: 3 }),
      priority: fc.constantFrom(...PRIORITIES),
      startsAfter: fc.integer({ min: 0, max: 6 }),
      leavesAfter: fc.option(fc.integer({ min: 0, max: 8 }), { freq: 3 }),
    });
    const settings = fc.record({
      replicas: fc.integer({ min: 1, max: 3 }),
      joins: fc.boolean(),
      maxBatchSize: fc.integer({ min: 1, max: 9 }),
      maxDelayMicroseconds: fc.constantFrom(0, 0, 50, 1_500),
      preferredBatchSizes: fc.constantFrom([], [2, 4]),
      latencyTargetMs: fc.constantFrom(null, 2),
    });
    const pace = fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1, maxLength: 20 });
    await fc.assert(
      fc.asyncProperty(
        fc.array(request, { minLength: 1, maxLength: 40 }),
        settings,
        pace,
        async (requests, { replicas, joins, ...settingsOfBatches }, turns) => {
          const ran = new Map<number, number>();
          const run: Run = async ([input]) => {
            if (!input) throw new Error('no input');
            for (const value of firstColumn(input))
              ran.set(Math.abs(value), (ran.get(Math.abs(value)) ?? 0) + 1);
            for (let left = turns[ran.size % turns.length] ?? 0; left > 0; left -= 1) await turn();
            return doubled(input);
          };
          const batcher = new Batcher(run, {
            replicas,
            joining: joins ? { ...settingsOfBatches, keyOf: batchKey } : null,
          });
          let settledTimes = 0;
          await Promise.all(
            requests.map(async ({ rows, fails, width, priority, startsAfter, leavesAfter }, index) => {
              // No two rows of the whole run are alike, so that one in a wrong place shows.
              const values = Array.from(
                { length: rows },
                (_, row) => (1 + index * 10 + row) * (fails ? -1 : 1),
              );
              const isBad = fails && rows > 0;
              const lifetime = new Lifetime();
              for (let step = 0; step < startsAfter; step += 1) await turn();
              const answer = ask(batcher, values, { width, priority, lifetime });
              if (leavesAfter !== null) {
                void (async () => {
                  for (let step = 0; step < leavesAfter; step += 1) await turn();
                  lifetime.finish(new Error('gone'));
                })();
              }
              await answer.then(
                ({ outputs, batchRows }) => {
                  settledTimes += 1;
                  expect(isBad).toBe(false);
                  expect(outputs).toHaveLength(1);
                  expect(outputs[0]?.shape).toEqual([rows, width]);
                  expect([...(outputs[0]?.data as Float64Array)]).toEqual([
                    ...(tensor(values, width).data as Float64Array).map((value) => 2 * value),
                  ]);
                  expect(batchRows).toBeGreaterThanOrEqual(rows);
                },
                (error: unknown) => {
                  settledTimes += 1;
                  if (error instanceof DomainError) expect([isBad, error.code]).toEqual([true, 'RUN_FAILED']);
                  else expect([leavesAfter !== null, error]).toEqual([true, new Error('gone')]);
                },
              );
            }),
          );
          expect(settledTimes).toBe(requests.length);
          expect(batcher.queued).toBe(0);
          // Once, and once more where a neighbour spoilt the first time.
          for (const times of ran.values()) expect(times).toBeLessThanOrEqual(2);
        },
      ),
      { numRuns: rounds(100) },
    );
  });

  it('runs a lone request at once and alone', async () => {
    const model = new FakeModel();
    const batcher = new Batcher(model.run, joining());
    const answer = ask(batcher, [1, 2]);
    await settled();
    expect(sizes(model)).toEqual([2]);
    await model.finishAll();
    expect((await answer).batchRows).toBe(2);
  });

  it('joins what waits, counts rows and not requests, and never exceeds the maximum', async () => {
    const model = new FakeModel();
    const batcher = new Batcher(model.run, joining({ maxBatchSize: 8 }));
    const answers = Array.from({ length: 10 }, (_, index) => ask(batcher, [index, index, index]));
    await settled();
    expect(sizes(model)).toEqual([6, 6]);
    await model.finishAll();
    const outputs = (await Promise.all(answers)).map((answer) => answer.outputs[0]?.data[0]);
    expect(outputs).toEqual(Array.from({ length: 10 }, (_, index) => 2 * index));
    expect(sizes(model)).toEqual([6, 6, 6, 6, 6]);
  });

  it('has two runs under way for each copy of the model, and no more', async () => {
    for (const replicas of [1, 3]) {
      const model = new FakeModel();
      const batcher = new Batcher(model.run, { ...joining({ maxBatchSize: 1 }), replicas });
      const answers = Array.from({ length: 20 }, (_, index) => ask(batcher, [index]));
      await settled();
      expect(model.runs).toHaveLength(2 * replicas);
      await model.runs[0]?.finish();
      await settled();
      expect(model.runs).toHaveLength(2 * replicas + 1);
      await model.finishAll();
      await Promise.all(answers);
    }
  });

  it('lets a run that could only wait grow until as many wait as run, and lead it who is most urgent then', async () => {
    const model = new FakeModel();
    const batcher = new Batcher(model.run, joining({ maxBatchSize: 3 }));
    const answers = [1, 2, 3].map((value) => ask(batcher, [value]));
    await settled();
    answers.push(ask(batcher, [4]), ask(batcher, [5]));
    await settled();
    expect(model.runs.map(({ rows }) => rows)).toEqual([[1, 2, 3]]);
    answers.push(ask(batcher, [6]), ask(batcher, [7], { priority: 'HIGH' }));
    await settled();
    expect(model.runs.map(({ rows }) => rows)).toEqual([
      [1, 2, 3],
      [7, 4, 5],
    ]);
    await model.finishAll();
    await Promise.all(answers);
  });

  it.each([
    [1, 'before it answers a long run'],
    [0.01, 'when it has answered a short one and seen what came with it'],
  ])('begins the next run, when the last took %p ms, %s', async (inferMs) => {
    const model = new FakeModel(inferMs);
    const batcher = new Batcher(model.run, joining());
    const order: string[] = [];
    const answers = [1, 2].map((value) => ask(batcher, [value]).then(() => order.push('answered')));
    await settled();
    answers.push(ask(batcher, [3]).then(() => order.push('answered')));
    await settled();
    expect(model.runs).toHaveLength(1);
    model.onRun = () => order.push('began');
    await model.runs[0]?.finish();
    expect(order).toEqual(
      inferMs === 1 ? ['began', 'answered', 'answered'] : ['answered', 'answered', 'began'],
    );
    await model.finishAll();
    await Promise.all(answers);
  });

  it('queues requests to a model that may not join them, by the same rules', async () => {
    const model = new FakeModel();
    const batcher = new Batcher(model.run, { replicas: 1, joining: null });
    const lifetime = new Lifetime();
    const answers = [
      ask(batcher, [1]),
      ask(batcher, [2]),
      ask(batcher, [3]),
      ask(batcher, [4], { priority: 'HIGH' }),
    ];
    const left = ask(batcher, [5], { lifetime });
    await settled();
    lifetime.finish(new Error('the caller left'));
    await expect(left).rejects.toThrow('the caller left');
    await model.finishAll();
    await Promise.all(answers);
    expect(model.runs.map(({ rows }) => rows[0]).toSorted()).toEqual([1, 2, 3, 4]);
    expect(model.runs.slice(0, 2).map(({ rows }) => rows[0])).toContain(4);
  });

  it('lets a request larger than the maximum run alone', async () => {
    const model = new FakeModel();
    const batcher = new Batcher(model.run, joining({ maxBatchSize: 4 }));
    const large = Array.from({ length: 50 }, (_, index) => index);
    const answers = [ask(batcher, large), ask(batcher, [1]), ask(batcher, [])];
    await settled();
    expect(sizes(model)).toEqual([50, 1]);
    await model.finishAll();
    expect((await answers[0])?.outputs[0]?.shape).toEqual([50, 1]);
  });

  it('never joins requests of other shapes, and serves each shape in its turn', async () => {
    const model = new FakeModel();
    const batcher = new Batcher(model.run, joining({ maxBatchSize: 2 }));
    const answers = Array.from({ length: 12 }, (_, index) =>
      ask(batcher, [index], { width: 1 + (index % 3) }),
    );
    await settled();
    await model.finishAll();
    for (const [index, answer] of answers.entries())
      expect((await answer).outputs[0]?.shape).toEqual([1, 1 + (index % 3)]);
    expect(model.runs.map(({ rows }) => rows)).toEqual([
      [0, 3],
      [1, 4],
      [2, 5],
      [6, 9],
      [7, 10],
      [8, 11],
    ]);
  });

  it('fails only the request that fails alone', async () => {
    const model = new FakeModel();
    const batcher = new Batcher(model.run, joining());
    void model.finishAll();
    const outcomes = await Promise.allSettled([1, 2, -1, 4, 5, 6].map((value) => ask(batcher, [value])));
    expect(outcomes.map(({ status }) => status === 'rejected')).toEqual([
      false,
      false,
      true,
      false,
      false,
      false,
    ]);
  });

  it('does not run those anew that have gone when their neighbour has spoilt their run', async () => {
    const model = new FakeModel();
    const batcher = new Batcher(model.run, joining());
    const lifetime = new Lifetime();
    const bad = expect(ask(batcher, [-1])).rejects.toMatchObject({ code: 'RUN_FAILED' });
    const good = ask(batcher, [1]);
    const gone = ask(batcher, [2], { lifetime });
    await settled();
    lifetime.finish(new Error('gone'));
    await expect(gone).rejects.toThrow('gone');
    await model.finishAll();
    await bad;
    await good;
    expect(model.runs.map(({ rows }) => rows)).toEqual([[-1, 1, 2], [-1], [1]]);
  });

  it('passes the loss of the model on to everyone, as an error of their own', async () => {
    const model = new FakeModel();
    const batcher = new Batcher(model.run, joining());
    const answers = Promise.allSettled([1, 2, 3].map((value) => ask(batcher, [value])));
    await settled();
    await model.runs[0]?.fail(new DomainError('UNAVAILABLE', 'gone; try again', { retryAfterMs: 100 }));
    const errors = (await answers).map((outcome) =>
      outcome.status === 'rejected' ? (outcome.reason as unknown) : null,
    );
    for (const error of errors) expect(error).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: 100 });
    expect(new Set(errors).size).toBe(3);
  });

  describe('when a caller no longer waits', () => {
    it('never runs a request that is still in the queue', async () => {
      const model = new FakeModel();
      const batcher = new Batcher(model.run, joining({ maxBatchSize: 1 }));
      const busy = [1, 2].map((value) => ask(batcher, [value]));
      await settled();
      const lifetime = new Lifetime();
      const waiting = ask(batcher, [3], { lifetime });
      expect(batcher.queued).toBe(1);
      lifetime.finish(new DomainError('DEADLINE_EXCEEDED', 'too late'));
      await expect(waiting).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
      expect(batcher.queued).toBe(0);
      await model.finishAll();
      await Promise.all(busy);
      await settled();
      expect(model.runs.map(({ rows }) => rows)).toEqual([[1], [2]]);
    });

    it('answers at once for a request that runs, and lets the others of its batch be', async () => {
      const model = new FakeModel();
      const batcher = new Batcher(model.run, joining());
      const lifetime = new Lifetime();
      const others = [ask(batcher, [1]), ask(batcher, [2])];
      const late = ask(batcher, [3], { lifetime });
      await settled();
      expect(model.runs.map(({ rows }) => rows)).toEqual([[1, 2, 3]]);
      lifetime.finish(new DomainError('DEADLINE_EXCEEDED', 'too late'));
      await expect(late).rejects.toMatchObject({ code: 'DEADLINE_EXCEEDED' });
      await model.finishAll();
      expect((await Promise.all(others)).map(({ outputs }) => outputs[0]?.data[0])).toEqual([2, 4]);
      expect(model.runs).toHaveLength(1);
    });

    it('refuses a request that came too late already', async () => {
      const model = new FakeModel();
      const lifetime = new Lifetime();
      lifetime.finish(new Error('gone'));
      await expect(ask(new Batcher(model.run, joining()), [1], { lifetime })).rejects.toThrow('gone');
      await settled();
      expect(model.runs).toHaveLength(0);
    });
  });

  describe('with a delay', () => {
    const AN_HOUR = 3_600_000_000;

    it('waits for company, and goes as soon as there is enough', async () => {
      const model = new FakeModel();
      const batcher = new Batcher(
        model.run,
        joining({ maxDelayMicroseconds: AN_HOUR, preferredBatchSizes: [3, 6] }),
      );
      const answers = [ask(batcher, [1]), ask(batcher, [2])];
      await settled();
      expect(model.runs).toHaveLength(0);
      answers.push(ask(batcher, [3]));
      await settled();
      expect(model.runs.map(({ rows }) => rows)).toEqual([[1, 2, 3]]);
      await model.finishAll();
      await Promise.all(answers);
    });

    it('goes alone when the delay is over', async () => {
      for (const maxDelayMicroseconds of [1, 250, 4_000]) {
        const model = new FakeModel();
        const batcher = new Batcher(model.run, joining({ maxDelayMicroseconds }));
        void model.finishAll();
        const asked = performance.now();
        expect((await ask(batcher, [1])).batchRows).toBe(1);
        expect(performance.now() - asked).toBeGreaterThanOrEqual(maxDelayMicroseconds / 1_000);
      }
    });

    it('does not make a request wait that leaves', async () => {
      const model = new FakeModel();
      const batcher = new Batcher(model.run, joining({ maxDelayMicroseconds: AN_HOUR }));
      const lifetime = new Lifetime();
      const waiting = ask(batcher, [1], { lifetime });
      await settled();
      lifetime.finish(new Error('gone'));
      await expect(waiting).rejects.toThrow('gone');
      expect(batcher.queued).toBe(0);
      // Nothing is left that could keep the process alive: the next to come waits anew.
      const full = Array.from({ length: 8 }, (_, index) => ask(batcher, [index]));
      await settled();
      expect(sizes(model)).toEqual([8]);
      await model.finishAll();
      await Promise.all(full);
    });
  });

  it('shares a runner fairly: among many requests to one model, another waits for two of its runs at most', async () => {
    // One thread: what is posted to it runs in the order of posting.
    const order: string[] = [];
    let thread: Promise<unknown> = Promise.resolve();
    const onThread =
      (name: string): Run =>
      (inputs) => {
        const run = thread.then(async () => {
          await turn();
          order.push(name);
          return doubled(inputs[0] ?? tensor([]));
        });
        thread = run;
        return run;
      };
    const options = { replicas: 1, joining: null };
    const [busy, quiet] = [new Batcher(onThread('busy'), options), new Batcher(onThread('quiet'), options)];
    const flood = Array.from({ length: 200 }, (_, index) => ask(busy, [index]));
    await settled();
    const before = order.length;
    await ask(quiet, [1]);
    expect(order.indexOf('quiet') - before).toBeLessThanOrEqual(4);
    await Promise.all(flood);
  });
});
