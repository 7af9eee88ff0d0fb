import { createHash } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../src/onnx/index.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal, succeed } from './support/ask.js';
import {
  deploy,
  INFER,
  PUBLISH,
  publish,
  register,
  type Inferred,
  type PublishedVersion,
} from './support/catalog-steps.js';
import { tar, zip, type PackedFile } from './support/packing.js';
import { download, importArchive } from './support/transfer-steps.js';

const digestOf = (bytes: Uint8Array) => `sha256:${createHash('sha256').update(bytes).digest('hex')}`;

/** That many times the identity. */
function diagonal(factor: number): Float32Array<ArrayBuffer> {
  return Float32Array.from({ length: 64 * 64 }, (_, index) => (index % 65 === 0 ? factor : 0));
}

/** The same graph with its weights inside. */
function inline(factor: number): Uint8Array {
  const graph = new GraphBuilder('g', { opset: 13, irVersion: 7 });
  graph.node(
    'MatMul',
    [graph.input('x', 'FP32', ['n', 64]), graph.constant('w', 'FP32', [64, 64], diagonal(factor))],
    {},
    ['y'],
  );
  graph.output('y', 'FP32', ['n', 64]);
  return graph.build();
}

describe('a model whose weights lie in files beside it', () => {
  let app: TestApp;
  let sent: Buffer;
  let graph: PackedFile;
  let weights: PackedFile;
  const saved = { name: 'saved/saved_model.pb', bytes: Buffer.from('a graph') };
  beforeAll(async () => {
    app = await startTestApp({
      kind: 'embedded',
      config: { maxArtifactBytes: 1_000_000, convertersDirectory: '/nonexistent' },
    });
    sent = await readFile(join(packageRoot, 'test/fixtures/matmul-external-data.tar'));
    const at = sent.indexOf(Buffer.from('08073a8601', 'hex'));
    graph = { name: 'model.onnx', bytes: sent.subarray(at, at + 145) };
    weights = { name: 'weights.bin', bytes: new Uint8Array(diagonal(3).buffer) };
    await register(app, 'matmul');
  });
  afterAll(() => app.close());

  const post = async (bytes: Uint8Array, type: string, query = '') => {
    const response = await fetch(`${app.url}/artifacts${query}`, {
      method: 'POST',
      headers: { 'content-type': type },
      body: Buffer.from(bytes),
    });
    return {
      status: response.status,
      body: (await response.json()) as {
        digest: string;
        size: number;
        error?: { code: string; message: string };
      },
    };
  };
  const stored = async (bytes: Uint8Array, type = 'application/x-tar') => {
    const { status, body } = await post(bytes, type);
    expect([200, 201]).toContain(status);
    return body;
  };
  const publishDigest = async (model: string, digest: string) =>
    (await succeed<{ version: PublishedVersion }>(app, PUBLISH, { input: { model, artifact: { digest } } }))
      .version;
  const refusedAt = async (digest: string) =>
    refusal(app, PUBLISH, { input: { model: 'matmul', artifact: { digest } } });
  const answer = async (target: object) => {
    const inputs = [
      { name: 'x', datatype: 'FP32', shape: [1, 64], data: Array.from({ length: 64 }, () => 2) },
    ];
    const { outputs } = await succeed<Inferred>(app, INFER, { input: { ...target, inputs } });
    return outputs[0]?.data;
  };
  const sixes = Array.from({ length: 64 }, () => 6);

  it.each(['THREAD', 'PROCESS'])('answers three times what it is asked (%s)', async (isolation) => {
    const { digest } = await stored(sent);
    const { ref } = await publishDigest('matmul', digest);
    const name = `matmul-${isolation.toLowerCase()}`;
    await deploy(app, name, ref, { runtime: { isolation } });
    expect(await answer({ deployment: name })).toEqual(sixes);
    // What was unpacked may be gone at any time.
    await rm(join(app.config.dataDirectory, 'cache', 'derived', 'bundles'), { recursive: true, force: true });
    expect(await answer({ deployment: name })).toEqual(sixes);
    expect(await answer({ version: ref })).toEqual(sixes);
  });

  it('is one artifact, whoever packed it, and is given back as that', async () => {
    const packed = [
      await stored(sent),
      await stored(tar([weights, graph], { mtime: 1 })),
      await stored(tar([graph, weights], { pax: true, trailing: 20 })),
      await stored(tar([{ name: './m/', bytes: Buffer.alloc(0), type: '5' }, { ...weights, name: './m/weights.bin' }, { ...graph, name: './m/model.onnx' }, { name: './m/._weights.bin', bytes: Buffer.from('mac') }])), // prettier-ignore
      await stored(zip([weights, graph]), 'application/zip'),
      await stored(
        zip([graph, weights, { name: '__MACOSX/x', bytes: Buffer.from('mac') }], false),
        'application/zip',
      ),
    ];
    const [{ digest, size } = { digest: '', size: 0 }] = packed;
    for (const other of packed) expect(other).toEqual({ digest, size });

    const response = await fetch(`${app.url}/artifacts/${digest}`);
    const bytes = Buffer.from(await response.arrayBuffer());
    expect(response.headers.get('content-type')).toBe('application/x-tar');
    expect(response.headers.get('content-disposition')).toMatch(/\.tar"$/);
    expect([digestOf(bytes), bytes.length]).toEqual([digest, size]);
    expect(await stored(bytes)).toEqual({ digest, size });
    // Also when nobody says that it is a tar.
    expect(await stored(bytes, 'application/octet-stream')).toEqual({ digest, size });

    const { ref } = await publishDigest('matmul', digest);
    expect(
      await ask(
        app,
        'query ($ref: String!) { version(ref: $ref) { artifact { format size parameterCount } signature { inputs { name shape } } } }',
        { ref },
      ),
    ).toEqual({
      version: {
        artifact: { format: 'ONNX_BUNDLE', size, parameterCount: 4096 },
        signature: { inputs: [{ name: 'x', shape: [-1, 64] }] },
      },
    });
  });

  it('is checked against the digest that was announced for the bytes sent', async () => {
    expect((await post(sent, 'application/x-tar', `?digest=${digestOf(sent)}`)).status).toBeLessThan(300);
    const wrong = await post(sent, 'application/x-tar', `?digest=${digestOf(Buffer.from('other'))}`);
    expect(wrong.body.error?.code).toBe('DIGEST_MISMATCH');
  });

  it('is compared by its numbers, with one whose weights lie inside too', async () => {
    await register(app, 'compared');
    const bundle = await publishDigest('compared', (await stored(sent)).digest);
    const same = await publish(app, 'compared', inline(3));
    const other = await publish(app, 'compared', inline(5));
    const difference = async (target: string) =>
      (
        await ask<{ compareVersions: { graph: { initializers: unknown[]; initializerTotals: object } } }>(
          app,
          `query ($base: String!, $target: String!) { compareVersions(base: $base, target: $target) {
             graph { initializerTotals { unchanged changed } initializers { change name difference { changed elements largest } } } } }`,
          { base: bundle.ref, target },
        )
      ).compareVersions.graph;
    expect(await difference(same.ref)).toEqual({
      initializerTotals: { unchanged: 1, changed: 0 },
      initializers: [],
    });
    expect(await difference(other.ref)).toEqual({
      initializerTotals: { unchanged: 0, changed: 1 },
      initializers: [
        { change: 'CHANGED', name: 'w', difference: { changed: 64, elements: 4096, largest: 2 } },
      ],
    });
  });

  it('travels in an archive', async () => {
    await register(app, 'travels');
    const { artifact } = await publishDigest('travels', (await stored(sent)).digest);
    await importArchive(app, await download(app, 'travels'), { as: 'arrived' });
    expect(await answer({ version: 'arrived@1' })).toEqual(sixes);
    expect(await ask(app, '{ version(ref: "arrived@1") { artifact { digest format } } }')).toEqual({
      version: { artifact: { digest: artifact.digest, format: 'ONNX_BUNDLE' } },
    });
  });

  it('alone in its archive is stored as if it had come alone', async () => {
    const { digest } = await stored(tar([{ name: 'only.onnx', bytes: inline(2) }]));
    expect(digest).toBe(digestOf(inline(2)));
  });

  it.each<[string, () => Buffer, string, RegExp]>([
    ['a path out of its folder', () => tar([graph, { ...weights, name: '../weights.bin' }]), 'application/x-tar', /leads out of its folder/],
    ['an absolute path', () => tar([graph, { ...weights, name: '/etc/weights.bin' }]), 'application/x-tar', /the absolute path/],
    ['a path of Windows', () => tar([graph, { ...weights, name: 'C:weights.bin' }]), 'application/x-tar', /the absolute path/],
    ['a backslash', () => tar([graph, { ...weights, name: '..\\weights.bin' }]), 'application/x-tar', /backslashes/],
    ['a symbolic link', () => tar([graph, { name: 'weights.bin', bytes: Buffer.alloc(0), type: '2' }]), 'application/x-tar', /a symbolic link named "weights.bin"/],
    ['a hard link', () => tar([graph, { name: 'weights.bin', bytes: Buffer.alloc(0), type: '1' }]), 'application/x-tar', /a hard link/],
    ['a device', () => tar([graph, { name: 'weights.bin', bytes: Buffer.alloc(0), type: '3' }]), 'application/x-tar', /a character device/],
    ['a name twice', () => tar([graph, weights, weights]), 'application/x-tar', /"weights.bin" twice/],
    ['names that differ in case', () => tar([graph, weights, { ...weights, name: 'Weights.bin' }]), 'application/x-tar', /one on some systems/],
    ['a file that is a folder too', () => tar([graph, weights, { ...weights, name: 'weights.bin/x' }]), 'application/x-tar', /as a file and as a folder/],
    ['two graphs', () => tar([graph, weights, { ...graph, name: 'other.onnx' }]), 'application/x-tar', /2 \.onnx files: "model.onnx", "other.onnx"/],
    ['no graph', () => tar([weights]), 'application/x-tar', /no \.onnx file: "weights.bin"/],
    ['a graph in another folder than its weights', () => tar([{ ...graph, name: 'a/model.onnx' }, weights]), 'application/x-tar', /not in the folder of "a\/model.onnx"/],
    ['a tar cut short', () => tar([graph, weights]).subarray(0, 8_000), 'application/x-tar', /cut short/],
    ['what is no tar', () => Buffer.alloc(2_000, 'x'), 'application/x-tar', /no tar/],
    ['what is no zip', () => Buffer.alloc(2_000, 'x'), 'application/zip', /zip that cannot be read/],
    ['a path out of its folder, zipped', () => zip([graph, { ...weights, name: '../weights.bin' }]), 'application/zip', /leads out of its folder/],
    ['a link, zipped', () => zip([graph, { ...weights, mode: 0o120777 }]), 'application/zip', /a link or device/],
    ['a bomb', () => zip([graph, { name: 'weights.bin', bytes: Buffer.alloc(30_000_000) }]), 'application/zip', /more than 1000000 bytes once it is unpacked/],
    ['a path out of a SavedModel', () => tar([saved, { name: 'saved/../../evil', bytes: Buffer.from('x') }]), 'application/x-tar', /leads out of its folder/],
    ['a link in a SavedModel', () => tar([saved, { name: 'saved/variables', bytes: Buffer.alloc(0), type: '2' }]), 'application/x-tar', /a symbolic link/],
    ['two SavedModels', () => zip([saved, { ...saved, name: 'other/saved_model.pb' }]), 'application/zip', /2 saved_model\.pb files/],
    ['a file beside a SavedModel', () => zip([saved, { name: 'elsewhere/variables.index', bytes: Buffer.from('x') }]), 'application/zip', /not in the folder of "saved\/saved_model\.pb"/],
    ['a bomb in a folder of MXNet', () => zip([{ ...saved, name: 'm-symbol.json' }, { name: 'm-0000.params', bytes: Buffer.alloc(30_000_000) }]), 'application/zip', /more than 1000000 bytes once it is unpacked/],
    ['a bomb that lies about its size', () => zip([graph, { name: 'weights.bin', bytes: Buffer.alloc(30_000_000), claimedSize: 10 }]), 'application/zip', /zip that cannot be read/],
  ])('is refused with %s', async (_, pack, type, says) => {
    const { status, body } = await post(pack(), type);
    expect(body.error).toMatchObject({ code: 'INVALID_ARGUMENT', message: expect.stringMatching(says) });
    expect(status).toBe(400);
  }); // prettier-ignore

  it.each([
    ['SAVED_MODEL', 'saved_model.pb', 'variables/variables.index', 'tensorflow'],
    ['MXNET', 'm-symbol.json', 'm-0000.params', 'mxnet'],
  ])('takes the folder of a %s, the same whoever packed it', async (_, main, other, converter) => {
    const [first, second] = [Buffer.from('{"nodes": []}'), Buffer.from('numbers')];
    const { digest } = await stored(
      tar([
        { name: main, bytes: first },
        { name: other, bytes: second },
      ]),
    );
    const zipped = await stored(
      zip([
        { name: `folder/${other}`, bytes: second },
        { name: `folder/${main}`, bytes: first },
        { name: 'folder/.DS_Store', bytes: first },
      ]),
      'application/zip',
    );
    expect(zipped.digest).toBe(digest);
    expect((await refusedAt(digest)).code).not.toBe('INTERNAL');
    const asked = { model: 'matmul', artifact: { digest } };
    expect(
      await refusal(
        app,
        `mutation ($input: StartConversionInput!) { startConversion(input: $input) { userErrors { code message } } }`,
        { input: asked },
      ),
    ).toMatchObject({
      code: 'CONVERTER_NOT_INSTALLED',
      message: expect.stringContaining(`retort converters install ${converter}`),
    });
  });

  it.each<[string, () => Buffer, string, RegExp]>([
    ['without its data', () => Buffer.from(graph.bytes), 'application/octet-stream', /lie in another file \("weights.bin"\), which did not come/],
    ['with other data than it names', () => tar([graph, { ...weights, name: 'other.bin' }]), 'application/x-tar', /Tensor "w" lies in "weights.bin", which was not sent/],
    ['with data that ends too early', () => tar([graph, { ...weights, bytes: weights.bytes.subarray(4) }]), 'application/x-tar', /takes bytes 0 to 16384 of "weights.bin", which has 16380/],
    ['with a file that nothing names', () => tar([graph, weights, { name: 'README.md', bytes: Buffer.from('hi') }]), 'application/x-tar', /got also "README.md", which no tensor names/],
    ['as a tar of another form that nobody said is one', () => tar([graph, weights]), 'application/octet-stream', /send it to POST \/artifacts with Content-Type application\/x-tar/],
  ])('is not published %s', async (_, pack, type, says) => {
    const { digest } = await stored(pack(), type);
    expect((await refusedAt(digest)).message).toMatch(says);
  }); // prettier-ignore
});
