import { mkdir, mkdtemp, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, succeed } from '../api/support/ask.js';
import { deploy, INFER, type Inferred } from '../api/support/catalog-steps.js';
import { startServer, type ServerProcess } from '../api/support/server-process.js';
import { retortJson } from '../cli/support/run-retort.js';
import { MemoryWatch } from './support/memory-watch.js';
import { writeExternalModel } from './support/external-model.js';

/** 3 weights of 1 GiB each; RETORT_TEST_LARGE_SIZE makes them smaller, to try the test itself. */
const SIZE = Number(process.env.RETORT_TEST_LARGE_SIZE ?? 16_384);
const GIB = 1024 ** 3;
/** A server that reads what it passes on holds it all; one that streams holds chunks. */
const STREAMED_MB = 700;

describe('a model of three gigabytes', () => {
  let server: ServerProcess;
  let folder: string;
  let weights: number;
  let watch: MemoryWatch;
  const seen: string[] = [];
  beforeAll(async () => {
    folder = await mkdtemp(join(process.env.RETORT_TEST_LARGE_FOLDER ?? tmpdir(), 'retort-large-'));
    await mkdir(join(folder, 'made'));
    weights = await writeExternalModel(join(folder, 'made'), { size: SIZE, factors: [2, 3, 0.5] });
    server = await startServer({
      RETORT_EXAMPLES: 'false',
      // Not where test databases lie, which may be memory.
      RETORT_DATA: join(folder, 'data'),
      RETORT_MAX_ARTIFACT_BYTES: String(8 * GIB),
      RETORT_MODEL_MEMORY_BYTES: String(12 * GIB),
    });
    watch = new MemoryWatch(server.pid);
  });
  afterAll(async () => {
    watch.close();
    server.send('SIGTERM');
    await server.exited;
    await rm(folder, { recursive: true });
    process.stderr.write(`\n${seen.join('\n')}\n`);
  });
  /** Does it, and notes down what it took. @returns the server's own peak, in MB */
  const noted = async (what: string, work: () => Promise<unknown>) => {
    watch.take();
    const start = performance.now();
    await work();
    const seconds = ((performance.now() - start) / 1000).toFixed(1);
    const { server: own, children } = watch.take();
    seen.push(
      `| ${what} | ${seconds} | ${own.anonymous} | ${own.resident} | ${children.anonymous} | ${children.resident} |`,
    );
    return own.anonymous;
  };
  const retort = async (...args: string[]) => {
    const { code, document } = await retortJson(args, { url: server.url, cwd: folder });
    expect({ code, document }).toMatchObject({ code: 0 });
    return document;
  };
  const answer = async () => {
    const data = Array.from({ length: SIZE }, (_, index) => index % 7);
    const input = { deployment: 'large', inputs: [{ name: 'x', datatype: 'FP32', shape: [1, SIZE], data }] };
    const { outputs } = await succeed<Inferred>(server, INFER, { input });
    expect(outputs[0]?.data).toEqual(data.map((value) => 3 * value));
  };

  it('is pushed, served, exported, imported and pulled, without ever lying in the server’s memory', async () => {
    const streamed: number[] = [];
    streamed.push(
      await noted('push', () =>
        retort(
          'push',
          'made/model.onnx',
          '--model',
          'large',
          '--register',
          '--domain',
          'general',
          '--no-source',
        ),
      ),
    );
    const { version } = await ask<{ version: { artifact: { size: number | string } } }>(
      server,
      '{ version(ref: "large@1") { artifact { size } } }',
    );
    expect(Number(version.artifact.size)).toBeGreaterThan(weights);
    streamed.push(await noted('deploy', () => deploy(server, 'large', 'large@1', { waitMs: 300_000 })));
    const { deployment } = await ask<{ deployment: { metrics: { memoryBytes: number | string } } }>(
      server,
      '{ deployment(name: "large") { metrics { memoryBytes } } }',
    );
    // Counted in the budget.
    expect(Number(deployment.metrics.memoryBytes)).toBeGreaterThanOrEqual(weights);
    streamed.push(await noted('infer, the first', answer), await noted('infer, the second', answer));
    streamed.push(await noted('export', () => retort('export', 'large', '--output', 'large.retort.tar')));
    expect((await stat(join(folder, 'large.retort.tar'))).size).toBeGreaterThan(weights);
    streamed.push(await noted('import', () => retort('import', 'large.retort.tar', '--as', 'again')));
    streamed.push(await noted('pull', () => retort('pull', 'again@1', '--output', 'pulled')));
    expect((await stat(join(folder, 'pulled', 'model.onnx.data'))).size).toBe(weights);
    for (const megabytes of streamed) expect(megabytes).toBeLessThan(STREAMED_MB);
  });
});
