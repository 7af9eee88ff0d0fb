import { chmod, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal, succeed } from './support/ask.js';
import {
  DEPLOY,
  deploy,
  INFER,
  publish,
  register,
  scale,
  serve,
  type Deployed,
} from './support/catalog-steps.js';
import { storedEvents, watchEvents } from './support/event-watch.js';
import { scalingModel } from './support/own-models.js';
import { artifactPath } from './support/stored-files.js';

const UNDEPLOY = `mutation ($name: String!) {
  undeploy(input: {name: $name}) { deployment { state revision { number state } } userErrors { field code message } } }`;

describe.each(databaseKinds)('deployments, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
  });
  afterAll(() => app.close());

  const transitions = async (deployment: string) =>
    (await storedEvents(app, '0', { kinds: ['DEPLOYMENT_STATE_CHANGED'], deployment })).map(
      ({ revision, fromState, toState }) => `${revision ?? '?'}: ${fromState ?? 'new'} → ${toState ?? '?'}`,
    );

  const ruin = async (digest: string) => {
    const file = artifactPath(app, digest);
    await chmod(file, 0o600);
    await writeFile(file, 'these are not the bytes that were stored');
  };

  it('come up step by step, each step an event', async () => {
    await serve(app, 'stepwise', scalingModel(2));
    expect(await transitions('stepwise')).toEqual([
      '1: new → PENDING',
      '1: PENDING → LOADING',
      '1: LOADING → WARMING',
      '1: WARMING → READY',
    ]);
  });

  it('answer at once with waitMs: 0 and become READY by themselves', async () => {
    await register(app, 'impatient');
    await publish(app, 'impatient', scalingModel(3));
    const watch = watchEvents(app.subscriber(), {
      after: '0',
      filter: { deployment: 'impatient', allowUnknown: true },
    });
    const { state } = await deploy(app, 'impatient', 'impatient@1', { waitMs: 0 });
    expect(['PENDING', 'LOADING', 'WARMING']).toContain(state);
    // A request for a deployment on its way waits for it instead of failing.
    expect(await scale(app, { deployment: 'impatient' }, [1, 0, 0, 0])).toEqual([3, 0, 0, 0]);
    await watch.until((events) => events.some(({ toState }) => toState === 'READY'));
    watch.stop();
  });

  it('give a new name to one model only, when two ask for it at once', async () => {
    for (const model of ['early', 'late']) {
      await register(app, model);
      await publish(app, model, scalingModel(2));
    }
    for (let round = 0; round < 5; round += 1) {
      const name = `wanted-${round}`;
      const answers = await Promise.all(
        ['early', 'late'].map((model) =>
          ask<{ deployVersion: { deployment: object | null; userErrors: { code: string }[] } }>(app, DEPLOY, {
            input: { name, version: `${model}@1`, runtime: { isolation: 'THREAD' } },
          }),
        ),
      );
      const codes = answers.map(({ deployVersion }) => deployVersion.userErrors[0]?.code ?? 'accepted');
      expect(codes.sort()).toEqual(['NAME_TAKEN', 'accepted']);
    }
  });

  it('keep serving the old revision until the new one is ready, without a failed request', async () => {
    await serve(app, 'steady', scalingModel(10));
    await publish(app, 'steady', scalingModel(20));
    const answers: unknown[] = [];
    const stop = new AbortController();
    const load = Promise.all(
      [1, 2, 3].map(async () => {
        while (!stop.signal.aborted) answers.push(await scale(app, { deployment: 'steady' }, [1, 0, 0, 0]));
      }),
    );
    const redeployed = await deploy(app, 'steady', 'steady@2');
    const countAtReady = answers.length;
    while (answers.length < countAtReady + 10) await new Promise((resolve) => setTimeout(resolve, 5));
    stop.abort();
    await load;

    expect(redeployed).toMatchObject({
      state: 'READY',
      version: { ref: 'steady@2' },
      revision: { number: 2 },
    });
    const factors = answers.map((answer) => (answer as number[])[0]);
    expect(new Set(factors)).toEqual(new Set([10, 20]));
    // Three requests at a time: those sent before the switch are answered within the next three.
    expect(new Set(factors.slice(countAtReady + 3))).toEqual(new Set([20]));
    // The old revision stops when its last request has ended, for which nobody waits.
    const watch = watchEvents(app.subscriber(), {
      after: '0',
      filter: { deployment: 'steady', allowUnknown: true },
    });
    await watch.until((events) =>
      events.some(({ revision, toState }) => revision === 1 && toState === 'STOPPED'),
    );
    watch.stop();
    expect(
      (await transitions('steady')).filter(
        (step) => step.startsWith('1: READY') || step.startsWith('1: DRAINING'),
      ),
    ).toEqual(['1: READY → DRAINING', '1: DRAINING → STOPPED']);
  });

  it('change nothing when asked for what already serves', async () => {
    await serve(app, 'unchanged', scalingModel(4));
    expect(await deploy(app, 'unchanged', 'unchanged@1')).toMatchObject({
      state: 'READY',
      revision: { number: 1 },
    });
    expect(await transitions('unchanged')).toHaveLength(4);
  });

  it('keep the reason when they fail: an artifact damaged on disk', async () => {
    await register(app, 'damaged');
    const { artifact } = await publish(app, 'damaged', scalingModel(5));
    await ruin(artifact.digest);
    const failed = await deploy(app, 'damaged', 'damaged@1');
    expect(failed).toMatchObject({ state: 'FAILED', revision: { number: 1, state: 'FAILED' } });
    expect(failed.stateReason).toContain(`Expected the stored bytes of ${artifact.digest}`);
    expect(failed.stateReason).not.toContain(app.config.dataDirectory);
    const [event] = (await storedEvents(app, '0', { deployment: 'damaged' })).slice(-1);
    expect(event).toMatchObject({ fromState: 'LOADING', toState: 'FAILED', stateReason: failed.stateReason });

    const input = {
      deployment: 'damaged',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }],
    };
    expect(await refusal(app, INFER, { input })).toMatchObject({
      code: 'DEPLOYMENT_NOT_READY',
      message: expect.stringContaining('is FAILED'),
    });
    // Sending the file again mends it; a new deployment of the same name then serves.
    await app.upload(scalingModel(5));
    expect(await deploy(app, 'damaged', 'damaged@1')).toMatchObject({
      state: 'READY',
      revision: { number: 2 },
    });
  });

  it('keep serving when the next revision fails, and say why nothing changed', async () => {
    await serve(app, 'guarded', scalingModel(6));
    const { artifact } = await publish(app, 'guarded', scalingModel(66));
    await ruin(artifact.digest);
    const after = await deploy(app, 'guarded', 'guarded@2');
    expect(after).toMatchObject({ state: 'READY', version: { ref: 'guarded@1' }, revision: { number: 1 } });
    expect(after.stateReason).toMatch(
      /^Revision 2 failed, revision 1 keeps serving: Expected the stored bytes/,
    );
    expect(await scale(app, { deployment: 'guarded' }, [1, 0, 0, 0])).toEqual([6, 0, 0, 0]);
  });

  it('stop and start again, with their history', async () => {
    await serve(app, 'restarted', scalingModel(7));
    const { deployment } = await succeed<{ deployment: Deployed }>(app, UNDEPLOY, { name: 'restarted' });
    expect(deployment).toEqual({ state: 'STOPPED', revision: { number: 1, state: 'STOPPED' } });
    const input = {
      deployment: 'restarted',
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }],
    };
    expect(await refusal(app, INFER, { input })).toMatchObject({
      code: 'DEPLOYMENT_NOT_READY',
      field: ['deployment'],
    });

    expect(await deploy(app, 'restarted', 'restarted@1', { runtime: { threads: 2 } })).toMatchObject({
      state: 'READY',
      revision: { number: 2 },
    });
    expect(await scale(app, { deployment: 'restarted' }, [1, 0, 0, 0])).toEqual([7, 0, 0, 0]);
    const data = await ask(
      app,
      '{ deployment(name: "restarted") { runtime { threads } revisions(first: 5) { totalCount edges { node { number state createdBy runtime { threads } version { ref } } } } } }',
    );
    expect(data).toEqual({
      deployment: {
        runtime: { threads: 2 },
        revisions: {
          totalCount: 2,
          edges: [
            {
              node: {
                number: 2,
                state: 'READY',
                createdBy: 'local',
                runtime: { threads: 2 },
                version: { ref: 'restarted@1' },
              },
            },
            {
              node: {
                number: 1,
                state: 'STOPPED',
                createdBy: 'local',
                runtime: { threads: 1 },
                version: { ref: 'restarted@1' },
              },
            },
          ],
        },
      },
    });
  });

  it('finish what runs before they stop', async () => {
    await serve(app, 'draining', scalingModel(8));
    const running = Array.from({ length: 20 }, () =>
      scale(app, { deployment: 'draining' }, [1, 0, 0, 0]).catch((error: unknown) => String(error)),
    );
    await succeed(app, UNDEPLOY, { name: 'draining' });
    const answers = await Promise.all(running);
    // Each was either served in full or told that the deployment has stopped; nothing hung and nothing broke.
    const others = answers.filter((answer) => JSON.stringify(answer) !== '[8,0,0,0]');
    expect(others.every((answer) => String(answer).includes('DEPLOYMENT_NOT_READY'))).toBe(true);
    expect((await transitions('draining')).slice(-2)).toEqual([
      '1: READY → DRAINING',
      '1: DRAINING → STOPPED',
    ]);
  });

  it.each([
    { input: { name: 'Bad Name', version: 'refused@1' }, code: 'INVALID_NAME', says: 'got "Bad Name"' },
    { input: { name: 'refused', version: 'refused@9' }, code: 'VERSION_NOT_FOUND', says: 'has version 1' },
    {
      input: { name: 'refused', version: 'no-such-model' },
      code: 'MODEL_NOT_FOUND',
      says: '"no-such-model"',
    },
    {
      input: { name: 'refused', version: 'refused@1', waitMs: -1 },
      code: 'INVALID_ARGUMENT',
      says: 'waitMs',
    },
    {
      input: { name: 'refused', version: 'refused@1', runtime: { threads: 0 } },
      code: 'INVALID_ARGUMENT',
      says: 'threads',
    },
  ])('are refused with $code: $input', async ({ input, code, says }) => {
    await app.graphql(
      'mutation { registerModel(input: {name: "refused", domain: GENERAL}) { userErrors { code } } }',
    );
    const { model } = await ask<{ model: { versions: { totalCount: number } } }>(
      app,
      '{ model(name: "refused") { versions { totalCount } } }',
    );
    for (let count = model.versions.totalCount; count < 1; count += 1)
      await publish(app, 'refused', scalingModel(9));
    expect(await refusal(app, DEPLOY, { input })).toMatchObject({
      code,
      message: expect.stringContaining(says),
    });
    expect(await ask(app, '{ deployments(filter: {model: "refused"}) { totalCount } }')).toEqual({
      deployments: { totalCount: 0 },
    });
  });

  it('refuse a name that serves another model, and to stop what is not there', async () => {
    await serve(app, 'owner', scalingModel(12));
    await register(app, 'intruder');
    await publish(app, 'intruder', scalingModel(13));
    expect(await refusal(app, DEPLOY, { input: { name: 'owner', version: 'intruder@1' } })).toMatchObject({
      code: 'NAME_TAKEN',
      field: ['name'],
    });
    expect(await refusal(app, UNDEPLOY, { name: 'no-such-deployment' })).toMatchObject({
      code: 'DEPLOYMENT_NOT_FOUND',
      message: expect.stringContaining('"no-such-deployment"'),
    });
    expect(await scale(app, { deployment: 'owner' }, [1, 0, 0, 0])).toEqual([12, 0, 0, 0]);
  });
});
