import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LONG_MS, LongRuns } from '../../../src/runtime/processes/long-runs.js';
import { Replica } from '../../../src/runtime/replica.js';
import type { LoadSpec } from '../../../src/runtime/sessions/session-host.js';
import { DEFAULT_SETTINGS } from '../../../src/runtime/sessions/session-options.js';
import { ThreadSeating } from '../../../src/runtime/threads/thread-seating.js';
import type { Tensor } from '../../../src/tensors/tensor.js';
import { GraphBuilder } from '../../../src/onnx/index.js';
import { ModelFolder, oneNode } from '../../onnx/awkward-models.js';
import { until } from '../../support/until.js';

let folder: ModelFolder;
beforeAll(async () => {
  folder = await ModelFolder.create();
});
afterAll(async () => {
  await folder[Symbol.asyncDispose]();
});

/** Multiplies a matrix by itself as often as it takes to be slow on any machine, and gives its input back. */
function slow(): Uint8Array {
  const graph = new GraphBuilder('slow', { opset: 17 });
  const x = graph.input('x', 'FP32', ['N', 4]);
  const size = 512;
  const zeros = graph.constant('zeros', 'FP32', [size, size], new Float32Array(size * size));
  // Depends on the input, so that it is not folded into a constant.
  let value = graph.node('Add', [zeros, graph.node('ReduceMean', [x], { keepdims: 0n })]);
  for (let index = 0; index < 60; index += 1) value = graph.node('MatMul', [value, zeros]);
  graph.node('Add', [x, graph.node('ReduceMean', [value], { keepdims: 0n })], {}, ['y']);
  graph.output('y', 'FP32', ['N', 4]);
  return graph.build();
}

const row = (value: number): Tensor => ({
  name: 'x',
  datatype: 'FP32',
  shape: [1, 4],
  data: new Float32Array(4).fill(value),
});

async function specOf(bytes: Uint8Array): Promise<LoadSpec> {
  return { ...DEFAULT_SETTINGS, path: await folder.file(bytes), bytes: bytes.length };
}

async function seated(seating: ThreadSeating, spec: LoadSpec): Promise<Replica> {
  return new Replica(seating, async () => spec, await seating.open(spec, []));
}

describe('Threads', () => {
  it('are shared by models whose runs are short, and left by one whose runs are long', async () => {
    const seating = new ThreadSeating(1);
    const fast = await seated(seating, await specOf(oneNode('Neg')));
    const model = await seated(seating, await specOf(slow()));
    expect(model.runner).toBe(fast.runner);
    const shared = fast.runner;
    const answers = new Map<number, number>();
    const ask = async (value: number): Promise<void> => {
      const { outputs } = await model.run([row(value)], undefined);
      answers.set(value, Number(outputs[0]?.data[0]));
    };
    const asked: number[] = [];
    const runs: Promise<void>[] = [];
    // Two at a time without a pause, as the batcher asks, before, during and after the move.
    for (let value = 0; model.runner === shared || value < 8; value += 1) {
      asked.push(value);
      runs.push(ask(value));
      if (runs.length > 1) await runs[runs.length - 2];
    }
    await Promise.all(runs);
    // At the move two runs are under way on two threads, and either may end first.
    expect(asked.map((value) => answers.get(value))).toEqual(asked);
    expect(model.runner).not.toBe(shared);
    await until(() => shared.load === 1);
    expect((await fast.run([row(2)], undefined)).outputs[0]?.data[0]).toBe(-2);
    expect(fast.runner).toBe(shared);
    // The next model goes where the fast one is, and not to the slow one.
    const next = await seated(seating, await specOf(oneNode('Neg')));
    expect(next.runner).toBe(shared);
    await Promise.all([fast.close(), model.close(), next.close()]);
    await seating.end();
  });

  it('are left to a long model that is alone there, without loading it again', async () => {
    const seating = new ThreadSeating(1);
    const model = await seated(seating, await specOf(slow()));
    const { runner } = model;
    for (let run = 0; run < 4; run += 1) await model.run([row(run)], undefined);
    expect(model.runner).toBe(runner);
    const fast = await seated(seating, await specOf(oneNode('Neg')));
    expect(fast.runner).not.toBe(runner);
    await Promise.all([model.close(), fast.close()]);
    await seating.end();
  });

  it('beyond the largest number are shared by long models with each other, never with a short one', async () => {
    const seating = new ThreadSeating(1);
    const spec = await specOf(oneNode('Neg'));
    const fast = await seating.open(spec, []);
    const moved = [];
    for (let model = 0; model < 18; model += 1)
      moved.push(await seating.setAside(await seating.open(spec, []), async () => spec));
    const runners = new Set(moved.map(({ runner }) => runner));
    expect(runners.size).toBe(16);
    expect(runners.has(fast.runner)).toBe(false);
    await seating.end();
  });

  it('of their own go to large models, and to replicas for which none is left', async () => {
    const seating = new ThreadSeating(1);
    const spec = await specOf(oneNode('Neg'));
    const small = await seating.open(spec, []);
    const large = await seating.open({ ...spec, bytes: 64e6 }, []);
    const replica = await seating.open(spec, [small.runner]);
    expect(new Set([small.runner, large.runner, replica.runner]).size).toBe(3);
    await Promise.all([small, large, replica].map(async (seat) => seating.close(seat)));
    await seating.end();
  });
});

describe('Long runs', () => {
  const verdict = (runs: readonly number[]) => {
    const watched = new LongRuns(LONG_MS);
    return runs.map((ms) => watched.saw(ms)).lastIndexOf(true) !== -1;
  };

  it('are told from runs that were long now and then', () => {
    expect(verdict([500, 500])).toBe(false);
    expect(verdict([500, 500, 500])).toBe(true);
    expect(verdict([11, 1, 11, 1, 1, 11, 11])).toBe(true);
    expect(verdict(Array.from({ length: 10_000 }, (_, run) => (run % 20 === 0 ? 50 : 1)))).toBe(false);
  });
});
