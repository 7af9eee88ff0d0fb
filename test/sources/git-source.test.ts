import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DEFAULT_SOURCES } from '../../src/platform/source-config.js';
import { ArtifactSources } from '../../src/sources/index.js';
import { gitClient, gitIsInstalled, lfsIsInstalled, type GitClient } from '../support/git-client.js';
import { startGit, type GitServer } from './support/git-server.js';
import { bytesOf, fileOf, filesOf } from './support/reading.js';

const field = ['artifact', 'url'];
const LOGIN = `Basic ${Buffer.from('ada:secret').toString('base64')}`;

(gitIsInstalled && lfsIsInstalled ? describe : describe.skip)('models in Git repositories', () => {
  let client: GitClient;
  let open: GitServer;
  let closed: GitServer;
  let directory: string;
  let first: string;
  let second: string;
  const large = Buffer.from(Array.from({ length: 200_000 }, (_, index) => (index * 11) % 249));
  beforeAll(async () => {
    client = await gitClient({ lfs: true });
    directory = await mkdtemp(join(tmpdir(), 'retort-sources-'));
    const work = join(client.directory, 'work');
    await mkdir(join(work, 'saved'), { recursive: true });
    const git = (...args: string[]) => client.git(args, work);
    await git('init', '--quiet', '--initial-branch=main');
    await writeFile(join(work, '.gitattributes'), '*.bin filter=lfs diff=lfs merge=lfs -text\n');
    await writeFile(join(work, 'model.onnx'), 'a graph');
    await writeFile(join(work, 'weights.bin'), large);
    await writeFile(join(work, 'saved', 'a.txt'), 'a');
    await writeFile(join(work, 'saved', 'ü b.txt'), 'b');
    await symlink('model.onnx', join(work, 'link.onnx'));
    await git('add', '.');
    await git('commit', '--quiet', '-m', 'one');
    await git('tag', 'v1');
    first = await git('rev-parse', 'HEAD');
    await writeFile(join(work, 'model.onnx'), 'another graph');
    await git('commit', '--quiet', '-a', '-m', 'two');
    second = await git('rev-parse', 'HEAD');
    await client.git([
      'clone',
      '--quiet',
      '--bare',
      work,
      join(client.directory, 'served', 'team', 'models.git'),
    ]);
    await client.git([
      '-C',
      join(client.directory, 'served', 'team', 'models.git'),
      'config',
      'uploadpack.allowFilter',
      'true',
    ]);
    open = await startGit(join(client.directory, 'served'));
    closed = await startGit(join(client.directory, 'served'), LOGIN);
    for (const server of [open, closed])
      server.objects.set(createHash('sha256').update(large).digest('hex'), large);
  });
  afterAll(async () => {
    await open.close();
    await closed.close();
    await client.close();
    await rm(directory, { recursive: true });
  });

  const locate = (
    at: string,
    {
      server = open,
      credentials,
      maxBytes = 10_000_000,
    }: { server?: GitServer; credentials?: string; maxBytes?: number } = {},
  ) =>
    new ArtifactSources({
      config: { ...DEFAULT_SOURCES, hosts: ['127.0.0.1'] },
      secrets: { find: (name) => Promise.resolve(name === 'git' ? LOGIN : null) },
      directory,
      maxBytes,
    }).locate(`git+${server.url}/team/models.git${at}`, { field, credentials });

  it.each([
    ['a tag', '@v1:model.onnx', 'a graph', () => first],
    ['a branch', '@main:model.onnx', 'another graph', () => second],
    ['what the repository shows', ':model.onnx', 'another graph', () => second],
  ])('are read at %s, and its commit is recorded', async (_, at, content, commit) => {
    const located = fileOf(await locate(at));
    expect((await bytesOf(located.file)).toString()).toBe(content);
    expect(located.foundAt).toEqual({
      repository: `${open.url}/team/models.git`,
      commit: commit(),
      path: 'model.onnx',
      url: null,
    });
    await located.close();
    expect(await readdir(join(directory, 'sources'))).toEqual([]);
  });

  it('are read at a commit', async () => {
    const located = fileOf(await locate(`@${first}:model.onnx`));
    expect((await bytesOf(located.file)).toString()).toBe('a graph');
    await located.close();
  });

  it('are read from the large file storage, over as many connections as it takes', async () => {
    open.hangUps.push(60_000, 1);
    const located = fileOf(await locate('@v1:model.onnx'));
    const weights = located.sibling('weights.bin');
    expect(await weights?.size()).toBe(large.length);
    expect(weights && (await bytesOf(weights)).equals(large)).toBe(true);
    await located.close();
  });

  it('are folders', async () => {
    const located = await locate('@v1:saved/');
    expect(await filesOf(located)).toEqual({ 'a.txt': 'a', 'ü b.txt': 'b' });
    await located.close();
  });

  it('are read with a login, by Git and from its large file storage', async () => {
    const located = fileOf(await locate('@v1:weights.bin', { server: closed, credentials: 'git' }));
    expect((await bytesOf(located.file)).equals(large)).toBe(true);
    expect(new Set(closed.authorizations)).toEqual(new Set([LOGIN]));
    await located.close();
  });

  it.each([
    ['@none:model.onnx', /no such branch, tag or commit/],
    ['@v1:none.onnx', /no file "none.onnx"/],
    ['@v1:none/', /no folder "none\/"/],
    ['@v1:saved', /"saved" is a folder: end it with a slash/],
  ])('are refused at %s', async (at, message) => {
    await expect(locate(at)).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
      message: expect.stringMatching(message),
      field,
    });
    expect(await readdir(join(directory, 'sources'))).toEqual([]);
  });

  it('are refused where a link stands for them, without a login, and behind no repository', async () => {
    const link = fileOf(await locate('@v1:link.onnx'));
    await expect(bytesOf(link.file)).rejects.toMatchObject({
      message: expect.stringContaining('symbolic link'),
    });
    await link.close();
    await expect(locate('@v1:model.onnx', { server: closed })).rejects.toMatchObject({
      message: expect.stringMatching(/needs a login.*credentials/),
    });
    await expect(
      new ArtifactSources({
        config: { ...DEFAULT_SOURCES, hosts: ['127.0.0.1'] },
        directory,
        maxBytes: 1,
      }).locate(`git+${open.url}/none.git:m`, { field }),
    ).rejects.toMatchObject({ code: 'ARTIFACT_NOT_FOUND' });
  });

  it('are not looked for inside this network, by name or by address', async () => {
    const before = open.authorizations.length;
    const { port } = new URL(open.url);
    for (const host of ['localhost', '127.0.0.1', '[::1]', '169.254.169.254'])
      await expect(
        new ArtifactSources({ directory, maxBytes: 1 }).locate(
          `git+https://${host}:${port}/team/models.git:m`,
          { field },
        ),
      ).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        message: expect.stringContaining('public internet'),
      });
    expect(open.authorizations.length).toBe(before);
  });

  it('are refused when the storage sends other bytes, or has none', async () => {
    const [oid = ''] = open.objects.keys();
    const damaged = Buffer.from(large);
    damaged[9] = 1;
    for (const [bytes, code] of [
      [damaged, 'DIGEST_MISMATCH'],
      [null, 'ARTIFACT_NOT_FOUND'],
    ] as const) {
      if (bytes === null) open.objects.delete(oid);
      else open.objects.set(oid, bytes);
      const located = fileOf(await locate('@v1:weights.bin'));
      await expect(bytesOf(located.file)).rejects.toMatchObject({ code, field });
      await located.close();
    }
    open.objects.set(oid, large);
  });
});
