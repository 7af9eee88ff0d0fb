import { setImmediate as turn, setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { Batcher, type Run } from '../../src/inference/batcher.js';
import type { Tensor } from '../../src/onnx/index.js';
import { DomainError } from '../../src/platform/errors.js';

/** Rows of `width` numbers; the model doubles them. A -1 anywhere fails the whole run, as a bad row does in a graph. */
const tensor = (rows: readonly number[], width: number): Tensor => ({
  name: `x${width}`,
  datatype: 'FP64',
  shape: [rows.length, width],
  data: Float64Array.from(rows.flatMap((value) => Array<number>(width).fill(value))),
});

const never = new AbortController().signal;

function doubling(onRun: (rows: number) => void = () => undefined): Run {
  return async ([input]) => {
    if (!input) throw new Error('no input');
    onRun(input.shape[0] ?? 0);
    await delay(Math.random() * 3);
    const values = input.data as Float64Array;
    if (values.includes(-1)) throw new DomainError('RUN_FAILED', 'a negative row');
    return { outputs: [{ ...input, name: 'y', data: values.map((value) => 2 * value) }], inferMs: 1 };
  };
}

describe('batcher', () => {
  it('gives every caller its own rows, whatever else is asked, cancelled or fails', async () => {
    const request = fc.record({
      rows: fc.array(fc.integer({ min: -1, max: 9 }), { maxLength: 6 }),
      width: fc.integer({ min: 1, max: 3 }),
      startsAfter: fc.integer({ min: 0, max: 4 }),
      abortsAfter: fc.option(fc.integer({ min: 0, max: 5 }), { freq: 4 }),
    });
    await fc.assert(
      fc.asyncProperty(fc.array(request, { minLength: 1, maxLength: 40 }), async (requests) => {
        const batcher = new Batcher(doubling(), 8);
        await Promise.all(
          requests.map(async ({ rows, width, startsAfter, abortsAfter }) => {
            for (let step = 0; step < startsAfter; step += 1) await turn();
            const abort = new AbortController();
            if (abortsAfter !== null) setTimeout(() => abort.abort(new Error('gone')), abortsAfter);
            try {
              const { outputs } = await batcher.run([tensor(rows, width)], undefined, abort.signal);
              expect(rows).not.toContain(-1);
              expect(outputs).toHaveLength(1);
              expect(outputs[0]?.shape).toEqual([rows.length, width]);
              expect([...(outputs[0]?.data as Float64Array)]).toEqual([
                ...(tensor(rows, width).data as Float64Array).map((value) => 2 * value),
              ]);
            } catch (error) {
              if (abortsAfter === null || (error as Error).message !== 'gone') {
                expect(rows).toContain(-1);
                expect(error).toMatchObject({ code: 'RUN_FAILED' });
              }
            }
          }),
        );
        expect(batcher.queued).toBe(0);
      }),
      { numRuns: 60 },
    );
  });

  it('runs a lone request at once and alone', async () => {
    const runs: number[] = [];
    const batcher = new Batcher(
      doubling((rows) => runs.push(rows)),
      8,
    );
    const { batchRows } = await batcher.run([tensor([1, 2], 1)], undefined, never);
    expect(batchRows).toBe(2);
    expect(runs).toEqual([2]);
  });

  it('joins what waits, counts rows and not requests, and never exceeds the maximum', async () => {
    const runs: number[] = [];
    const batcher = new Batcher(
      doubling((rows) => runs.push(rows)),
      8,
    );
    const answers = await Promise.all(
      Array.from({ length: 30 }, (_, index) => batcher.run([tensor([index, index], 1)], undefined, never)),
    );
    expect(Math.max(...runs)).toBe(8);
    expect(runs.length).toBeLessThan(15);
    expect(answers.map(({ outputs }) => outputs[0]?.data[0])).toEqual(
      Array.from({ length: 30 }, (_, index) => 2 * index),
    );
  });

  it('lets a request larger than the maximum run alone', async () => {
    const runs: number[] = [];
    const batcher = new Batcher(
      doubling((rows) => runs.push(rows)),
      4,
    );
    const large = Array.from({ length: 50 }, (_, index) => index % 10);
    const [answer] = await Promise.all([
      batcher.run([tensor(large, 1)], undefined, never),
      batcher.run([tensor([1], 1)], undefined, never),
    ]);
    expect(answer.outputs[0]?.shape).toEqual([50, 1]);
    expect(runs.toSorted((a, b) => a - b)).toEqual([1, 50]);
  });

  it('never joins requests of other shapes', async () => {
    const batcher = new Batcher(doubling(), 32);
    const answers = await Promise.all(
      Array.from({ length: 40 }, (_, index) =>
        batcher.run([tensor([index], 1 + (index % 4))], undefined, never),
      ),
    );
    for (const [index, { outputs }] of answers.entries())
      expect(outputs[0]?.shape).toEqual([1, 1 + (index % 4)]);
  });

  it('fails only the request that fails alone', async () => {
    const batcher = new Batcher(doubling(), 32);
    const outcomes = await Promise.allSettled(
      [1, 2, -1, 4, 5, 6].map((value) => batcher.run([tensor([value], 1)], undefined, never)),
    );
    expect(outcomes.map(({ status }) => status)).toEqual([
      'fulfilled',
      'fulfilled',
      'rejected',
      'fulfilled',
      'fulfilled',
      'fulfilled',
    ]);
  });

  it('never runs what was cancelled while it waited', async () => {
    const runs: number[] = [];
    const batcher = new Batcher(
      doubling((rows) => runs.push(rows)),
      1,
    );
    const abort = new AbortController();
    const busy = [1, 2].map((value) => batcher.run([tensor([value], 1)], undefined, never));
    const waiting = batcher.run([tensor([3, 3, 3], 1)], undefined, abort.signal);
    abort.abort(new Error('the caller left'));
    await expect(waiting).rejects.toThrow('the caller left');
    await Promise.all(busy);
    expect(runs).toEqual([1, 1]);
  });

  it('passes the loss of the model on to everyone', async () => {
    const batcher = new Batcher(async () => {
      await delay(1);
      throw new DomainError('UNAVAILABLE', 'gone');
    }, 32);
    const outcomes = await Promise.allSettled(
      [1, 2, 3, 4].map((value) => batcher.run([tensor([value], 1)], undefined, never)),
    );
    expect(outcomes).toEqual(
      outcomes.map(() => ({ status: 'rejected', reason: expect.objectContaining({ code: 'UNAVAILABLE' }) })),
    );
  });
});
