import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gitClient, gitIsInstalled, lfsIsInstalled, type GitClient } from '../support/git-client.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { TAG } from './support/alias-steps.js';
import { succeed } from './support/ask.js';
import { publish, register, type PublishedVersion } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';

const KEY = 'a-key-of-some-length';
const LFS_TYPE = 'application/vnd.git-lfs+json';
const REQUEST_TYPE = 'application/x-git-upload-pack-request';

(gitIsInstalled ? describe : describe.skip).each([
  ['without a key', undefined],
  ['with a key', KEY],
])('Git over HTTP, %s', (_, apiKey) => {
  let app: TestApp;
  let client: GitClient;
  let other: PublishedVersion;
  const published: PublishedVersion[] = [];
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded', config: { apiKey } });
    client = await gitClient({ lfs: true });
    await register(app, 'model');
    await register(app, 'other');
    other = await publish(app, 'other', scalingModel(7));
    for (const factor of [1, 2]) {
      const version = await publish(app, 'model', scalingModel(factor));
      published.push(version);
      await succeed(app, TAG, { input: { version: version.ref, tag: `v${version.number}.0` } });
    }
  });
  afterAll(async () => {
    await client.close();
    await app.close();
  });

  const authorization: Record<string, string> =
    apiKey === undefined ? {} : { authorization: `Basic ${Buffer.from(`any:${apiKey}`).toString('base64')}` };
  const send = (path: string, body?: BodyInit, headers: Record<string, string> = {}) =>
    fetch(`${app.url}/git/${path}`, {
      method: body === undefined ? 'GET' : 'POST',
      headers: { ...authorization, ...headers },
      ...(body !== undefined && { body }),
    });
  const batch = async (body: object, headers: Record<string, string> = {}) => {
    const answer = await send('model.git/info/lfs/objects/batch', JSON.stringify(body), {
      'content-type': LFS_TYPE,
      ...headers,
    });
    expect(answer.headers.get('content-type')).toContain(LFS_TYPE);
    return { status: answer.status, body: (await answer.json()) as unknown };
  };
  const objectOf = ({ artifact: { digest, size } }: PublishedVersion) => ({ oid: digest.slice(7), size });
  const address = () => app.url.replace('//', apiKey === undefined ? '//' : `//any:${apiKey}@`);

  (lfsIsInstalled ? it : it.skip)('downloads each version of the artifact with git-lfs', async () => {
    const folder = join(client.directory, 'clone');
    await client.git(['clone', '-q', `${address()}/git/model.git`, folder]);
    const bytes = () => readFile(join(folder, 'model.onnx'));
    expect((await bytes()).equals(scalingModel(2))).toBe(true);
    await client.git(['checkout', '-q', 'v1.0'], folder);
    expect((await bytes()).equals(scalingModel(1))).toBe(true);
    expect(await client.git(['lfs', 'ls-files', '--long'], folder)).toContain(
      published[0]?.artifact.digest.slice(7),
    );
    expect(await client.git(['status', '--porcelain'], folder)).toBe('');

    // Who has no git-lfs yet gets the pointer, and the file later.
    const later = join(client.directory, 'later');
    const plain = await gitClient();
    await plain.git(['clone', '-q', `${address()}/git/model.git`, later]);
    expect(await readFile(join(later, 'model.onnx'), 'utf8')).toMatch(/^version https:\/\/git-lfs/);
    await client.git(['lfs', 'pull'], later);
    expect((await readFile(join(later, 'model.onnx'))).equals(scalingModel(2))).toBe(true);
    await plain.close();
  });

  it('lets in who has the key, and nobody else', async () => {
    const url = (password: string) => `${app.url.replace('//', `//any:${password}@`)}/git/model.git`;
    const stranger = await client.run(['ls-remote', url('a-wrong-key-of-some-length')]);
    const nobody = await client.run(['ls-remote', `${app.url}/git/model.git`]);
    const lfs = await fetch(`${app.url}/git/model.git/info/lfs/objects/batch`, { method: 'POST' });
    if (apiKey === undefined) expect([stranger.code, nobody.code, lfs.status]).toEqual([0, 0, 400]);
    else {
      expect([stranger.code, nobody.code, lfs.status]).toEqual([128, 128, 401]);
      expect(lfs.headers.get('www-authenticate')).toMatch(/^Basic/);
      expect((await client.run(['ls-remote', url(apiKey)])).code).toBe(0);
    }
  });

  it('answers the batch requests of LFS', async () => {
    const [first, second] = published.map(objectOf);
    const absent = { oid: 'f'.repeat(64), size: 1 };
    const objects = [first, absent, second, objectOf(other), { oid: '../../etc/passwd', size: 1 }];
    const href = (object: typeof first) => `${app.url}/artifacts/sha256:${object?.oid ?? ''}`;
    expect(await batch({ operation: 'download', transfers: ['basic'], objects })).toEqual({
      status: 200,
      body: {
        transfer: 'basic',
        hash_algo: 'sha256',
        objects: [
          { ...first, actions: { download: { href: href(first) } } },
          {
            ...absent,
            error: { code: 404, message: 'No version of "model" consists of it, or has it attached.' },
          },
          { ...second, actions: { download: { href: href(second) } } },
          {
            ...objectOf(other),
            error: { code: 404, message: 'No version of "model" consists of it, or has it attached.' },
          },
          { oid: '../../etc/passwd', size: 1, error: { code: 422, message: expect.any(String) } },
        ],
      },
    });
    const seen = async (headers: Record<string, string>) => {
      const { body } = await batch({ operation: 'download', objects: [first] }, headers);
      return (body as { objects: { actions: { download: { href: string } } }[] }).objects[0]?.actions.download
        .href;
    };
    expect(await seen({ 'x-forwarded-proto': 'https', 'x-forwarded-host': 'models.example.org' })).toBe(
      `https://models.example.org/artifacts/sha256:${first?.oid ?? ''}`,
    );
    expect(await seen({ 'x-forwarded-proto': 'javascript', 'x-forwarded-host': 'a/b?c' })).toBe(href(first));
  });

  it.each([
    [{ operation: 'upload', objects: [] }, 403, 'read-only'],
    [{ operation: 'download' }, 400, 'objects'],
    [{ operation: 'destroy', objects: [] }, 400, 'operation'],
    [{ operation: 'download', objects: [{ oid: 1, size: 1 }] }, 400, 'objects.0.oid'],
    [{ operation: 'download', objects: [], transfers: ['ssh'] }, 400, '"basic"'],
    [{ operation: 'download', objects: [], hash_algo: 'md5' }, 400, '"sha256"'],
    [{ operation: 'download', objects: Array(1_001).fill({ oid: '', size: 1 }) }, 400, 'objects'],
  ])('refuses the batch request %#', async (body, status, why) => {
    expect(await batch(body)).toEqual({
      status,
      body: { message: expect.stringContaining(why), request_id: expect.any(String) },
    });
  });

  it.each<[string, string, BodyInit | undefined, Record<string, string>, number, string]>([
    ['no service', 'model.git/info/refs', undefined, {}, 400, 'Git 1.6.6'],
    ['a push', 'model.git/info/refs?service=git-receive-pack', undefined, {}, 403, 'read-only'],
    [
      'a push',
      'model.git/git-receive-pack',
      'x',
      { 'content-type': 'application/x-git-receive-pack-request' },
      403,
      'read-only',
    ],
    [
      'an option for a name',
      '--help/info/refs?service=git-upload-pack',
      undefined,
      {},
      404,
      'No model is named',
    ],
    [
      'a path for a name',
      '..%2f..%2fmodel.git/info/refs?service=git-upload-pack',
      undefined,
      {},
      404,
      'No model is named',
    ],
    [
      'another type',
      'model.git/git-upload-pack',
      '0000',
      { 'content-type': 'text/plain' },
      415,
      REQUEST_TYPE,
    ],
    [
      'no packets',
      'model.git/git-upload-pack',
      'hello',
      { 'content-type': REQUEST_TYPE },
      400,
      'Git could make nothing',
    ],
    [
      'no gzip',
      'model.git/git-upload-pack',
      '0000',
      { 'content-type': REQUEST_TYPE, 'content-encoding': 'gzip' },
      400,
      'gzip',
    ],
    [
      'another encoding',
      'model.git/git-upload-pack',
      '0000',
      { 'content-type': REQUEST_TYPE, 'content-encoding': 'br' },
      415,
      'gzip',
    ],
    [
      'a bomb',
      'model.git/git-upload-pack',
      gzipSync(Buffer.alloc(20_000_000)),
      { 'content-type': REQUEST_TYPE, 'content-encoding': 'gzip' },
      413,
      '16777216 bytes',
    ],
  ])('refuses %s in words that Git shows', async (_what, path, body, headers, status, why) => {
    const answer = await send(path, body, headers);
    expect([answer.status, answer.headers.get('content-type')]).toEqual([
      status,
      'text/plain; charset=utf-8',
    ]);
    expect(await answer.text()).toContain(why);
  });

  it('reads what Git compresses, and refuses what nobody offered', async () => {
    const want = (id: string) => `0032want ${id}\n00000009done\n`;
    const refs = await (await send('model.git/info/refs?service=git-upload-pack')).text();
    const [, id = ''] = /([0-9a-f]{40}) HEAD/.exec(refs) ?? [];
    const post = (body: string) =>
      send('model.git/git-upload-pack', gzipSync(body), {
        'content-type': REQUEST_TYPE,
        'content-encoding': 'gzip',
      });
    const pack = Buffer.from(await (await post(want(id))).arrayBuffer());
    expect(pack.subarray(0, 12).toString('latin1')).toBe('0008NAK\nPACK');
    expect(await (await post(want('f'.repeat(40)))).text()).toContain('not our ref');
  });

  it('says so when the server has no Git, and goes on when it has', async () => {
    const { PATH } = process.env;
    try {
      process.env.PATH = client.directory;
      const answer = await send('model.git/info/refs?service=git-upload-pack');
      expect([answer.status, await answer.text()]).toEqual([
        501,
        expect.stringContaining('install the package "git"'),
      ]);
    } finally {
      process.env.PATH = PATH;
    }
    if (gitIsInstalled) expect((await send('model.git/info/refs?service=git-upload-pack')).status).toBe(200);
  });
});
