import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, readlinkSync } from 'node:fs';
import { getPriority } from 'node:os';
import { createInterface } from 'node:readline';
import { pathToFileURL } from 'node:url';
import { GraphBuilder } from '../../../src/onnx/index.js';
import { RunnerPool, type LoadOptions } from '../../../src/runtime/index.js';
import { type Tensor } from '../../../src/tensors/index.js';
import { packageRoot } from '../../../src/platform/package-root.js';
import { endlessRun, ModelFolder, oneNode, slowChain } from '../../onnx/awkward-models.js';
import { isAlive, until } from '../../support/until.js';

let folder: ModelFolder;
let pool: RunnerPool;
beforeAll(async () => {
  folder = await ModelFolder.create();
  pool = new RunnerPool({ workers: 1 });
});
afterAll(async () => {
  await pool.close();
  await folder[Symbol.asyncDispose]();
});

const load = async (bytes: Uint8Array, options: LoadOptions = {}) =>
  pool.load(await folder.file(bytes), { isolation: 'PROCESS', ...options });

function floats(shape: number[], value: number): Tensor {
  const count = shape.reduce((product, size) => product * size, 1);
  return { name: 'x', datatype: 'FP32', shape, data: new Float32Array(count).fill(value) };
}

/** The quotient of the least INT32 and -1 is no INT32: the processor raises a fault. */
function quotient(): Uint8Array {
  const graph = new GraphBuilder('quotient', { opset: 17 });
  graph.node('Div', [graph.input('a', 'INT32', ['N']), graph.input('b', 'INT32', ['N'])], {}, ['y']);
  graph.output('y', 'INT32', ['N']);
  return graph.build();
}

describe('A model in a process', () => {
  it('that is killed in the middle of runs rejects them, clearly and retryably, and says so once', async () => {
    const losses: { message: string; replicasLeft: number }[] = [];
    const model = await load(slowChain(40, 512), {
      onRunnerLost: ({ error, replicasLeft }) => losses.push({ message: error.message, replicasLeft }),
    });
    const runs = [model.run([floats([512, 512], 0)]), model.run([floats([512, 512], 0)])];
    expect(model.runnerPids).toHaveLength(1);
    for (const pid of model.runnerPids) process.kill(pid, 'SIGKILL');
    const results = await Promise.allSettled(runs);
    // Both had been taken before the process was killed: the second, at least, had not been answered.
    expect(results[1]).toMatchObject({
      status: 'rejected',
      reason: {
        code: 'UNAVAILABLE',
        message: expect.stringMatching(/^The process that ran the model was killed \(SIGKILL.*try again$/),
        retryAfterMs: expect.any(Number),
      },
    });
    expect(await model.failed).toMatchObject({ code: 'UNAVAILABLE' });
    expect(losses).toEqual([{ message: expect.stringContaining('SIGKILL'), replicasLeft: 0 }]);
    await expect(model.run([floats([512, 512], 0)])).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(model.runnerPids).toEqual([]);
    await model.release();
  });

  it('whose run never ends is ended, and the run says why', async () => {
    const model = await load(endlessRun(), { maxRunMs: 300 });
    const [pid] = model.runnerPids;
    await expect(model.run([floats([1], 1)])).rejects.toMatchObject({
      code: 'RUN_TOO_LONG',
      message: expect.stringContaining('its run took longer than 300 ms (runtime.maxRunMs)'),
      retryAfterMs: undefined,
    });
    expect(isAlive(pid)).toBe(false);
    await model.release();
  });

  it('that waits behind a long run is not charged for it', async () => {
    const limit = 60_000;
    const model = await load(oneNode('Neg'), { maxRunMs: limit });
    const runs = await Promise.all(
      Array.from({ length: 50 }, async (_, value) => model.run([floats([1, 4], value)])),
    );
    expect(runs.map(({ outputs }) => Number(outputs[0]?.data[0]))).toEqual(runs.map((_, value) => -value));
    await model.release();
  });

  // Elsewhere the processor gives a number for it.
  const itOnX64 = process.arch === 'x64' && process.platform === 'linux' ? it : it.skip;
  itOnX64('takes a fault of the processor with it, and nothing else', async () => {
    const model = await load(quotient());
    const other = await load(oneNode('Neg'));
    const divide = (a: number, b: number) =>
      model.run([
        { name: 'a', datatype: 'INT32', shape: [1], data: new Int32Array([a]) },
        { name: 'b', datatype: 'INT32', shape: [1], data: new Int32Array([b]) },
      ]);
    expect((await divide(7, 2)).outputs[0]?.data).toEqual(new Int32Array([3]));
    await expect(divide(-(2 ** 31), -1)).rejects.toMatchObject({
      code: 'UNAVAILABLE',
      message: 'The process that ran the model crashed (SIGFPE); try again',
    });
    expect((await other.run([floats([1, 4], 2)])).outputs[0]?.data[0]).toBe(-2);
    await Promise.all([model.release(), other.release()]);
  });

  const itOnLinux = process.platform === 'linux' ? it : it.skip;
  itOnLinux('gets none of the server’s secrets and none of its output', async () => {
    process.env.RETORT_API_KEY = 'secret-of-the-server';
    process.env.DATABASE_URL = 'postgresql://secret@nowhere/db';
    try {
      const model = await load(oneNode('Neg'));
      const [pid = 0] = model.runnerPids;
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
      expect(environment).toContain('ORT_DISABLE_TELEMETRY=1');
      expect(environment).not.toMatch(/RETORT_API_KEY|DATABASE_URL|secret/);
      expect(readlinkSync(`/proc/${pid}/fd/1`)).toBe('/dev/null');
      expect(readlinkSync(`/proc/${pid}/fd/2`)).not.toBe(readlinkSync('/proc/self/fd/2'));
      await model.release();
    } finally {
      delete process.env.RETORT_API_KEY;
      delete process.env.DATABASE_URL;
    }
  });

  it('gives way to the server when its runs take longer than what the server does for them, and more when they are long', async () => {
    const priorityAfter = async (bytes: Uint8Array, input: Tensor): Promise<number> => {
      const model = await load(bytes);
      // One after the other: a run waits for nothing but itself.
      for (let run = 0; run < 40; run += 1) await model.run([input]);
      const [pid = 0] = model.runnerPids;
      const priority = getPriority(pid);
      await model.release();
      return priority;
    };
    expect(await priorityAfter(slowChain(2, 256), floats([256, 256], 0))).toBeGreaterThanOrEqual(10);
    expect(await priorityAfter(slowChain(40, 512), floats([512, 512], 0))).toBe(15);
  });

  it('outlives the signals that ask the server to stop, and ends with its release', async () => {
    const model = await load(oneNode('Neg'));
    const [pid = 0] = model.runnerPids;
    process.kill(pid, 'SIGINT');
    process.kill(pid, 'SIGTERM');
    expect((await model.run([floats([1, 4], 3)])).outputs[0]?.data[0]).toBe(-3);
    expect(model.memoryBytes).toBeGreaterThan(10e6);
    await model.release();
    expect(isAlive(pid)).toBe(false);
    expect(model.runnerPids).toEqual([pid].filter(isAlive));
  });

  it('ends with the server, however that ends', async () => {
    const file = await folder.file(oneNode('Neg'));
    const entry = pathToFileURL(`${packageRoot}/dist/src/runtime/index.js`).href;
    const script = `
      const { RunnerPool } = await import(${JSON.stringify(entry)});
      const pool = new RunnerPool({ workers: 1 });
      const model = await pool.load(${JSON.stringify(file)}, { isolation: 'PROCESS', replicas: 2 });
      console.log(JSON.stringify(model.runnerPids));
    `;
    const server = spawn(process.execPath, ['--input-type=module', '-e', script], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [line] = (await once(createInterface(server.stdout), 'line')) as [string];
    const pids = JSON.parse(line) as number[];
    expect(pids).toHaveLength(2);
    expect(pids.every(isAlive)).toBe(true);
    server.kill('SIGKILL');
    await until(() => !pids.some(isAlive));
  });

  it('is refused with what is wrong with its file, and leaves no process', async () => {
    await expect(load(oneNode('Foo'))).rejects.toMatchObject({ code: 'UNSUPPORTED_MODEL' });
    await expect(load(new Uint8Array([1, 2, 3]))).rejects.toMatchObject({ code: 'INVALID_MODEL' });
  });
});
