import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { registerWithVersions, setAlias } from './support/alias-steps.js';
import { ask, refusal, succeed } from './support/ask.js';
import { deploy, publish, PUBLISH, register, scale } from './support/catalog-steps.js';
import { storedEvents } from './support/event-watch.js';
import { scalingModel } from './support/own-models.js';

const COLLECT = `mutation ($input: CollectArtifactsInput!) {
  collectArtifacts(input: $input) { artifacts { digest size } count bytes userErrors { field code message } } }`;
const DELETE = `mutation ($input: DeleteModelInput!) {
  deleteModel(input: $input) { deletedModelName userErrors { field code message } } }`;
const ARCHIVE = `mutation ($input: ArchiveModelInput!) {
  archiveModel(input: $input) { model { name } userErrors { field code message } } }`;

interface Collected {
  readonly artifacts: readonly { digest: string; size: number }[];
  readonly count: number;
  readonly bytes: number;
}

describe.each(databaseKinds)('removing what nothing refers to, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
  });
  afterAll(() => app.close());

  const collect = (input: object = {}) =>
    succeed<Collected>(app, COLLECT, { input: { olderThanHours: 0, ...input } });
  const remove = (name: string, reason?: string) => succeed(app, DELETE, { input: { name, reason } });
  const storedFiles = async () =>
    (await readdir(join(app.config.dataDirectory, 'artifacts', 'sha256'), { recursive: true }))
      .map((path) => path.split('/').at(-1) ?? '')
      .filter((name) => name.length === 64)
      .map((hex) => `sha256:${hex}`)
      .sort();

  it('keeps what versions refer to, and fresh uploads', async () => {
    await register(app, 'kept');
    const { artifact } = await publish(app, 'kept', scalingModel(10));
    const unused = await app.upload(scalingModel(11));
    expect(await collect({ olderThanHours: 1 })).toMatchObject({ count: 0, artifacts: [] });
    expect(await succeed(app, COLLECT, { input: {} })).toMatchObject({ count: 0 });

    const found = {
      count: 1,
      bytes: unused.size,
      artifacts: [unused].map(({ digest, size }) => ({ digest, size })),
    };
    expect(await collect({ dryRun: true })).toMatchObject(found);
    expect(await storedFiles()).toEqual([artifact.digest, unused.digest].sort());
    expect(await collect()).toMatchObject(found);
    expect(await storedFiles()).toEqual([artifact.digest]);
    expect(await collect()).toMatchObject({ count: 0, bytes: 0 });
    expect(
      await ask(
        app,
        '{ events(filter: {kinds: [ARTIFACTS_COLLECTED]}, first: 9) { edges { node { actor message ... on ArtifactsCollectedEvent { count bytes digests } } } } }',
      ),
    ).toEqual({
      events: {
        edges: [
          {
            node: {
              actor: 'local',
              message: `Removed 1 artifact of ${unused.size} bytes that no version referred to`,
              count: 1,
              bytes: unused.size,
              digests: [unused.digest],
            },
          },
        ],
      },
    });
    const gone = await fetch(`${app.url}/artifacts/${unused.digest}`);
    expect(gone.status).toBe(404);
    await gone.body?.cancel();
    expect(
      await refusal(app, PUBLISH, { input: { model: 'kept', artifact: { digest: unused.digest } } }),
    ).toMatchObject({ code: 'ARTIFACT_NOT_FOUND', field: ['artifact', 'digest'] });
    expect((await app.upload(scalingModel(11))).digest).toBe(unused.digest);
    expect((await publish(app, 'kept', scalingModel(11))).number).toBe(2);
  });

  it.each([-1, 87_601, 1e300])('refuses an age of %p hours', async (olderThanHours) => {
    expect(await refusal(app, COLLECT, { input: { olderThanHours } })).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: ['olderThanHours'],
    });
  });

  it('deletes a model only when archived and served by nothing, and then its artifacts may go', async () => {
    await registerWithVersions(app, 'leaving', 1);
    await register(app, 'staying');
    const shared = await publish(app, 'staying', scalingModel(2));
    const own = await publish(app, 'leaving', scalingModel(20));
    for (const version of ['1', '2', '1'])
      await setAlias(app, { model: 'leaving', alias: 'production', version });
    await deploy(app, 'leaving-service', 'leaving@2');
    const inUse = { code: 'MODEL_IN_USE', field: ['name'] };
    expect(await refusal(app, DELETE, { input: { name: 'leaving' } })).toMatchObject({
      ...inUse,
      message: expect.stringContaining('archive it first'),
    });
    await succeed(app, ARCHIVE, { input: { name: 'leaving', reason: 'superseded' } });
    expect(await refusal(app, DELETE, { input: { name: 'leaving' } })).toMatchObject({
      ...inUse,
      message: expect.stringContaining('leaving-service'),
    });
    expect((await collect()).artifacts.map(({ digest }) => digest)).not.toContain(own.artifact.digest);
    expect(await scale(app, { deployment: 'leaving-service' }, [1, 2, 3, 4])).toEqual([20, 40, 60, 80]);
    await succeed(
      app,
      'mutation { undeploy(input: {name: "leaving-service"}) { deployment { state } userErrors { field code message } } }',
    );
    await remove('leaving', 'nobody asked for a year');
    expect((await collect()).artifacts.map(({ digest }) => digest)).toEqual([own.artifact.digest]);
    expect(await storedFiles()).toContain(shared.artifact.digest);
    const told = await ask(
      app,
      '{ events(filter: {model: "leaving", kinds: [MODEL_ARCHIVED, MODEL_DELETED]}, first: 9) { edges { node { kind actor ... on ModelEvent { reason } } } } }',
    );
    expect(told).toEqual({
      events: {
        edges: [
          { node: { kind: 'MODEL_ARCHIVED', actor: 'local', reason: 'superseded' } },
          { node: { kind: 'MODEL_DELETED', actor: 'local', reason: 'nobody asked for a year' } },
        ],
      },
    });
    // What happened to its aliases is told by the events for ever.
    expect(await storedEvents(app, '0', { model: 'leaving', kinds: ['ALIAS_MOVED'] })).toHaveLength(3);
  });

  it('never takes the bytes from under a version that is being published', async () => {
    await register(app, 'contested');
    const collecting = new AbortController();
    const collector = (async () => {
      while (!collecting.signal.aborted) await collect();
    })();
    const outcomes = new Map<string, number>();
    const published: string[] = [];
    await Promise.all(
      [0, 1, 2].map(async (worker) => {
        for (let step = 0; step < 8; step += 1) {
          // Old bytes and new ones, uploaded before or with the publication.
          const bytes = scalingModel(1_000 + worker * 4 + (step % 4));
          const { digest } = await app.upload(bytes);
          const artifact = step % 2 ? { digest } : { base64: Buffer.from(bytes).toString('base64') };
          const { publishVersion } = await ask<{
            publishVersion: { version: { ref: string } | null; userErrors: { code: string }[] };
          }>(app, PUBLISH, { input: { model: 'contested', artifact } });
          if (publishVersion.version) published.push(publishVersion.version.ref);
          const [error] = publishVersion.userErrors;
          const outcome = error?.code ?? 'published';
          outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
        }
      }),
    );
    collecting.abort();
    await collector;
    expect(
      [...outcomes.keys()].filter((code) => !['published', 'ARTIFACT_NOT_FOUND'].includes(code)),
    ).toEqual([]);
    // Every version that was acknowledged has its bytes, and they are the right ones.
    for (const ref of published) {
      const { version } = await ask<{ version: { artifact: { url: string; size: number } } }>(
        app,
        `{ version(ref: "${ref}") { artifact { url size } } }`,
      );
      const answer = await fetch(`${app.url}${version.artifact.url}`);
      expect(answer.status).toBe(200);
      expect((await answer.arrayBuffer()).byteLength).toBe(version.artifact.size);
    }
    const files = await storedFiles();
    await collect();
    expect((await storedFiles()).length).toBeLessThanOrEqual(files.length);
  });
});
