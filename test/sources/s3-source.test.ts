import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_SOURCES, type S3Config } from '../../src/platform/source-config.js';
import { ArtifactSources } from '../../src/sources/index.js';
import { bytesOf, fileOf, filesOf } from './support/reading.js';
import { startS3, type S3Server } from './support/s3-server.js';

const field = ['artifact', 'url'];

describe('models in S3', () => {
  let server: S3Server;
  const strange = "strange/a b+c&d=%25 ü(1)!'*~.onnx";
  beforeAll(async () => {
    server = await startS3(['models', 'other']);
    await server.put('models', 'esol/model.onnx', 'a graph');
    await server.put('models', 'esol/model.onnx.data', 'weights');
    await server.put('models', 'esolx/model.onnx', 'another');
    await server.put('models', strange, 'strange');
    for (let index = 0; index < 12; index += 1) await server.put('models', `many/${index}/f`, String(index));
  });
  afterAll(() => server.close());

  const sources = (s3: Partial<S3Config> = {}, secrets: Record<string, string> = {}) =>
    new ArtifactSources({
      config: {
        ...DEFAULT_SOURCES,
        s3: {
          ...DEFAULT_SOURCES.s3,
          endpoint: server.endpoint,
          region: 'us-east-1',
          pathStyle: true,
          credentials: 'own',
          ...s3,
        },
      },
      secrets: {
        find: (name) => Promise.resolve({ own: server.credentials, ...secrets }[name] ?? null),
      },
      directory: tmpdir(),
      maxBytes: 1_000_000,
    });

  it('are read with signed requests, whatever their key', async () => {
    const { file, sibling, foundAt } = fileOf(
      await sources().locate('s3://models/esol/model.onnx', { field }),
    );
    expect((await bytesOf(file)).toString()).toBe('a graph');
    expect(await file.size()).toBe(7);
    const beside = sibling('model.onnx.data');
    expect(beside && (await bytesOf(beside)).toString()).toBe('weights');
    expect(foundAt).toEqual({
      repository: 's3://models',
      commit: null,
      path: 'esol/model.onnx',
      url: 's3://models/esol/model.onnx',
    });
    const odd = fileOf(await sources().locate(`s3://models/${strange}`, { field }));
    expect((await bytesOf(odd.file)).toString()).toBe('strange');
  });

  it('are folders where the address ends with a slash', async () => {
    expect(await filesOf(await sources().locate('s3://models/esol/', { field }))).toEqual({
      'model.onnx': 'a graph',
      'model.onnx.data': 'weights',
    });
    const many = await filesOf(await sources().locate('s3://models/many/', { field }));
    expect(Object.keys(many)).toHaveLength(12);
  });

  it.each<[string, string, Partial<S3Config>, Record<string, string>, string | null, RegExp]>([
    ['a missing object', 's3://models/none', {}, {}, null, /NoSuchKey/],
    ['a missing bucket', 's3://nowhere/none', {}, {}, null, /NoSuchBucket/],
    ['an empty folder', 's3://models/none/', {}, {}, null, /no object of the bucket begins with "none\/"/],
    [
      'wrong keys',
      's3://models/esol/model.onnx',
      {},
      { wrong: 'NOBODY:other' },
      'wrong',
      /InvalidAccessKeyId.*the credentials do not allow it/,
    ],
    [
      'a secret of another form',
      's3://models/esol/model.onnx',
      {},
      { wrong: 'hunter2' },
      'wrong',
      /ACCESS_KEY_ID:SECRET_ACCESS_KEY/,
    ],
    ['an unknown secret', 's3://models/esol/model.onnx', {}, {}, 'none', /has none of the name "none"/],
    ['a key that leads elsewhere', 's3://models/a/../b', {}, {}, null, /without "\." and "\.\."/],
  ])('are refused for %s', async (_, url, s3, secrets, credentials, message) => {
    const reading = async () => {
      const located = await sources(s3, secrets).locate(url, { field, credentials });
      return located.kind === 'file' ? bytesOf(located.file) : null;
    };
    const error = await reading().then(
      () => null,
      (caught: unknown) => caught,
    );
    expect(error).toMatchObject({ message: expect.stringMatching(message) });
    expect(String(error)).not.toContain('hunter2');
  });

  it('are asked for with the operator’s keys where the operator lists the bucket, or a prefix of it', async () => {
    const strict = createServer(({ headers }, response) => {
      if (headers.authorization?.startsWith('AWS4-HMAC-SHA256 Credential=S3RVER/') === true)
        response.end('a graph');
      else
        response
          .writeHead(403, { 'content-type': 'application/xml' })
          .end('<Error><Code>AccessDenied</Code><Message>Access Denied</Message></Error>');
    });
    await new Promise<void>((resolve) => strict.listen(0, '127.0.0.1', resolve));
    const endpoint = `http://127.0.0.1:${(strict.address() as AddressInfo).port}`;
    const read = async (buckets: string[]) => {
      const { file } = fileOf(
        await sources({ endpoint, buckets }).locate('s3://models/esol/model.onnx', { field }),
      );
      return (await bytesOf(file)).toString();
    };
    try {
      for (const buckets of [[], ['models'], ['models/esol'], ['models/esol/'], ['models/esol/model.onnx']])
        expect(await read(buckets)).toBe('a graph');
      for (const buckets of [['other'], ['models/eso'], ['models/esol/model']])
        await expect(read(buckets)).rejects.toMatchObject({
          code: 'ARTIFACT_NOT_FOUND',
          message: expect.stringMatching(/AccessDenied: Access Denied; only public buckets are read without/),
        });
    } finally {
      await new Promise((resolve) => strict.close(resolve));
    }
  });
});
