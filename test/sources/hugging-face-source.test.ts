import { tmpdir } from 'node:os';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { DEFAULT_SOURCES } from '../../src/platform/source-config.js';
import { ArtifactSources } from '../../src/sources/index.js';
import { startHub, TOKEN, type Hub } from './support/hub.js';
import { bytesOf, fileOf, filesOf } from './support/reading.js';

const field = ['artifact', 'url'];

describe('models on the Hugging Face Hub', () => {
  let hub: Hub;
  let gated: Hub;
  const large = Buffer.from(Array.from({ length: 300_000 }, (_, index) => (index * 7) % 253));
  beforeAll(async () => {
    hub = await startHub();
    gated = await startHub({ gated: true });
  });
  afterAll(async () => {
    await hub.close();
    await gated.close();
  });
  beforeEach(() => {
    for (const each of [hub, gated]) {
      each.files.clear();
      each.files.set('onnx/model.onnx', { bytes: Buffer.from('a graph') });
      each.files.set('onnx/model.onnx_data', { bytes: large, lfs: true });
      each.files.set('README.md', { bytes: Buffer.from('# read') });
      each.asked.length = 0;
      each.hangUps.length = 0;
    }
  });

  const sources = (endpoint = hub.url, hosts = ['127.0.0.1']) =>
    new ArtifactSources({
      config: { ...DEFAULT_SOURCES, hosts, huggingFaceEndpoint: endpoint },
      secrets: { find: (name) => Promise.resolve(name === 'hub' ? TOKEN : null) },
      directory: tmpdir(),
      maxBytes: 1_000_000,
    });
  const locate = (url: string, credentials?: string, endpoint?: string) =>
    sources(endpoint).locate(url, { field, credentials });

  it('are read at the commit that the branch is, which is recorded', async () => {
    const { file, sibling, foundAt } = fileOf(await locate('hf://org/repo/onnx/model.onnx'));
    // The branch moves on before a byte is read.
    const first = hub.commit;
    hub.commit = 'b'.repeat(40);
    expect(foundAt).toEqual({
      repository: `${hub.url}/org/repo`,
      commit: first,
      path: 'onnx/model.onnx',
      url: `${hub.url}/org/repo/blob/${first}/onnx/model.onnx`,
    });
    await expect(bytesOf(file)).rejects.toMatchObject({
      message: expect.stringContaining('no such revision'),
    });
    hub.commit = first;
    const again = fileOf(await locate('hf://org/repo@main/onnx/model.onnx'));
    expect((await bytesOf(again.file)).toString()).toBe('a graph');
    expect(hub.asked.at(-1)?.path).toBe(`/org/repo/resolve/${first}/onnx/model.onnx`);
    expect(sibling('model.onnx_data')).not.toBeNull();
  });

  it('are read from the large file storage, over as many connections as it takes', async () => {
    hub.hangUps.push(100_000, 50_000);
    const { file } = fileOf(await locate('hf://org/repo/onnx/model.onnx_data'));
    expect(await file.size()).toBe(large.length);
    expect((await bytesOf(file)).equals(large)).toBe(true);
    expect(hub.asked.filter(({ host }) => host === 'store').length).toBe(3);
  });

  it('are folders, listed page by page', async () => {
    const listed = await locate('hf://org/repo/');
    expect(Object.keys(await filesOf(listed))).toEqual([
      'README.md',
      'onnx/model.onnx',
      'onnx/model.onnx_data',
    ]);
    expect(Object.keys(await filesOf(await locate('hf://org/repo@main/onnx/')))).toEqual([
      'model.onnx',
      'model.onnx_data',
    ]);
  });

  it('are followed where a repository was renamed', async () => {
    const { file } = fileOf(await locate('hf://org/old/onnx/model.onnx'));
    expect((await bytesOf(file)).toString()).toBe('a graph');
  });

  it('are refused when other bytes come than the Hub announces', async () => {
    for (const path of ['onnx/model.onnx', 'onnx/model.onnx_data']) {
      const { file } = fileOf(await locate(`hf://org/repo/${path}`));
      const { bytes, ...kind } = hub.files.get(path) ?? { bytes: Buffer.alloc(0) };
      await file.size();
      const damaged = Buffer.from(bytes);
      damaged[3] = (damaged[3] ?? 0) ^ 1;
      hub.files.set(path, { ...kind, bytes: damaged });
      await expect(bytesOf(file)).rejects.toMatchObject({ code: 'DIGEST_MISMATCH', field });
    }
  });

  it('are read with a token, which goes to the Hub and nowhere else', async () => {
    const { file } = fileOf(await locate('hf://org/repo/onnx/model.onnx_data', 'hub', gated.url));
    expect((await bytesOf(file)).equals(large)).toBe(true);
    for (const { host, authorization } of gated.asked)
      expect(authorization).toBe(host === 'hub' ? `Bearer ${TOKEN}` : null);
  });

  it.each([
    ['hf://org/none/m.onnx', undefined, /no such repository, or it is private/],
    ['hf://org/repo@v9/onnx/model.onnx', undefined, /no such revision/],
    ['hf://org/repo@v9/', undefined, /no such revision/],
    ['hf://org/repo/none.onnx', undefined, /no file "none.onnx"/],
    ['hf://org/repo/none/', undefined, /no file in "none"/],
    ['hf://org/repo/onnx/model.onnx', 'other', /has none of the name "other"/],
  ])('are refused as %s, credentials %s', async (url, credentials, message) => {
    await expect(locate(url, credentials)).rejects.toMatchObject({
      message: expect.stringMatching(message),
      field,
    });
  });

  it('say where the token goes when one is needed', async () => {
    await expect(locate('hf://org/repo/onnx/model.onnx', undefined, gated.url)).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
      message: expect.stringMatching(/gated.*RETORT_SECRETS_FILE.*credentials/),
    });
  });

  it('send no secret to a host that the operator did not name', async () => {
    const elsewhere = new ArtifactSources({
      secrets: { find: () => Promise.resolve(TOKEN) },
      directory: tmpdir(),
      maxBytes: 1,
    });
    await expect(
      elsewhere.locate('hf://org/repo/m.onnx', { field, credentials: 'hub' }),
    ).rejects.toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining('RETORT_SOURCE_HOSTS'),
    });
  });
});
