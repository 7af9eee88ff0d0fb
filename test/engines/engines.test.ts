import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomFiniteBytes, copyAndCompute } from '../api/support/every-datatype.js';
import { ask, succeed } from '../api/support/ask.js';
import { deploy, INFER, publish, PUBLISH, register, type Inferred } from '../api/support/catalog-steps.js';
import { perceptronModel } from '../api/support/own-models.js';
import { Callers, deploymentNow, infer, PATIENT_MS, until } from '../api/support/serving-steps.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import type { EngineProcess } from './engine-process.js';
import { ENGINES, startEngine, type Engine, type Served } from './engines.js';
import { installed } from './installed.js';

const pythons = new Map<string, string | null>();
for (const { name } of ENGINES) if (!pythons.has(name)) pythons.set(name, await installed(name));

const RETRYABLE = ['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'DEPLOYMENT_NOT_READY', 'OVERLOADED'];
const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);
const row = (caller: number, request: number) =>
  Array.from({ length: 16 }, (_, index) => Math.fround(Math.sin(caller * 131 + request * 17 + index)));
const tensor = (data: readonly number[]) => ({
  name: 'x',
  datatype: 'FP32',
  shape: [data.length / 16, 16],
  data,
});

describe.each(ENGINES)('$name over $protocol', (engine: Engine) => {
  const python = pythons.get(engine.name) ?? null;
  const test = python === null ? it.skip : it;
  let app: TestApp;
  let folder: string;
  let running: EngineProcess;
  let urlOf: (model: string) => string;

  beforeAll(async () => {
    if (python === null) return;
    folder = await mkdtemp(join(tmpdir(), 'r-'));
    app = await startTestApp({ kind: 'embedded', config: { remoteHosts: ['127.0.0.0/8'] } });
    const served: Served[] = [];
    const add = async (name: string, bytes: Uint8Array) => {
      await register(app, name);
      const { artifact } = await publish(app, name, bytes);
      served.push({ name, digest: artifact.digest });
      await deploy(app, name, `${name}@1`, { runtime: { isolation: 'THREAD' } });
    };
    await add('perceptron', perceptronModel());
    for (const type of engine.types) await add(type.toLowerCase(), copyAndCompute(type, ['rows', 6]));
    ({ process: running, urlOf } = await startEngine(engine, python, folder, served, app.url));
  }, PATIENT_MS);
  afterAll(async () => {
    if (python === null) return;
    await app.close();
    await running.kill();
    await rm(folder, { recursive: true, force: true });
  }, PATIENT_MS);

  const remote = (model: string) => ({ protocol: engine.protocol, url: urlOf(model), model });
  const far = (model: string, more: object = {}) =>
    deploy(app, `${model}-far`, `${model}@1`, { runtime: { remote: remote(model), ...more } });

  test('answers as the version does here', async () => {
    expect(await far('perceptron', { replicas: 4 })).toMatchObject({ state: 'READY', stateReason: null });
    for (const rows of [1, 3, 32]) {
      const inputs = [tensor(Array.from({ length: rows }, (_, index) => row(index, rows)).flat())];
      const answer = (deployment: string) => succeed<Inferred>(app, INFER, { input: { deployment, inputs } });
      const [here, there] = [await answer('perceptron'), await answer('perceptron-far')];
      const values = (inferred: Inferred) => inferred.outputs[0]?.data as number[];
      expect(there.outputs[0]?.shape).toEqual([rows, 3]);
      expect(values(there)).toEqual(values(here).map((value) => expect.closeTo(value, 5)));
    }
  });

  test.each(engine.types)('carries every bit of %s', async (datatype) => {
    const model = datatype.toLowerCase();
    expect(await far(model)).toMatchObject({ state: 'READY', stateReason: null });
    const data = randomFiniteBytes(datatype, 18, 7).toString('base64');
    const inputs = [{ name: 'x', datatype, shape: [3, 6], data }];
    const answer = async (deployment: string) => {
      const input = { deployment, inputs, encoding: 'BASE64' };
      return [...(await succeed<Inferred>(app, INFER, { input })).outputs].sort(byName);
    };
    expect(await answer(`${model}-far`)).toEqual(await answer(model));
  });

  test('is refused another version than it has', async () => {
    const wrong = { runtime: { remote: { ...remote('perceptron'), model: engine.types[0]?.toLowerCase() } } };
    const { state, stateReason } = await deploy(app, 'wrong', 'perceptron@1', wrong);
    // KServe's v1 has no metadata: there a wrong model shows by its answers, and each is refused.
    const shown =
      engine.protocol === 'TF_SERVING'
        ? ['READY', expect.stringMatching(/not warmed up.*the remote engine refuses/)]
        : ['FAILED', expect.stringMatching(/is not what the version says/)];
    expect([state, stateReason]).toEqual(shown);
  });

  (engine.protocol === 'OPEN_INFERENCE' ? test : it.skip)('is a version whose tensors it tells', async () => {
    const input = { model: 'perceptron', artifact: { remote: remote('perceptron') } };
    const { version } = await succeed<{ version: { ref: string } }>(app, PUBLISH, { input });
    const signature = async (ref: string) => {
      const tensors = '{ name datatype shape }';
      const about = `query ($ref: String!) { version(ref: $ref) { signature { inputs ${tensors} outputs ${tensors} } } }`;
      return (await ask<{ version: object }>(app, about, { ref })).version;
    };
    expect(await signature(version.ref)).toEqual(await signature('perceptron@1'));
  });

  test('is killed under load, answers nothing wrong, and is found again by itself', async () => {
    const deployment = 'perceptron-killed';
    await deploy(app, deployment, 'perceptron@1', { runtime: { remote: remote('perceptron'), replicas: 4 } });
    const expected = await answersHere();
    const callers = new Callers(6, async (caller, request) => {
      const inputs = [tensor(row(caller, request % ROWS))];
      const outcome = await infer(app, { deployment, deadlineMs: 2_000, inputs });
      if (outcome.kind === 'answered')
        expect(outcome.data).toEqual(expected(caller, request).map((value) => expect.closeTo(value, 5)));
      return outcome;
    });
    try {
      await callers.progress(50);
      for (let round = 0; round < 2; round += 1) {
        await running.kill();
        await until(
          () => deploymentNow(app, deployment),
          ({ state }) => state !== 'READY',
        );
        await running.start();
        await callers.progress(50);
      }
    } finally {
      await callers.stop();
    }
    const refusals = callers.refusals.filter(({ code }) => !RETRYABLE.includes(code));
    expect(refusals).toEqual([]);
    expect(callers.refusals.length).toBeGreaterThan(0);
    process.stderr.write(
      `${engine.name} over ${engine.protocol}: ${callers.answered} right answers, ${callers.refusals.length} retryable errors, 2 kills\n`,
    );
  });

  const ROWS = 20;
  /** Of every row that callers ask, by the version that runs here. */
  async function answersHere(): Promise<(caller: number, request: number) => number[]> {
    const rows = Array.from({ length: 6 * ROWS }, (_, index) => row(Math.floor(index / ROWS), index % ROWS));
    const input = { deployment: 'perceptron', inputs: [tensor(rows.flat())] };
    const values = (await succeed<Inferred>(app, INFER, { input })).outputs[0]?.data as number[];
    return (caller, request) => {
      const at = 3 * (caller * ROWS + (request % ROWS));
      return values.slice(at, at + 3);
    };
  }
});
