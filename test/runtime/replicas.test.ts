import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { availableProviders, RunnerPool, type Isolation, type LoadOptions } from '../../src/runtime/index.js';
import { type Tensor } from '../../src/tensors/index.js';
import { backoffMs, isHealthy } from '../../src/platform/backoff.js';
import { ModelFolder, oneNode, slowChain } from '../onnx/awkward-models.js';
import { isAlive, until } from '../support/until.js';

let folder: ModelFolder;
let pool: RunnerPool;
beforeAll(async () => {
  folder = await ModelFolder.create();
  pool = new RunnerPool({ workers: 2 });
});
afterAll(async () => {
  await pool.close();
  await folder[Symbol.asyncDispose]();
});

const load = async (bytes: Uint8Array, options: LoadOptions) => pool.load(await folder.file(bytes), options);

function floats(shape: number[], value: number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return { name: 'x', datatype: 'FP32', shape, data: new Float32Array(count).fill(value) };
}

describe('Replicas', () => {
  it.each<Isolation>(['THREAD', 'PROCESS'])('share the runs of one model (%s)', async (isolation) => {
    const model = await load(slowChain(20, 256), { isolation, replicas: 3 });
    expect(model).toMatchObject({ replicas: 3, isolation });
    expect(model.runnerPids).toHaveLength(isolation === 'PROCESS' ? 3 : 0);
    const runs = await Promise.all(
      Array.from({ length: 30 }, async () => model.run([floats([256, 256], 0)])),
    );
    expect(runs.map(({ outputs }) => outputs[0]?.data[0])).toEqual(runs.map(() => 0));
    expect(model.memoryBytes).toBeGreaterThan(0);
    await model.release();
  });

  it('that are killed under load answer rightly or not at all, and come back', async () => {
    let restarted = 0;
    const lost: number[] = [];
    const model = await load(oneNode('Neg'), {
      isolation: 'PROCESS',
      replicas: 2,
      onRunnerLost: ({ replicasLeft }) => lost.push(replicasLeft),
      onRunnerRestarted: ({ attempt, afterMs }) => {
        restarted += 1;
        expect(afterMs).toBeGreaterThanOrEqual(backoffMs(attempt) - 1);
      },
    });
    let stop = false;
    const tally = { right: 0, unavailable: 0 };
    const wrong: unknown[] = [];
    const client = async (seed: number): Promise<void> => {
      for (let request = seed; !stop; request += 8) {
        // Small enough to be exact as floats.
        const value = request % 1_000_003;
        try {
          const { outputs } = await model.run([floats([1, 4], value)]);
          if ([...(outputs[0]?.data ?? [])].every((element) => element === -value)) tally.right += 1;
          else wrong.push(outputs[0]);
        } catch (error) {
          if ((error as { code?: string; retryAfterMs?: number }).code === 'UNAVAILABLE')
            tally.unavailable += 1;
          else wrong.push(error);
        }
      }
    };
    const clients = Array.from({ length: 8 }, (_, seed) => client(seed + 1));
    for (let kills = 1; kills <= 4; kills += 1) {
      const right = tally.right;
      await until(() => tally.right > right + 20);
      process.kill(model.runnerPids[kills % 2] ?? 0, 'SIGKILL');
      // The other one serves meanwhile, and nothing is killed before the lost one is back.
      await until(() => restarted === kills);
      expect(model.runnerPids.filter(isAlive)).toHaveLength(2);
    }
    stop = true;
    await Promise.all(clients);
    expect(wrong).toEqual([]);
    expect(lost).toEqual([1, 1, 1, 1]);
    const pids = [...model.runnerPids];
    await model.release();
    expect(pids.filter(isAlive)).toEqual([]);
  });

  it('of which none is left are the end of the model', async () => {
    const lost: number[] = [];
    const model = await load(oneNode('Neg'), {
      isolation: 'PROCESS',
      replicas: 2,
      onRunnerLost: ({ replicasLeft }) => lost.push(replicasLeft),
    });
    for (const pid of model.runnerPids) process.kill(pid, 'SIGKILL');
    expect(await model.failed).toMatchObject({ code: 'UNAVAILABLE' });
    expect(lost).toEqual([1, 0]);
    await expect(model.run([floats([1, 4], 1)])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(model.memoryBytes).toBe(0);
    await model.release();
    expect(model.runnerPids).toEqual([]);
  });

  it('wait longer after each loss, up to half a minute', () => {
    expect([1, 2, 3, 9, 10, 50].map((attempt) => backoffMs(attempt))).toEqual([
      100, 200, 400, 25_600, 30_000, 30_000,
    ]);
    expect([59_999, 60_000].map(isHealthy)).toEqual([false, true]);
  });

  it('are all given back when one of them cannot be loaded', async () => {
    await expect(load(oneNode('Foo'), { isolation: 'PROCESS', replicas: 2 })).rejects.toMatchObject({
      code: 'UNSUPPORTED_MODEL',
    });
  });
});

describe('A load', () => {
  it('with an execution provider that is not here is refused, naming what is', async () => {
    expect(availableProviders()).toContain('CPU');
    const missing = process.platform === 'win32' ? 'COREML' : 'DML';
    await expect(load(oneNode('Neg'), { providers: [missing, 'CPU'] })).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(
        `Execution provider ${missing} is not available here: the installed ONNX runtime offers ${availableProviders().join(', ')}. To have it, run Retort on `,
      ),
    });
    await expect(load(oneNode('Neg'), { providers: [] })).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
  });

  it.each(['DISABLED', 'BASIC', 'EXTENDED', 'ALL'] as const)(
    'optimises as it is told: %s',
    async (optimization) => {
      const model = await load(oneNode('Neg'), { optimization, threads: 2, providers: ['CPU'] });
      expect((await model.run([floats([1, 4], 5)])).outputs[0]?.data[0]).toBe(-5);
      await model.release();
    },
  );
});
