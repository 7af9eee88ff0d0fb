import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal } from './support/ask.js';
import { DEPLOY, publish, register } from './support/catalog-steps.js';
import { zerosSummed } from './support/own-models.js';
import { Callers, infer, PATIENT_MS, processesOf, serveWith, until } from './support/serving-steps.js';

jest.setTimeout(PATIENT_MS);

const GIB = 1024 ** 3;
const zeros = (deployment: string, count: number) => ({
  deployment,
  inputs: [{ name: 'x', datatype: 'INT64', shape: [1], data: [count] }],
});

// Only Linux keeps such a limit.
const describeOnLinux = process.platform === 'linux' ? describe : describe.skip;

describeOnLinux('an input of eight bytes that needs gigabytes', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
    await serveWith(app, 'zeros', zerosSummed(), {});
    await serveWith(app, 'small', zerosSummed(), { runtime: { maxMemoryBytes: 128 * 1024 ** 2 } });
    await serveWith(app, 'growing', zerosSummed(), { runtime: { maxMemoryBytes: GIB } });
  });
  afterAll(() => app.close());

  const heldBy = async (name: string): Promise<number> => {
    const query = 'query ($name: String!) { deployment(name: $name) { memoryBytes } }';
    const { deployment } = await ask<{ deployment: { memoryBytes: number | null } }>(app, query, { name });
    return deployment.memoryBytes ?? 0;
  };

  it('is refused as MODEL_OUT_OF_MEMORY at once, and the model goes on in the same process', async () => {
    const before = await processesOf(app, 'zeros');
    expect(await infer(app, zeros('zeros', 1e9))).toMatchObject({
      kind: 'refused',
      code: 'MODEL_OUT_OF_MEMORY',
      message: expect.stringMatching(
        /needs more memory than the \d+ MB it may take \(runtime\.maxMemoryBytes\).*limit raised/,
      ),
      retryAfterMs: undefined,
      retryAfter: null,
    });
    expect(await infer(app, zeros('zeros', 1000))).toMatchObject({
      kind: 'answered',
      inferMs: expect.any(Number),
    });
    expect(await processesOf(app, 'zeros')).toEqual(before);
    expect(await heldBy('zeros')).toBeLessThan(300e6);
  });

  it('costs nobody else an answer', async () => {
    const callers = new Callers(2, (caller, request) =>
      infer(app, zeros(caller === 0 ? 'zeros' : 'growing', request)),
    );
    await callers.progress(5);
    for (let request = 0; request < 5; request += 1)
      expect(await infer(app, zeros('zeros', 1e9))).toMatchObject({ code: 'MODEL_OUT_OF_MEMORY' });
    await callers.progress(5);
    await callers.stop();
    expect(callers.refusals).toEqual([]);
  });

  it('is refused by the serving protocols with 422', async () => {
    const post = (path: string, body: object) =>
      fetch(app.url + path, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
    const inputs = [{ name: 'x', datatype: 'INT64', shape: [1], data: [1e9] }];
    const answers = await Promise.all([
      post('/v2/models/zeros/infer', { inputs }),
      post('/v1/models/zeros:predict', { inputs: [1e9] }),
    ]);
    for (const answer of answers) {
      expect(answer.status).toBe(422);
      expect(await answer.json()).toEqual({ error: expect.stringContaining('needs more memory') });
    }
  });

  it('is judged by the limit of its deployment, which is shown', async () => {
    expect(await infer(app, zeros('small', 100e6))).toMatchObject({ code: 'MODEL_OUT_OF_MEMORY' });
    expect(await infer(app, zeros('growing', 1e6))).toMatchObject({ kind: 'answered' });
    const shown = await ask(
      app,
      `{ small: deployment(name: "small") { runtime { maxMemoryBytes } }
         zeros: deployment(name: "zeros") { runtime { maxMemoryBytes } } }`,
    );
    expect(shown).toEqual({
      small: { runtime: { maxMemoryBytes: 128 * 1024 ** 2 } },
      zeros: { runtime: { maxMemoryBytes: null } },
    });
  });

  it('may grow its process below the limit, which is replaced then: the memory is given back', async () => {
    const before = await processesOf(app, 'growing');
    const callers = new Callers(1, (_, request) => infer(app, zeros('growing', request)));
    expect(await infer(app, zeros('growing', 100e6))).toMatchObject({ kind: 'answered' });
    await processesOf(app, 'growing', before);
    await until(
      () => heldBy('growing'),
      (bytes) => bytes < 200e6,
    );
    await callers.progress(5);
    await callers.stop();
    expect(callers.refusals).toEqual([]);
  });

  it('runs where the system, when memory runs out, ends the model and not the server', async () => {
    const score = (pid: number | 'self') => Number(readFileSync(`/proc/${pid}/oom_score_adj`, 'utf8'));
    const [pid = 0] = await processesOf(app, 'zeros');
    expect(score(pid)).toBe(Math.min(1000, score('self') + 300));
  });

  it('cannot be given a limit that no model could run in', async () => {
    await register(app, 'least');
    await publish(app, 'least', zerosSummed());
    for (const maxMemoryBytes of [1000, '9007199254740993'])
      expect(
        await refusal(app, DEPLOY, {
          input: { name: 'least', version: 'least@1', runtime: { maxMemoryBytes } },
        }),
      ).toMatchObject({
        code: 'INVALID_ARGUMENT',
        field: ['runtime', 'maxMemoryBytes'],
        message: expect.stringContaining('from 67108864 to'),
      });
  });
});
