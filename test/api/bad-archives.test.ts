import { readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { linearModel } from '../catalog/catalog-harness.js';
import { archiveFiles, sampleManifest, tarOf } from '../transfer/sample-archive.js';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, onlyError, refusal, succeed } from './support/ask.js';
import { publish, register } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';
import { artifactPath } from './support/stored-files.js';
import { download, IMPORT, importArchive, send, type Imported } from './support/transfer-steps.js';

const KEY = 'a-key-of-more-than-sixteen-characters';
const MAX_ARCHIVE = 40_000;

describe.each(databaseKinds)('bad archives, %s database', (kind) => {
  let app: TestApp;
  let archive: Buffer;
  beforeAll(async () => {
    app = await startTestApp({ kind, config: { maxArtifactBytes: 5_000, maxArchiveBytes: MAX_ARCHIVE } });
    const graphs = [linearModel(2), linearModel(3)];
    archive = tarOf(archiveFiles(sampleManifest(graphs), graphs));
  });
  afterAll(() => app.close());

  /** Refused, and nothing is different afterwards: no model, no file, no event of a change. */
  const refuse = async (bytes: Uint8Array, more: object = {}) => {
    const digest = await send(app, bytes);
    for (const dryRun of [true, false])
      expect(await refusal(app, IMPORT, { input: { archive: { digest }, dryRun, ...more } })).toMatchObject({
        field: [expect.stringContaining('archive')],
      });
    const stored = await readdir(join(app.config.dataDirectory, 'artifacts'), {
      recursive: true,
      withFileTypes: true,
    });
    expect(stored.filter((entry) => entry.isFile())).toEqual([]);
    expect(
      await ask(app, '{ models { totalCount } events(filter: {kinds: [MODEL_IMPORTED]}) { totalCount } }'),
    ).toEqual({
      models: { totalCount: 0 },
      events: { totalCount: 0 },
    });
    return refusal(app, IMPORT, { input: { archive: { digest }, ...more } });
  };
  const withManifest = (change: object, graphs = [linearModel(2), linearModel(3)]) =>
    tarOf(archiveFiles({ ...sampleManifest(graphs), ...change }, graphs));

  it('takes the same archive when it is whole', async () => {
    const digest = await send(app, archive);
    const trial = await succeed<Imported>(app, IMPORT, { input: { archive: { digest }, dryRun: true } });
    expect(trial.plan).toMatchObject({ refusal: null, versionsAdded: 2 });
  });

  it.each([
    ['in the first header', 20],
    ['in the checksums', 600],
    ['in the manifest', 2_000],
    ['in a graph', -1_500],
    ['at the end', -3],
  ])('refuses a flipped bit %s', async (_where, at) => {
    const damaged = Buffer.from(archive);
    const place = at < 0 ? damaged.length + at : at;
    damaged[place] = (damaged[place] ?? 0) ^ 4;
    expect(await refuse(damaged)).toMatchObject({ code: 'ARCHIVE_INVALID' });
  });

  it('refuses one that was cut short, one of a newer format, and what is none', async () => {
    expect(await refuse(archive.subarray(0, 5_000))).toMatchObject({
      code: 'ARCHIVE_INVALID',
      message: expect.stringContaining('cut short'),
    });
    expect(await refuse(withManifest({ formatVersion: 2 }))).toMatchObject({ code: 'ARCHIVE_UNSUPPORTED' });
    expect(await refuse(Buffer.from('hello'))).toMatchObject({ code: 'ARCHIVE_INVALID' });
  });

  it('refuses what is not what it says', async () => {
    const text = Buffer.from('this is no graph');
    expect(await refuse(withManifest({}, [linearModel(2), text]))).toMatchObject({ code: 'INVALID_MODEL' });
    const [first, second] = sampleManifest([linearModel(2), linearModel(3)]).versions;
    const signature = { inputs: first?.signature.inputs, outputs: [] };
    expect(await refuse(withManifest({ versions: [first, { ...second, signature }] }))).toMatchObject({
      code: 'ARCHIVE_INVALID',
      message: expect.stringContaining('signature of version 2'),
    });
    const pipeline = { format: 1, instance: { kind: 'molecule' }, inputs: {}, outputs: {} };
    expect(await refuse(withManifest({ versions: [first, { ...second, pipeline }] }))).toMatchObject({
      code: 'INVALID_PIPELINE',
      message: expect.stringContaining('version 2'),
    });
    expect(await refuse(withManifest({}, [linearModel(2), Buffer.alloc(6_000)]))).toMatchObject({
      code: 'ARTIFACT_TOO_LARGE',
    });
  });

  describe('refuses examples that publishing would refuse:', () => {
    const row = (values: readonly number[], more: object = {}) => ({
      name: 'x',
      datatype: 'FP32',
      shape: [1, 2],
      data: Buffer.from(new Float32Array(values).buffer).toString('base64'),
      ...more,
    });
    const said = { name: 'bad', description: null, expected: [] };
    it.each<[string, string, object]>([
      ['INVALID_TENSOR', 'inputs of another shape', { inputs: [row([1, 2, 3], { shape: [1, 3] })] }],
      ['INVALID_TENSOR', 'inputs of another type', { inputs: [row([1, 2], { datatype: 'INT32' })] }],
      ['INVALID_TENSOR', 'fewer values than the shape has', { inputs: [row([1])] }],
      ['INVALID_TENSOR', 'an unknown input', { inputs: [row([1, 2]), row([1, 2], { name: 'z' })] }],
      ['INVALID_TENSOR', 'no inputs', { inputs: [] }],
      [
        'INVALID_TENSOR',
        'expected outputs of another shape',
        { inputs: [row([1, 2])], expected: [row([1], { name: 'y', shape: [1, 1] })] },
      ],
      [
        'INVALID_TENSOR',
        'expected outputs of another name',
        { inputs: [row([1, 2])], expected: [row([1, 2], { name: 'q' })] },
      ],
      ['NO_PIPELINE', 'an instance where there is no pipeline', { instance: { v: 1 }, expected: null }],
    ])('%s: %s', async (code, _what, example) => {
      const [first, second] = sampleManifest([linearModel(2), linearModel(3)]).versions;
      const versions = (asked: object) => [first, { ...second, examples: [{ ...said, ...asked }] }];
      expect(await refuse(withManifest({ versions: versions(example) }))).toMatchObject({
        code,
        message: expect.stringContaining('version 2'),
      });
      // What was wrong was the example alone.
      const whole = withManifest({ versions: versions({ inputs: [row([1, 2])] }) });
      const trial = { archive: { digest: await send(app, whole) }, dryRun: true };
      expect(await succeed<Imported>(app, IMPORT, { input: trial })).toMatchObject({
        plan: { refusal: null },
      });
    });
  });

  it('refuses archives it does not have, and places it does not go to', async () => {
    const unknown = `sha256:${'0'.repeat(64)}`;
    expect(await refusal(app, IMPORT, { input: { archive: { digest: unknown } } })).toMatchObject({
      code: 'ARCHIVE_NOT_FOUND',
      field: ['archive', 'digest'],
    });
    for (const digest of ['', '../../etc/passwd', 'sha256:123'])
      expect(await refusal(app, IMPORT, { input: { archive: { digest } } })).toMatchObject({
        code: 'INVALID_ARGUMENT',
        field: ['archive', 'digest'],
      });
    for (const url of ['http://example.org/a.tar', 'file:///etc/passwd', 'https://127.0.0.1/a.tar', 'x'])
      expect(await refusal(app, IMPORT, { input: { archive: { url } } })).toMatchObject({
        code: 'INVALID_ARGUMENT',
        field: ['archive', 'url'],
      });
    for (const none of [{}, { digest: unknown, url: 'https://example.org' }])
      expect(onlyError(await app.graphql(IMPORT, { input: { archive: none } })).code).toBe('BAD_USER_INPUT');
    expect(
      await refusal(app, IMPORT, {
        input: { archive: { digest: await send(app, archive) }, reason: 'x'.repeat(1_001) },
      }),
    ).toMatchObject({ code: 'INVALID_ARGUMENT', field: ['reason'] });
  });

  it.each([
    ['of another type', { 'content-type': 'text/plain' }, () => archive, 415, 'UNSUPPORTED_MEDIA_TYPE'],
    ['that is too large', {}, () => Buffer.alloc(MAX_ARCHIVE + 1), 413, 'ARCHIVE_TOO_LARGE'],
    ['that is empty', {}, () => Buffer.alloc(0), 400, 'INVALID_ARGUMENT'],
    [
      'of another digest',
      { 'content-digest': `sha-256=:${'A'.repeat(43)}=:` },
      () => archive,
      400,
      'DIGEST_MISMATCH',
    ],
  ])('refuses an upload %s', async (_what, headers, body, status, code) => {
    const response = await fetch(`${app.url}/archives`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-tar', ...headers },
      body: new Uint8Array(body()),
    });
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
    expect(await readdir(join(app.config.dataDirectory, 'archives', 'tmp'))).toEqual([]);
  });

  it('answers an unknown model with 404, and an unchanged one with 304', async () => {
    const url = (name: string) => `${app.url}/models/${name}/archive`;
    const missing = await fetch(url('nothing'));
    expect([missing.status, ((await missing.json()) as { error: { code: string } }).error.code]).toEqual([
      404,
      'MODEL_NOT_FOUND',
    ]);
    await importArchive(app, archive);
    const head = await fetch(url('sample'), { method: 'HEAD' });
    expect(Object.fromEntries(head.headers)).toMatchObject({
      'content-type': 'application/x-tar',
      'content-disposition': 'attachment; filename="sample.retort.tar"',
      'content-length': String(archive.length),
    });
    const same = await fetch(url('sample'), { headers: { 'if-none-match': head.headers.get('etag') ?? '' } });
    expect([same.status, await same.text()]).toEqual([304, '']);
  });

  it('does not pass on what was damaged on its own disk, and mends it from an archive', async () => {
    await register(app, 'damaged');
    const { artifact } = await publish(app, 'damaged', scalingModel(5));
    const whole = await download(app, 'damaged');
    const path = artifactPath(app, artifact.digest);
    const swap = async (bytes: Uint8Array) => {
      await rm(path);
      await writeFile(path, bytes);
    };
    await swap(scalingModel(5).map((byte, index) => (index === 9 ? byte ^ 1 : byte)));
    await expect(download(app, 'damaged')).rejects.toThrow();
    await swap(scalingModel(5).subarray(1));
    await expect(download(app, 'damaged')).rejects.toThrow('ARTIFACT_CORRUPT');
    const mended = await importArchive(app, whole, { as: 'mended' });
    expect(mended).toMatchObject({ changed: true, plan: { blobsAdded: 1 } });
    expect(await download(app, 'damaged')).toEqual(whole);
  });
});

describe('archives of a server with a key', () => {
  it('are for those who have it', async () => {
    const app = await startTestApp({ kind: 'embedded', config: { apiKey: KEY } });
    try {
      const post = { method: 'POST', headers: { 'content-type': 'application/x-tar' }, body: 'x' };
      for (const [path, init] of [
        ['/models/any/archive', {}],
        ['/archives', post],
      ] as const)
        expect((await fetch(`${app.url}${path}`, init)).status).toBe(401);
      const answer = await app.graphql(
        'mutation { exportModel(input: {model: "any"}) { userErrors { code } } }',
        {},
        {
          authorization: 'Bearer wrong',
        },
      );
      expect(answer.errors?.[0]?.extensions.code).toBe('UNAUTHENTICATED');
      const known = await fetch(`${app.url}/models/any/archive`, {
        headers: { authorization: `Bearer ${KEY}` },
      });
      expect(known.status).toBe(404);
      await known.body?.cancel();
    } finally {
      await app.close();
    }
  });
});
