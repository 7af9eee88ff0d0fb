import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DATA_TYPES, type DataType } from '../../src/tensors/index.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal, succeed } from './support/ask.js';
import {
  deploy,
  DEPLOY,
  INFER,
  PUBLISH,
  publish,
  register,
  scale,
  serve,
  type Inferred,
} from './support/catalog-steps.js';
import { copyAndCompute, EXTREMES, randomFiniteBytes } from './support/every-datatype.js';
import { change, MIGRATE, ROLL_BACK, SET_TRAFFIC } from './support/migration-steps.js';
import { scalingModel } from './support/own-models.js';
import { download, importArchive } from './support/transfer-steps.js';
import { Callers, deploymentNow, infer, PATIENT_MS, until } from './support/serving-steps.js';

const KEY = 'key-of-the-remote-server';
const PROTOCOLS = ['OPEN_INFERENCE', 'TF_SERVING'] as const;

const UPDATE = `mutation ($input: UpdateDeploymentInput!) { updateDeployment(input: $input) {
  deployment { state stateReason runtime { remote { protocol url model version credentials } } } userErrors { field code message } } }`;
const ROWS = `query ($name: String!) { deployment(name: $name) { batching { enabled rowsIndependent rowsIndependentReason } } }`;

const byName = (one: { name: string }, other: { name: string }) => (one.name < other.name ? -1 : 1);

interface DeployAnswer {
  readonly deployment: { readonly state: string; readonly stateReason: string | null } | null;
  readonly userErrors: readonly { readonly message: string }[];
}

/** What one app is to know of another. */
interface Remote {
  readonly protocol: (typeof PROTOCOLS)[number];
  readonly url: string;
  readonly model: string;
  readonly credentials: string;
}

describe('Retort as the remote engine of another', () => {
  let remote: TestApp;
  let local: TestApp;
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'retort-secrets-'));
    const secretsFile = join(folder, 'secrets.json');
    await writeFile(secretsFile, JSON.stringify({ 'remote-key': KEY }), { mode: 0o600 });
    remote = await startTestApp({ kind: 'embedded', config: { apiKey: KEY } });
    local = await startTestApp({ kind: 'embedded', config: { remoteHosts: ['127.0.0.0/8'], secretsFile } });
    await serve(remote, 'scale', scalingModel(3), { runtime: { isolation: 'THREAD' } });
    await serve(local, 'scale', scalingModel(3), { runtime: { isolation: 'THREAD' } });
  });
  afterAll(async () => {
    await local.close();
    await remote.close();
    await rm(folder, { recursive: true, force: true });
  });

  const at = (protocol: Remote['protocol'], model: string): Remote => ({
    protocol,
    url: remote.url,
    model,
    credentials: 'remote-key',
  });
  const publishRemote = async (model: string, of: Remote, more: object = {}) => {
    const input = { model, artifact: { remote: of }, ...more };
    return (
      await succeed<{ version: { ref: string; artifact: { digest: string } } }>(local, PUBLISH, { input })
    ).version;
  };

  describe.each(PROTOCOLS)('over %s', (protocol) => {
    const name = protocol.toLowerCase().replace('_', '-');

    it('is a version whose tensors the remote tells, and answers as it would', async () => {
      await register(local, name);
      const { ref, artifact } = await publishRemote(name, at(protocol, 'scale'));
      const about = `query ($ref: String!) { version(ref: $ref) {
        artifact { format irVersion remote { protocol url model version credentials } }
        signature { inputs { name datatype shape } outputs { name datatype shape } } } }`;
      expect(await ask(local, about, { ref })).toEqual({
        version: {
          artifact: {
            format: 'REMOTE',
            irVersion: null,
            remote: { ...at(protocol, 'scale'), version: null },
          },
          signature: {
            inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
            outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 4] }],
          },
        },
      });
      // The same model of the same server is the same artifact.
      expect((await publishRemote(name, at(protocol, 'scale'))).artifact).toEqual(artifact);
      expect(await deploy(local, name, ref)).toMatchObject({ state: 'READY', stateReason: null });
      expect(await scale(local, { deployment: name }, [1, 2, -0.1, 1e-40])).toEqual(
        await scale(local, { deployment: 'scale' }, [1, 2, -0.1, 1e-40]),
      );
      expect(await scale(local, { version: ref }, [1, 2, 3, 4])).toEqual([3, 6, 9, 12]);
      const { deployment } = await ask<{ deployment: { batching: object } }>(local, ROWS, { name });
      expect(deployment.batching).toEqual({
        enabled: false,
        rowsIndependent: 'UNPROVEN',
        rowsIndependentReason: 'A remote engine shows nothing of its graph',
      });
    });

    it('joins rows of different callers only by the word of its publisher', async () => {
      const { ref } = await publishRemote(name, at(protocol, 'scale'), { declareRowsIndependent: true });
      await deploy(local, `${name}-joined`, ref);
      const { deployment } = await ask<{ deployment: { batching: object } }>(local, ROWS, {
        name: `${name}-joined`,
      });
      expect(deployment.batching).toMatchObject({ enabled: true, rowsIndependent: 'DECLARED' });
      const answers = await Promise.all(
        Array.from({ length: 40 }, (_, row) =>
          scale(local, { deployment: `${name}-joined` }, [row, 1, 2, -row]),
        ),
      );
      expect(answers).toEqual(answers.map((_, row) => [3 * row, 3, 6, 0 - 3 * row]));
    });

    // No bytes over TF Serving's JSON: half floats are numbers there, and not-a-number has no payload.
    const types = DATA_TYPES.filter((type) => protocol === 'OPEN_INFERENCE' || !type.startsWith('FP'));
    it.each(types)('carries every bit of %s', async (datatype: DataType) => {
      const model = `bits-${datatype.toLowerCase()}`;
      const known = await ask<{ model: object | null }>(remote, `{ model(name: "${model}") { id } }`);
      if (known.model === null) {
        const bytes = copyAndCompute(datatype, ['rows', 6]);
        await serve(remote, model, bytes, { runtime: { isolation: 'THREAD' } });
        await serve(local, model, bytes, { runtime: { isolation: 'THREAD' } });
      }
      const { ref } = await publishRemote(model, at(protocol, model));
      for (const data of [EXTREMES[datatype], randomFiniteBytes(datatype, 6, 7)]) {
        const inputs = [{ name: 'x', datatype, shape: [1, 6], data: data.toString('base64') }];
        const answer = (target: object) =>
          succeed<Inferred>(local, INFER, { input: { ...target, inputs, encoding: 'BASE64' } });
        const [here, there] = [await answer({ deployment: model }), await answer({ version: ref })];
        // TensorFlow Serving's maps have no order.
        expect([...there.outputs].sort(byName)).toEqual([...here.outputs].sort(byName));
      }
    });

    it('runs a version of this server elsewhere, and here again', async () => {
      await register(local, `${name}-moved`);
      await publish(local, `${name}-moved`, scalingModel(3));
      const settings = { runtime: { isolation: 'THREAD', remote: at(protocol, 'scale') } };
      expect(await deploy(local, `${name}-moved`, `${name}-moved@1`, settings)).toMatchObject({
        state: 'READY',
      });
      expect(await scale(local, { deployment: `${name}-moved` }, [1, 2, 3, 4])).toEqual([3, 6, 9, 12]);
      const rows = await ask<{ deployment: object }>(local, ROWS, { name: `${name}-moved` });
      expect(rows.deployment).toMatchObject({ batching: { enabled: false, rowsIndependent: 'UNPROVEN' } });
      const update = (runtime: object) =>
        succeed<{ deployment: object }>(local, UPDATE, {
          input: { name: `${name}-moved`, runtime, waitMs: PATIENT_MS },
        });
      expect((await update({ replicas: 2 })).deployment).toMatchObject({
        state: 'READY',
        runtime: { remote: { ...at(protocol, 'scale'), version: null } },
      });
      expect((await update({ remote: null })).deployment).toEqual({
        state: 'READY',
        stateReason: null,
        runtime: { remote: null },
      });
      const back = await ask<{ deployment: object }>(local, ROWS, { name: `${name}-moved` });
      expect(back.deployment).toMatchObject({ batching: { enabled: true, rowsIndependent: 'PROVEN' } });
      await change(local, ROLL_BACK, { deployment: `${name}-moved`, waitMs: PATIENT_MS });
      expect(await scale(local, { deployment: `${name}-moved` }, [1, 2, 3, 4])).toEqual([3, 6, 9, 12]);
    });
  });

  it('shares traffic with a version that runs here, and is migrated to under the same guards', async () => {
    await register(local, 'mixed');
    await publish(local, 'mixed', scalingModel(3));
    await publishRemote('mixed', at('OPEN_INFERENCE', 'scale'));
    await deploy(local, 'mixed', 'mixed@1');
    const shares = [
      { version: 'mixed@1', share: 0.5 },
      { version: 'mixed@2', share: 0.5 },
    ];
    await change(local, SET_TRAFFIC, { deployment: 'mixed', shares, waitMs: PATIENT_MS });
    const ask4 = (request: number) =>
      infer(local, {
        deployment: 'mixed',
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [request, 1, 1, 1] }],
      });
    const versions = new Set<string>();
    for (let request = 0; request < 40; request += 1) {
      const outcome = await ask4(request);
      if (outcome.kind !== 'answered') throw new Error(JSON.stringify(outcome));
      expect(outcome.data).toEqual([3 * request, 3, 3, 3]);
      versions.add(outcome.version);
    }
    expect([...versions].sort()).toEqual(['mixed@1', 'mixed@2']);
    const alone = [{ version: 'mixed@1', share: 1 }];
    await change(local, SET_TRAFFIC, { deployment: 'mixed', shares: alone, waitMs: PATIENT_MS });
    const callers = new Callers(2, (_, request) => ask4(request));
    try {
      await change(local, MIGRATE, {
        deployment: 'mixed',
        version: 'mixed@2',
        strategy: 'CANARY',
        canary: { steps: [{ share: 0.5, dwellMs: 1, minRequests: 20 }] },
        guards: { errorRate: { maxIncrease: 0.5 }, outputDifference: { maxShare: 0 } },
        waitMs: 0,
      });
      await until(
        () =>
          ask<{ deployment: { version: { ref: string } } }>(
            local,
            '{ deployment(name: "mixed") { version { ref } } }',
          ),
        ({ deployment }) => deployment.version.ref === 'mixed@2',
      );
    } finally {
      await callers.stop();
    }
    expect(callers.refusals).toEqual([]);
  });

  it.each([
    ['has no such model', { model: 'nothing' }, 'REMOTE_UNUSABLE', /does not know the model/],
    ['is another protocol', { url: 'ftp://127.0.0.1' }, 'INVALID_ARGUMENT', /an http or https address/],
    [
      'is an address of a model',
      { url: 'http://127.0.0.1/v2/models/m' },
      'INVALID_ARGUMENT',
      /leave out \/v2/,
    ],
    ['is not allowed', { url: 'http://10.1.2.3' }, 'INVALID_ARGUMENT', /RETORT_REMOTE_HOSTS/],
    ['gets a wrong secret', { credentials: null }, 'REMOTE_UNUSABLE', /lack of permission/],
    [
      'gets a secret that is none',
      { credentials: 'nobody' },
      'INVALID_ARGUMENT',
      /none of the name "nobody"/,
    ],
  ])('is refused where it %s', async (_, change_, code, says) => {
    const wrong = { ...at('OPEN_INFERENCE', 'scale'), ...change_ };
    const input = { model: 'scale', artifact: { remote: wrong } };
    expect(await refusal(local, PUBLISH, { input })).toMatchObject({
      code,
      message: expect.stringMatching(says),
    });
    const { deployVersion: answer } = await ask<{ deployVersion: DeployAnswer }>(local, DEPLOY, {
      input: { name: 'wrong', version: 'scale@1', runtime: { remote: wrong }, waitMs: PATIENT_MS },
    });
    // What can be said before anything is connected to is an error of the caller's; the rest is the deployment's state.
    expect(answer.deployment?.stateReason ?? answer.userErrors[0]?.message).toMatch(says);
    expect(answer.deployment?.state ?? 'FAILED').toBe('FAILED');
  });

  it('may not remember answers, and has no graph to compare', async () => {
    const input = { name: 'x', version: 'open-inference@1', cache: { maxBytes: 100_000 } };
    expect(await refusal(local, DEPLOY, { input })).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: ['cache'],
    });
    const compared = await local.graphql(
      `{ compareVersions(base: "scale@1", target: "open-inference@1") { graph { operators { operator } } } }`,
    );
    expect(JSON.stringify(compared)).toMatch(/on another server|UNSUPPORTED_MODEL/);
  });

  it('goes to another catalog as any version does, and to Git', async () => {
    const other = await startTestApp({ kind: 'embedded' });
    try {
      const archive = await download(local, 'open-inference');
      await importArchive(other, archive);
      const { version } = await ask<{ version: { artifact: object; signature: object } }>(
        other,
        '{ version(ref: "open-inference@1") { artifact { format remote { url credentials } } } }',
      );
      expect(version.artifact).toEqual({
        format: 'REMOTE',
        remote: { url: remote.url, credentials: 'remote-key' },
      });
      // The other server's operator has not allowed that host.
      const { deployVersion: answer } = await ask<{ deployVersion: DeployAnswer }>(other, DEPLOY, {
        input: { name: 'far', version: 'open-inference@1', waitMs: PATIENT_MS },
      });
      expect(answer.deployment).toMatchObject({
        state: 'FAILED',
        stateReason: expect.stringMatching(/RETORT_REMOTE_HOSTS/),
      });
    } finally {
      await other.close();
    }
  });

  it('keeps the secret out of all that can be read', async () => {
    const { events } = await ask<{ events: { edges: object[] } }>(
      local,
      '{ events(last: 100) { edges { node { kind message } } } }',
    );
    expect(events.edges.length).toBeGreaterThan(5);
    expect(JSON.stringify(events)).not.toContain(KEY);
    const artifact = await ask<{ version: { artifact: { url: string } } }>(
      local,
      '{ version(ref: "open-inference@1") { artifact { url } } }',
    );
    const bytes = await (await fetch(local.url + artifact.version.artifact.url)).text();
    expect(bytes).toMatch(/^\{"retort":"remote\/1".*"credentials":"remote-key"/);
    expect(bytes).not.toContain(KEY);
  });
});

describe('a remote engine that goes and comes back', () => {
  it('answers nothing wrong meanwhile, lets callers try again, and is found by itself', async () => {
    let remote = await startTestApp({ kind: 'embedded' });
    const { port } = new URL(remote.url);
    await serve(remote, 'scale', scalingModel(3), { runtime: { isolation: 'THREAD' } });
    const local = await startTestApp({ kind: 'embedded', config: { remoteHosts: ['127.0.0.1'] } });
    await register(local, 'far');
    const input = {
      model: 'far',
      artifact: { remote: { protocol: 'OPEN_INFERENCE', url: remote.url, model: 'scale' } },
    };
    await succeed(local, PUBLISH, { input });
    await deploy(local, 'far', 'far@1', { runtime: { replicas: 4 } });
    const callers = new Callers(6, async (caller, request) => {
      const outcome = await infer(local, {
        deployment: 'far',
        deadlineMs: 500,
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [caller, request, 1, -1] }],
      });
      if (outcome.kind === 'answered') expect(outcome.data).toEqual([3 * caller, 3 * request, 3, -3]);
      return outcome;
    });
    try {
      await callers.progress(50);
      for (let round = 0; round < 2; round += 1) {
        await remote.stop();
        await until(
          () => deploymentNow(local, 'far'),
          ({ state }) => state !== 'READY',
        );
        const config = { port: Number(port) };
        remote = await startTestApp({ kind: 'embedded', reuse: remote, config });
        await callers.progress(50);
      }
    } finally {
      await callers.stop();
    }
    const codes = new Set(callers.refusals.map(({ code }) => code));
    expect(
      [...codes].filter(
        (code) => !['UNAVAILABLE', 'DEADLINE_EXCEEDED', 'DEPLOYMENT_NOT_READY'].includes(code),
      ),
    ).toEqual([]);
    const told = await ask<{ events: { edges: { node: { message: string } }[] } }>(
      local,
      '{ events(filter: {kinds: [RUNNER_LOST, RUNNER_RESTARTED], deployment: "far"}, last: 20) { edges { node { message } } } }',
    );
    expect(told.events.edges.map(({ node }) => node.message)).toEqual(
      expect.arrayContaining([
        expect.stringMatching(/^far \(far@1\) lost a runner, 0 left: The remote engine of "scale" at/),
        expect.stringMatching(/^far \(far@1\) has its runner back after/),
      ]),
    );
    // A restart of this server while that one is away waits for it.
    await remote.stop();
    await local.stop();
    const restarted = await startTestApp({
      kind: 'embedded',
      reuse: local,
      config: { remoteHosts: ['127.0.0.1'] },
    });
    await until(
      () => deploymentNow(restarted, 'far'),
      ({ stateReason }) => stateReason?.includes('cannot be reached') === true,
    );
    remote = await startTestApp({ kind: 'embedded', reuse: remote, config: { port: Number(port) } });
    await until(
      () => deploymentNow(restarted, 'far'),
      ({ state }) => state === 'READY',
    );
    expect(await scale(restarted, { deployment: 'far' }, [1, 2, 3, 4])).toEqual([3, 6, 9, 12]);
    await restarted.close();
    await remote.close();
  });
});
