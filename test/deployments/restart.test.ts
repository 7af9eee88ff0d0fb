import { rename } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { DeploymentStore } from '../../src/deployments/deployment-store.js';
import { GraphBuilder } from '../../src/onnx/index.js';
import { ask, refusal, succeed } from '../api/support/ask.js';
import { deploy, publish } from '../api/support/catalog-steps.js';
import { change, ROLL_BACK, served, SET_TRAFFIC, sluggishModel } from '../api/support/migration-steps.js';
import { scalingModel } from '../api/support/own-models.js';
import { PATIENT_MS, serveWith, until } from '../api/support/serving-steps.js';
import { artifactPath } from '../api/support/stored-files.js';
import { databaseKinds, openDatabaseOf } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const HALVES = [{ weight: 50 }, { weight: 50 }];

/** y = zeros of the shape that x asks for: an answer of any size from a request of a few bytes. */
function zeros(): Uint8Array {
  const graph = new GraphBuilder('zeros', { opset: 17 });
  graph.input('shape', 'INT64', [1]);
  graph.node('ConstantOfShape', ['shape'], {}, ['y']);
  graph.output('y', 'FP32', ['n']);
  return graph.build();
}

async function deployZeros(app: TestApp): Promise<void> {
  const { digest } = await app.upload(zeros());
  await succeed(
    app,
    'mutation { registerModel(input: {name: "zeros", domain: GENERAL}) { userErrors { code message } } }',
  );
  await succeed(
    app,
    'mutation ($digest: String!) { publishVersion(input: {model: "zeros", artifact: {digest: $digest}}) { userErrors { code message } } }',
    { digest },
  );
  await succeed(
    app,
    'mutation { deployVersion(input: {name: "zeros", version: "zeros@1"}) { userErrors { code message } } }',
  );
}

const stateOf = async (app: TestApp) =>
  (
    await ask<{ deployment: { state: string; stateReason: string | null } }>(
      app,
      '{ deployment(name: "zeros") { state stateReason } }',
    )
  ).deployment;

describe.each(databaseKinds)('a restart on %s', (kind) => {
  it('brings back what served, though it was being loaded again and a newer revision failed', async () => {
    const first = await startTestApp({ kind });
    const THREAD = { runtime: { isolation: 'THREAD' } };
    await serveWith(first, 'served', scalingModel(2), THREAD);
    const { artifact } = await publish(first, 'served', scalingModel(3));
    await rename(artifactPath(first, artifact.digest), `${artifactPath(first, artifact.digest)}.away`);
    const { state, revision } = await deploy(first, 'served', 'served@2', { waitMs: PATIENT_MS, ...THREAD });
    expect([state, revision.number]).toEqual(['READY', 1]);
    await first.stop();
    // Its runner was lost, and then the process as a whole.
    const opened = await openDatabaseOf(first.config);
    const store = new DeploymentStore(opened.client);
    const serving = (await store.find('served'))?.revision;
    await opened.client.$transaction((tx) => store.transition(tx, serving?.id ?? '', 'PENDING', 'Lost'));
    await opened.close();

    const again = await startTestApp({ kind, reuse: first });
    try {
      const now = await served(again, 'served');
      expect({ state: now.state, version: now.version.ref }).toEqual({ state: 'READY', version: 'served@1' });
      expect(now.revisions.edges.map(({ node }) => [node.number, node.state])).toEqual([
        [2, 'FAILED'],
        [1, 'READY'],
      ]);
    } finally {
      await again.close();
    }
  });

  it.each([
    { what: 'a change of the traffic', mutation: SET_TRAFFIC, more: { shares: HALVES }, serves: [1, 2] },
    { what: 'a rollback', mutation: ROLL_BACK, more: { revision: 1 }, serves: [1] },
  ])('goes on with $what that waited for a model', async ({ what, mutation, more, serves }) => {
    const name = what.replaceAll(' ', '-');
    const first = await startTestApp({ kind });
    const THREAD = { runtime: { isolation: 'THREAD' } };
    // Either one is loaded for a second or more.
    await serveWith(first, name, sluggishModel(8), THREAD);
    await publish(first, name, sluggishModel(9));
    const [one, two] = [1, 2].map((number) => `${name}@${number}`);
    if (mutation === ROLL_BACK) await deploy(first, name, two ?? '', { waitMs: PATIENT_MS, ...THREAD });
    const refs = HALVES.map(({ weight }, index) => ({ version: index === 0 ? one : two, weight }));
    const input = { deployment: name, waitMs: 0, ...more, ...('shares' in more && { shares: refs }) };
    const begun = await change(first, mutation, input);
    expect(begun.traffic).toHaveLength(1);
    await first.stop();

    const again = await startTestApp({ kind, reuse: first });
    try {
      const { traffic } = await until(
        () => served(again, name),
        (now) =>
          now.traffic.length === serves.length && now.traffic[0]?.version.ref === `${name}@${serves[0] ?? 0}`,
      );
      expect(traffic.map(({ version }) => version.ref)).toEqual(serves.map((number) => `${name}@${number}`));
    } finally {
      await again.close();
    }
  });

  it('brings back what failed only because its file was not there', async () => {
    const first = await startTestApp({ kind });
    await deployZeros(first);
    expect(await stateOf(first)).toMatchObject({ state: 'READY' });
    await first.stop();
    const artifacts = join(first.config.dataDirectory, 'artifacts');
    await rename(artifacts, `${artifacts}.away`);

    const without = await startTestApp({ kind, reuse: first });
    expect(await stateOf(without)).toMatchObject({
      state: 'FAILED',
      stateReason: expect.stringContaining('sha256:'),
    });
    await without.stop();
    await rename(artifacts, `${artifacts}.empty`);
    await rename(`${artifacts}.away`, artifacts);

    const again = await startTestApp({ kind, reuse: first });
    expect(await stateOf(again)).toEqual({ state: 'READY', stateReason: null });
    await again.close();
  });
});

describe('an answer too large to write', () => {
  it('is refused with its size, and the server goes on', async () => {
    const app = await startTestApp({ kind: 'embedded' });
    await deployZeros(app);
    const infer = (n: number) =>
      `mutation { infer(input: {deployment: "zeros", inputs: [{name: "shape", datatype: INT64, shape: [1], data: [${n}]}]}) { outputs { shape } userErrors { field code message } } }`;
    expect(await refusal(app, infer(10_000_000))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringMatching(/Expected an answer of at most 33554432 bytes of tensors, got 40000000/),
    });
    expect(await succeed(app, infer(3))).toMatchObject({ outputs: [{ shape: [3] }] });
    await app.close();
  });
});
