import { createHash } from 'node:crypto';
import { chmod, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packageRoot } from '../../src/platform/package-root.js';
import { DEFAULT_SOURCES } from '../../src/platform/source-config.js';
import { retortJson } from '../cli/support/run-retort.js';
import { startHub, type Hub } from '../sources/support/hub.js';
import { startS3, type S3Server } from '../sources/support/s3-server.js';
import { gitIsInstalled } from '../support/git-client.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { TAG } from './support/alias-steps.js';
import { ask, refusal, succeed } from './support/ask.js';
import { INFER, register, scale, type Inferred } from './support/catalog-steps.js';
import { overJob } from './support/file-steps.js';
import { JOB, type Job } from './support/job-steps.js';
import { scalingModel } from './support/own-models.js';

const PUBLISH = `mutation ($input: PublishVersionInput!) { publishVersion(input: $input) {
  version { ref artifact { digest format } source { repository commit path url } } userErrors { field code message } } }`;
const FETCH = `mutation ($input: StartArtifactFetchInput!) { startArtifactFetch(input: $input) {
  job { ${JOB} } userErrors { field code message } } }`;

interface Published {
  readonly version: {
    readonly ref: string;
    readonly artifact: { readonly digest: string; readonly format: string };
    readonly source: Readonly<Record<string, string | null>> | null;
  };
}

describe('models from where they lie', () => {
  let app: TestApp;
  let s3: S3Server;
  let hub: Hub;
  let directory: string;
  let graph: Buffer;
  let weights: Buffer;
  beforeAll(async () => {
    s3 = await startS3(['models']);
    hub = await startHub();
    directory = await mkdtemp(join(tmpdir(), 'retort-secrets-'));
    const secretsFile = join(directory, 'secrets');
    await writeFile(secretsFile, `s3=${s3.credentials}\nwrong=NOBODY:nothing\n`);
    await chmod(secretsFile, 0o600);
    app = await startTestApp({
      kind: 'embedded',
      config: {
        secretsFile,
        maxArtifactBytes: 1_000_000,
        sources: {
          hosts: ['127.0.0.1'],
          s3: { ...DEFAULT_SOURCES.s3, endpoint: s3.endpoint, pathStyle: true, credentials: 's3' },
          huggingFaceEndpoint: hub.url,
        },
      },
    });
    const packed = await readFile(join(packageRoot, 'test/fixtures/matmul-external-data.tar'));
    const at = packed.indexOf(Buffer.from('08073a8601', 'hex'));
    graph = packed.subarray(at, at + 145);
    weights = Buffer.from(
      Float32Array.from({ length: 64 * 64 }, (_, index) => (index % 65 === 0 ? 3 : 0)).buffer,
    );
    await register(app, 'far');
  });
  afterAll(async () => {
    await app.close();
    await s3.close();
    await hub.close();
    await rm(directory, { recursive: true });
  });

  const publish = async (artifact: object, more: object = {}) =>
    (await succeed<Published>(app, PUBLISH, { input: { model: 'far', artifact, ...more } })).version;
  const refused = async (artifact: object) => refusal(app, PUBLISH, { input: { model: 'far', artifact } });
  const fetched = async (location: object) => {
    const { job } = await succeed<{ job: Job }>(app, FETCH, { input: { location } });
    return overJob(app, job.id);
  };
  const tripled = async (version: string) => {
    const inputs = [
      { name: 'x', datatype: 'FP32', shape: [1, 64], data: Array.from({ length: 64 }, () => 2) },
    ];
    const { outputs } = await succeed<Inferred>(app, INFER, { input: { version, inputs } });
    expect(outputs[0]?.data).toEqual(Array.from({ length: 64 }, () => 6));
  };
  const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

  it('are published from S3 with the files that the graph names, from a folder too, and no others', async () => {
    await s3.put('models', 'm/model.onnx', graph);
    await s3.put('models', 'm/weights.bin', weights);
    await s3.put('models', 'm/README.md', 'not taken');
    const one = await publish({ url: 's3://models/m/model.onnx' });
    expect(one).toMatchObject({
      artifact: { format: 'ONNX_BUNDLE' },
      source: { repository: 's3://models', path: 'm/model.onnx', commit: null },
    });
    await tripled(one.ref);
    const folder = await publish(
      { url: 's3://models/m/' },
      { source: { repository: 'https://example.org/code' } },
    );
    expect(folder.artifact).toEqual(one.artifact);
    expect(folder.source).toMatchObject({ repository: 'https://example.org/code', path: null });
    const { digest } = one.artifact;
    expect((await publish({ location: { url: 's3://models/m/', digest } })).artifact.digest).toBe(digest);
  });

  it('are published from the Hub at a commit, over broken connections, and are a job where they are large', async () => {
    hub.files.set('onnx/model.onnx', { bytes: graph });
    hub.files.set('onnx/weights.bin', { bytes: weights, lfs: true });
    hub.files.set('onnx/other/model.onnx', { bytes: graph });
    hub.hangUps.push(100, 5_000, 5_000);
    const job = await fetched({ url: 'hf://org/repo/onnx/model.onnx' });
    expect(job).toMatchObject({
      state: 'SUCCEEDED',
      kind: 'FETCH_ARTIFACT',
      title: 'Fetch hf://org/repo/onnx/model.onnx',
      progress: { done: graph.length + weights.length, total: graph.length + weights.length },
      result: { graph: true, source: { commit: hub.commit, path: 'onnx/model.onnx' } },
    });
    const { ref } = await publish({ digest: job.result?.digest });
    await tripled(ref);
    expect(await refused({ url: 'hf://org/repo/onnx/' })).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: ['artifact', 'url'],
      message: expect.stringMatching(
        /one \.onnx file in the folder, got 2: "model\.onnx", "other\/model\.onnx"/,
      ),
    });
  });

  (gitIsInstalled ? it : it.skip)('are published from the repository of another Retort', async () => {
    await register(app, 'served');
    const artifact = { base64: Buffer.from(scalingModel(5)).toString('base64') };
    const { version } = await succeed<Published>(app, PUBLISH, { input: { model: 'served', artifact } });
    await succeed(app, TAG, { input: { version: version.ref, tag: 'v1.0.0' } });
    const again = await publish({ url: `git+${app.url}/git/served.git@v1.0.0:model.onnx` });
    expect(again).toMatchObject({
      artifact: version.artifact,
      source: {
        repository: `${app.url}/git/served.git`,
        commit: expect.stringMatching(/^[0-9a-f]{40}$/),
        path: 'model.onnx',
      },
    });
    expect(await readdir(join(app.config.dataDirectory, 'cache', 'sources')).catch(() => [])).toEqual([]);
  });

  it('are pushed by the command line', async () => {
    await s3.put('models', 'scaling.onnx', scalingModel(9));
    const push = (...args: string[]) => retortJson(['push', ...args], { url: app.url, cwd: directory });
    expect(
      await push('s3://models/scaling.onnx', '--model', 'pushed', '--register', '--domain', 'general'),
    ).toMatchObject({
      code: 0,
      document: { version: { ref: 'pushed@1', source: { repository: 's3://models' } }, registered: true },
    });
    expect(await scale(app, { version: 'pushed@1' }, [1, 2, 3, 4])).toEqual([9, 18, 27, 36]);
    expect(
      await push('s3://models/scaling.onnx', '--model', 'pushed', '--credentials', 'wrong'),
    ).toMatchObject({
      code: 1,
      document: { error: { code: 'JOB_FAILED', message: expect.stringContaining('InvalidAccessKeyId') } },
    });
    expect(await push('scaling.onnx', '--model', 'pushed', '--credentials', 's3')).toMatchObject({ code: 2 });
  });

  it.each<[object, string, string[], RegExp]>([
    [{ url: 's3://models/none.onnx' }, 'ARTIFACT_NOT_FOUND', ['artifact', 'url'], /NoSuchKey/],
    [{ url: 's3://models/none/' }, 'ARTIFACT_NOT_FOUND', ['artifact', 'url'], /no object of the bucket/],
    [{ url: 'ftp://models/none' }, 'INVALID_ARGUMENT', ['artifact', 'url'], /the scheme "ftp"/],
    [{ url: 'http://10.0.0.1/m.onnx' }, 'INVALID_ARGUMENT', ['artifact', 'url'], /RETORT_SOURCE_HOSTS/],
    [
      { location: { url: 's3://models/m/', digest: digestOf(Buffer.from('other')) } },
      'DIGEST_MISMATCH',
      ['artifact', 'location', 'digest'],
      /another one/,
    ],
    [
      { location: { url: 'https://example.org/m.onnx', credentials: 's3' } },
      'INVALID_ARGUMENT',
      ['artifact', 'location', 'credentials'],
      /RETORT_SOURCE_HOSTS/,
    ],
  ])('are refused: %j', async (artifact, code, field, message) => {
    expect(await refused(artifact)).toMatchObject({ code, field, message: expect.stringMatching(message) });
  });

  it('are refused when a file beside the graph is missing, and nothing is published', async () => {
    await s3.put('models', 'half/model.onnx', graph);
    const before = await ask(app, '{ model(name: "far") { version { ref } } }');
    expect(await refused({ url: 's3://models/half/model.onnx' })).toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
    });
    expect(await refused({ url: 's3://models/half/' })).toMatchObject({
      code: 'INVALID_MODEL',
      message: expect.stringContaining('"weights.bin", which is not in the folder'),
    });
    expect(await ask(app, '{ model(name: "far") { version { ref } } }')).toEqual(before);
  });

  it('are fetched by a job only where that can go well', async () => {
    expect(await refusal(app, FETCH, { input: { location: { url: 'gopher://x' } } })).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: ['location'],
    });
    expect(await fetched({ url: 's3://models/none.onnx' })).toMatchObject({
      state: 'FAILED',
      error: expect.stringContaining('NoSuchKey'),
    });
  });
});
