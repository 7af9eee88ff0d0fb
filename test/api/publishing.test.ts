import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal, succeed } from './support/ask.js';
import {
  deploy,
  publish,
  PUBLISH,
  register,
  REGISTER,
  scale,
  serve,
  type PublishedVersion,
} from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';
import { storedArtifacts, unfinishedUploads } from './support/stored-files.js';

const SET_ALIAS = `mutation ($input: SetAliasInput!) {
  setAlias(input: $input) { alias { name updatedBy model { name } version { ref } } userErrors { field code message } } }`;
const TAG = `mutation ($input: TagVersionInput!) {
  tagVersion(input: $input) { version { ref tags { name createdBy } } userErrors { field code message } } }`;
const ARCHIVE = `mutation ($input: ArchiveModelInput!) {
  archiveModel(input: $input) { model { name archivedAt } userErrors { field code message } } }`;
const DELETE = `mutation ($input: DeleteModelInput!) {
  deleteModel(input: $input) { deletedModelId deletedModelName userErrors { field code message } } }`;
const UPDATE = `mutation ($input: UpdateModelInput!) {
  updateModel(input: $input) { model { name title summary domain labels card } userErrors { field code message } } }`;

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

describe.each(databaseKinds)('a model of one’s own, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
  });
  afterAll(() => app.close());

  it('goes from uploaded bytes to answers: register, publish, deploy, infer', async () => {
    const bytes = scalingModel(2);
    const { digest, size } = await app.upload(bytes);
    expect({ digest, size }).toEqual({ digest: digestOf(bytes), size: bytes.length });

    const { model } = await succeed<{ model: unknown }>(app, REGISTER, {
      input: {
        name: 'doubling',
        title: 'Doubling',
        domain: 'GENERAL',
        labels: ['b', 'a', 'b'],
        card: '# Doubling',
      },
    });
    expect(model).toMatchObject({
      name: 'doubling',
      labels: ['b', 'a'],
      card: '# Doubling',
      createdBy: 'local',
      archivedAt: null,
    });
    const { version } = await succeed<{ version: PublishedVersion }>(app, PUBLISH, {
      input: {
        model: 'doubling',
        artifact: { digest },
        metrics: [{ name: 'rmse', value: 0.5, dataset: 'none' }],
        notes: 'First.',
      },
    });
    expect(version).toMatchObject({ ref: 'doubling@1', number: 1, artifact: { digest, size: bytes.length } });

    expect(await deploy(app, 'doubling-live', 'doubling@1')).toMatchObject({
      state: 'READY',
      version: { ref: 'doubling@1' },
    });
    expect(await scale(app, { deployment: 'doubling-live' }, [1, 2, 3, 4])).toEqual([2, 4, 6, 8]);
  });

  it('reads the signature and what else is in the file from the graph', async () => {
    await register(app, 'inspected');
    await publish(app, 'inspected', scalingModel(5), {
      source: { repository: 'https://example.org/models', commit: 'abc123', dirty: false },
      metrics: [{ name: 'mae', value: 0.25, unit: 'eV', dataset: 'test', higherIsBetter: false }],
    });
    const { version } = await ask<{ version: unknown }>(
      app,
      `{ version(ref: "inspected@1") {
           signature { inputs { name datatype shape dimensions unit } outputs { name datatype shape dimensions } }
           artifact { producer opsets { domain version } metadata parameterCount operators { operator count } url }
           pipeline source { repository commit dirty path } metrics { name value unit dataset higherIsBetter } } }`,
    );
    expect(version).toEqual({
      signature: {
        inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4], dimensions: ['rows', null], unit: null }],
        outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 4], dimensions: ['rows', null] }],
      },
      artifact: {
        producer: 'retort',
        opsets: [{ domain: 'ai.onnx', version: 17 }],
        metadata: { purpose: 'test' },
        parameterCount: 1,
        operators: [{ operator: 'Mul', count: 1 }],
        url: `/artifacts/${digestOf(scalingModel(5))}`,
      },
      pipeline: null,
      source: { repository: 'https://example.org/models', commit: 'abc123', dirty: false, path: null },
      metrics: [{ name: 'mae', value: 0.25, unit: 'eV', dataset: 'test', higherIsBetter: false }],
    });
  });

  it('writes an upload to disk while it still comes in', async () => {
    const bytes = Buffer.from(scalingModel(7));
    const upload = request(`${app.url}/artifacts`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
    });
    const answered = once(upload, 'response') as Promise<[IncomingMessage]>;
    upload.write(bytes.subarray(0, 100));
    let sizes: number[] = [];
    while (sizes[0] !== 100) {
      sizes = (await unfinishedUploads(app)).map(({ size }) => size);
    }
    expect(sizes).toEqual([100]);

    upload.end(bytes.subarray(100));
    const [response] = await answered;
    response.resume();
    expect(response.statusCode).toBe(201);
    expect(await unfinishedUploads(app)).toEqual([]);
    const download = await fetch(`${app.url}/artifacts/${digestOf(bytes)}`);
    expect(Buffer.from(await download.arrayBuffer()).equals(bytes)).toBe(true);
  });

  it('stores the same bytes once, however often and by whichever way they come', async () => {
    const bytes = scalingModel(11);
    const before = await storedArtifacts(app);
    const uploads = await Promise.all([app.upload(bytes), app.upload(bytes), app.upload(bytes)]);
    await register(app, 'same-bytes');
    const first = await publish(app, 'same-bytes', bytes);
    const second = await publish(app, 'same-bytes', bytes);
    expect(new Set(uploads.map(({ digest }) => digest))).toEqual(new Set([digestOf(bytes)]));
    expect([first.artifact.digest, second.artifact.digest]).toEqual([digestOf(bytes), digestOf(bytes)]);
    expect([first.number, second.number]).toEqual([1, 2]);
    expect((await storedArtifacts(app)).filter((digest) => !before.includes(digest))).toEqual([
      digestOf(bytes),
    ]);
  });

  it('numbers versions published at the same moment one by one', async () => {
    await register(app, 'crowded');
    const versions = await Promise.all(
      Array.from({ length: 8 }, (_, index) => publish(app, 'crowded', scalingModel(100 + index))),
    );
    expect(versions.map(({ number }) => number).toSorted((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
  });

  it('keeps where a version came from', async () => {
    await register(app, 'parent');
    await publish(app, 'parent', scalingModel(20));
    await register(app, 'child');
    await publish(app, 'child', scalingModel(21), {
      derivedFrom: [{ version: 'parent@1', relation: 'FINE_TUNED' }],
    });
    expect(
      await ask(app, '{ version(ref: "child@1") { derivedFrom { relation version { ref } } } }'),
    ).toEqual({
      version: { derivedFrom: [{ relation: 'FINE_TUNED', version: { ref: 'parent@1' } }] },
    });
  });

  it('tags a version for good, and takes the tag away', async () => {
    await register(app, 'tagged');
    await publish(app, 'tagged', scalingModel(30));
    await publish(app, 'tagged', scalingModel(31));
    const { version } = await succeed<{ version: unknown }>(app, TAG, {
      input: { version: 'tagged@1', tag: 'v1.2.0' },
    });
    expect(version).toEqual({ ref: 'tagged@1', tags: [{ name: 'v1.2.0', createdBy: 'local' }] });
    expect(await refusal(app, TAG, { input: { version: 'tagged@2', tag: 'v1.2.0' } })).toMatchObject({
      code: 'TAG_EXISTS',
    });
    expect(await scale(app, { version: 'tagged@v1.2.0' }, [1, 1, 1, 1])).toEqual([30, 30, 30, 30]);

    const untag = `mutation ($input: UntagVersionInput!) { untagVersion(input: $input) { version { tags { name } } userErrors { field code message } } }`;
    const input = { version: 'tagged@1', tag: 'v1.2.0' };
    expect(await succeed(app, untag, { input })).toMatchObject({ version: { tags: [] } });
    expect(await refusal(app, untag, { input })).toMatchObject({ code: 'TAG_NOT_FOUND' });
    expect(await ask(app, '{ version(ref: "tagged@v1.2.0") { ref } }')).toEqual({ version: null });
  });

  it('moves an alias only when it stands where the caller believes', async () => {
    await register(app, 'aliased');
    await publish(app, 'aliased', scalingModel(40));
    await publish(app, 'aliased', scalingModel(41));
    const set = (version: string, expected?: string) => ({
      input: { model: 'aliased', alias: 'production', version, ...(expected && { expected }) },
    });
    expect(await succeed(app, SET_ALIAS, set('aliased@1'))).toMatchObject({
      alias: {
        name: 'production',
        updatedBy: 'local',
        model: { name: 'aliased' },
        version: { ref: 'aliased@1' },
      },
    });
    expect(await refusal(app, SET_ALIAS, set('aliased@2', 'aliased@2'))).toMatchObject({
      code: 'ALIAS_MOVED',
      field: ['expected'],
    });
    expect(await scale(app, { version: 'aliased@production' }, [1, 0, 0, 0])).toEqual([40, 0, 0, 0]);
    await succeed(app, SET_ALIAS, set('aliased@2', 'aliased@1'));
    expect(await scale(app, { version: 'aliased@production' }, [1, 0, 0, 0])).toEqual([41, 0, 0, 0]);

    const remove = `mutation ($input: RemoveAliasInput!) {
      removeAlias(input: $input) { removedAlias model { aliases { name } } userErrors { field code message } } }`;
    const input = { model: 'aliased', alias: 'production' };
    expect(await succeed(app, remove, { input })).toMatchObject({
      removedAlias: 'production',
      model: { aliases: [] },
    });
    expect(await refusal(app, remove, { input })).toMatchObject({ code: 'ALIAS_NOT_FOUND' });
  });

  it('lets exactly one of several movers of an alias win', async () => {
    await register(app, 'contested');
    for (const factor of [50, 51, 52, 53]) await publish(app, 'contested', scalingModel(factor));
    await succeed(app, SET_ALIAS, {
      input: { model: 'contested', alias: 'production', version: 'contested@1' },
    });
    const answers = await Promise.all(
      [2, 3, 4].map((number) =>
        ask<{ setAlias: { alias: { version: { ref: string } } | null; userErrors: { code: string }[] } }>(
          app,
          SET_ALIAS,
          {
            input: {
              model: 'contested',
              alias: 'production',
              version: `contested@${number}`,
              expected: 'contested@1',
            },
          },
        ),
      ),
    );
    const codes = answers.flatMap(({ setAlias }) => setAlias.userErrors.map(({ code }) => code));
    expect(codes).toEqual(['ALIAS_MOVED', 'ALIAS_MOVED']);
    const winner = answers.find(({ setAlias }) => setAlias.alias)?.setAlias.alias?.version.ref;
    expect(await ask(app, '{ version(ref: "contested@production") { ref } }')).toEqual({
      version: { ref: winner },
    });
  });

  it('changes what a model says about itself, and only what was given', async () => {
    await register(app, 'described', { title: 'Before', summary: 'Stays', labels: ['old'] });
    expect(
      await succeed(app, UPDATE, {
        input: { name: 'described', title: 'After', domain: 'BIOLOGY', labels: [] },
      }),
    ).toMatchObject({
      model: { name: 'described', title: 'After', summary: 'Stays', domain: 'BIOLOGY', labels: [] },
    });
  });

  it('archives, brings back and deletes; what still runs is not deleted under its users', async () => {
    await serve(app, 'passing', scalingModel(60));
    expect(await refusal(app, DELETE, { input: { name: 'passing' } })).toMatchObject({
      code: 'MODEL_IN_USE',
    });
    await succeed(app, ARCHIVE, { input: { name: 'passing', reason: 'superseded' } });
    const artifact = { base64: Buffer.from(scalingModel(61)).toString('base64') };
    expect(await refusal(app, PUBLISH, { input: { model: 'passing', artifact } })).toMatchObject({
      code: 'MODEL_ARCHIVED',
    });
    expect(await scale(app, { deployment: 'passing' }, [1, 1, 1, 1])).toEqual([60, 60, 60, 60]);
    expect(await refusal(app, DELETE, { input: { name: 'passing' } })).toMatchObject({
      code: 'MODEL_IN_USE',
      message: expect.stringContaining('undeploy'),
    });

    await succeed(app, ARCHIVE, { input: { name: 'passing', archived: false } });
    expect(await publish(app, 'passing', scalingModel(61))).toMatchObject({ number: 2 });
    await app.graphql('mutation { undeploy(input: {name: "passing"}) { userErrors { code } } }');
    await succeed(app, ARCHIVE, { input: { name: 'passing' } });
    expect(await succeed(app, DELETE, { input: { name: 'passing' } })).toMatchObject({
      deletedModelName: 'passing',
    });
    expect(
      await ask(app, '{ model(name: "passing") { name } deployment(name: "passing") { name } }'),
    ).toEqual({ model: null, deployment: null });
    // The bytes stay, and so does the name's freedom to be used again.
    expect((await fetch(`${app.url}/artifacts/${digestOf(scalingModel(60))}`)).status).toBe(200);
    await register(app, 'passing');
  });
});
