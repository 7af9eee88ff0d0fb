import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, stat, symlink, truncate, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { GraphCache } from '../../../src/runtime/sessions/graph-cache.js';
import { GraphOptimizer } from '../../../src/runtime/sessions/graph-optimizer.js';
import { encodeTensor, type Tensor } from '../../../src/tensors/index.js';
import { GraphBuilder } from '../../../src/onnx/index.js';
import { RunnerPool, type Isolation } from '../../../src/runtime/index.js';
import { ProcessRunner } from '../../../src/runtime/processes/process-runner.js';
import { DEFAULT_SETTINGS } from '../../../src/runtime/sessions/session-options.js';
import { ModelFolder, perceptron } from '../../onnx/awkward-models.js';
import { until } from '../../support/until.js';

let folder: ModelFolder;
let directory: string;
beforeEach(async () => {
  folder = await ModelFolder.create();
  directory = join(folder.directory, 'cache');
});
afterEach(async () => {
  await folder[Symbol.asyncDispose]();
});

const DIGEST = `sha256:${'a'.repeat(64)}`;

/** Loads slowly because the runtime folds constants: what is left afterwards is one addition and some layers. */
function slowToOptimize(): Uint8Array {
  const graph = new GraphBuilder('slow-to-optimize', { opset: 17 });
  const x = graph.input('x', 'FP32', ['N', 3]);
  let folded = graph.node('ConstantOfShape', [graph.constant('s', 'INT64', [2], [1000n, 1000n])], {});
  for (let index = 0; index < 12; index += 1) folded = graph.node('MatMul', [folded, folded]);
  const sum = graph.node('ReduceSum', [folded], { keepdims: 0n });
  const weight = graph.constant(
    'w',
    'FP32',
    [3, 3],
    Array.from({ length: 9 }, (_, index) => Math.sin(index)),
  );
  graph.node('Tanh', [graph.node('Add', [graph.node('MatMul', [x, weight]), sum])], {}, ['y']);
  graph.output('y', 'FP32', ['N', 3]);
  return graph.build();
}

const x = (): Tensor => ({
  name: 'x',
  datatype: 'FP32',
  shape: [2, 3],
  data: Float32Array.from({ length: 6 }, (_, index) => Math.cos(index)),
});

describe('The cache of optimised graphs', () => {
  it.each<Isolation>(['THREAD', 'PROCESS'])(
    'answers to the same bits as the direct load (%s)',
    async (isolation) => {
      const path = await folder.file(slowToOptimize());
      const answers: unknown[] = [];
      const fromCache: boolean[] = [];
      for (let start = 0; start < 2; start += 1) {
        const pool = new RunnerPool({ workers: 1, cacheDirectory: directory });
        const model = await pool.load(path, { digest: DIGEST, isolation });
        answers.push(encodeTensor((await model.run([x()])).outputs[0] ?? x(), 'BASE64'));
        fromCache.push(model.fromCache);
        await until(async () => (await kept()).length === 1);
        await pool.close();
      }
      expect(fromCache).toEqual([false, true]);
      expect(answers[1]).toEqual(answers[0]);
    },
  );

  it.each(['corrupt', 'truncated'])('throws a %s file away and loads the model itself', async (damage) => {
    const path = await folder.file(slowToOptimize());
    await fill(path);
    const [name = ''] = await kept();
    const file = join(directory, name);
    const bytes = await readFile(file);
    if (damage === 'truncated') await truncate(file, bytes.length - 7);
    else {
      const middle = bytes.length >> 1;
      bytes[middle] = (bytes[middle] ?? 0) ^ 0xff;
      await writeFile(file, bytes);
    }
    const runner = new ProcessRunner();
    const cached = await new GraphCache(directory).find(name.slice(0, 64));
    if (cached === undefined) throw new Error('the damaged file is not there');
    const spec = { ...DEFAULT_SETTINGS, path, bytes: 0 };
    expect(await runner.loadSession(0, { ...spec, cached })).toMatchObject({ cache: 'BROKEN' });
    expect((await runner.run(0, [x()], undefined)).outputs).toHaveLength(1);
    await runner.stop();

    const pool = new RunnerPool({ workers: 1, cacheDirectory: directory });
    const model = await pool.load(path, { digest: DIGEST });
    expect(model.fromCache).toBe(false);
    expect((await model.run([x()])).outputs).toHaveLength(1);
    // Thrown away and written anew, since it is worthwhile.
    await until(async () => (await kept()).length === 1);
    await pool.close();
    const [again = ''] = await kept();
    const hash = createHash('sha256').update(await readFile(join(directory, again)));
    expect(again).toBe(`${again.slice(0, 64)}-${hash.digest('hex')}.onnx`);
  });

  it('has an own entry for each digest, setting and version of the runtime', () => {
    const cache = new GraphCache(directory, 1, '1.0.0');
    const keys = [
      cache.keyOf(DIGEST, DEFAULT_SETTINGS),
      cache.keyOf(DIGEST.replaceAll('a', 'b'), DEFAULT_SETTINGS),
      cache.keyOf(DIGEST, { ...DEFAULT_SETTINGS, optimization: 'BASIC' }),
      cache.keyOf(DIGEST, { ...DEFAULT_SETTINGS, providers: ['CUDA', 'CPU'] }),
      new GraphCache(directory, 1, '1.0.1').keyOf(DIGEST, DEFAULT_SETTINGS),
    ];
    expect(new Set(keys).size).toBe(keys.length);
    // Threads are the machine's business and change nothing in the graph.
    expect(cache.keyOf(DIGEST, { ...DEFAULT_SETTINGS, threads: 4 })).toBe(keys[0]);
  });

  it('keeps to its size, dropping what was used longest ago', async () => {
    await mkdir(directory);
    const cache = new GraphCache(directory, 250);
    for (const [index, key] of ['a', 'b', 'c'].entries()) {
      const draft = (await cache.draft()) ?? '';
      await writeFile(draft, new Uint8Array(100));
      await utimes(draft, index, index);
      await cache.keep(draft, key.repeat(64), '0'.repeat(64));
      // Found is used.
      if (key === 'b') expect(await cache.find('a'.repeat(64))).toBeDefined();
    }
    expect((await kept()).map(([first]) => first)).toEqual(['a', 'c']);
  });

  it('leaves out what loads quickly anyway', async () => {
    const path = await folder.file(perceptron());
    const optimizer = new GraphOptimizer(new GraphCache(directory));
    const spec = { ...DEFAULT_SETTINGS, path, bytes: (await stat(path)).size };
    optimizer.consider('k'.repeat(64), spec, 99);
    // A large file takes its time whatever is in it.
    optimizer.consider('l'.repeat(64), { ...spec, bytes: 300e6 }, 1_000);
    await optimizer.settled();
    await optimizer.close();
    expect(await kept()).toEqual([]);
  });

  it('fails no load when its directory cannot be written', async () => {
    const blocked = await folder.file(new Uint8Array(1));
    const path = await folder.file(slowToOptimize());
    const pool = new RunnerPool({ workers: 1, cacheDirectory: join(blocked, 'cache') });
    const model = await pool.load(path, { digest: DIGEST });
    expect((await model.run([x()])).outputs).toHaveLength(1);
    await pool.close();
  });

  const itWithFullDevice = existsSync('/dev/full') ? it : it.skip;
  itWithFullDevice('fails nothing when the disk is full', async () => {
    const path = await folder.file(slowToOptimize());
    // Every write to the device fails for lack of room. Linked to, since a draft that is not wanted is removed.
    const writeTo = join(folder.directory, 'full');
    await symlink('/dev/full', writeTo);
    const runner = new ProcessRunner();
    const outcome = await runner.loadSession(0, { ...DEFAULT_SETTINGS, path, bytes: 0, writeTo });
    expect(outcome.written).toBeUndefined();
    expect(await readdir(folder.directory)).not.toContain('full');
    await runner.stop();
  });

  async function fill(path: string): Promise<void> {
    const cache = new GraphCache(directory);
    const optimizer = new GraphOptimizer(cache);
    optimizer.consider(cache.keyOf(DIGEST, DEFAULT_SETTINGS), { ...DEFAULT_SETTINGS, path, bytes: 0 }, 1e6);
    await optimizer.settled();
    await optimizer.close();
    expect(await kept()).toHaveLength(1);
  }

  async function kept(): Promise<string[]> {
    const names = await readdir(directory).catch((): string[] => []);
    return names.filter((name) => name.endsWith('.onnx')).sort();
  }
});
