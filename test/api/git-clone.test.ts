import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anyDatabaseKind } from '../support/databases.js';
import { gitClient, gitIsInstalled, type GitClient } from '../support/git-client.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { registerWithVersions, REMOVE_ALIAS, setAlias, TAG, UNTAG } from './support/alias-steps.js';
import { ask, succeed } from './support/ask.js';
import { publish, register } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';

const UPDATE = `mutation ($input: UpdateModelInput!) { updateModel(input: $input) { model { name } userErrors { message } } }`;
const ARCHIVE = `mutation ($input: ArchiveModelInput!) { archiveModel(input: $input) { model { name } userErrors { message } } }`;
const IMPORT = `mutation ($input: ImportModelInput!) { importModel(input: $input) { userErrors { message } } }`;
const DELETE = `mutation ($input: DeleteModelInput!) { deleteModel(input: $input) { deletedModelName userErrors { message } } }`;

(gitIsInstalled ? describe : describe.skip).each(anyDatabaseKind)('git clone, %s database', (kind) => {
  let app: TestApp;
  let client: GitClient;
  let clones = 0;
  beforeAll(async () => {
    app = await startTestApp({ kind });
    client = await gitClient();
  });
  afterAll(async () => {
    await client.close();
    await app.close();
  });

  const { git, run } = {
    git: (...args: Parameters<GitClient['git']>) => client.git(...args),
    run: (...args: Parameters<GitClient['run']>) => client.run(...args),
  };
  const urlOf = (model: string) => `${app.url}/git/${model}.git`;
  const clone = async (model: string, ...options: string[]) => {
    const folder = join(client.directory, `clone-${(clones += 1)}`);
    await git(['clone', '-q', ...options, urlOf(model), folder]);
    return folder;
  };
  const tag = (version: string, name: string) => succeed(app, TAG, { input: { version, tag: name } });
  const refs = async (model: string) =>
    Object.fromEntries(
      (await git(['ls-remote', urlOf(model)]))
        .split('\n')
        .map((line) => line.split('\t').reverse() as [string, string]),
    );

  it('gives the versions in order, with their files, tags and aliases', async () => {
    await register(app, 'base');
    await publish(app, 'base', scalingModel(9));
    await register(app, 'whole', { title: 'A whole model', card: '# Whole\n\nFor all.', labels: ['x'] });
    await publish(app, 'whole', scalingModel(1), { notes: 'First try\n\nOn little data.' });
    const { artifact } = await publish(app, 'whole', scalingModel(2), {
      notes: 'More data',
      metrics: [{ name: 'rmse', value: 0.61, unit: 'eV', dataset: 'held out' }],
      source: { repository: 'https://git.example.org/m.git', commit: 'c0ffee', dirty: true },
      trainingData: [{ name: 'Delaney' }],
      environment: { runtime: 'Python 3.12' },
      derivedFrom: [
        { version: 'whole@1', relation: 'FINE_TUNED' },
        { version: 'base@1', relation: 'DISTILLED' },
      ],
    });
    await publish(app, 'whole', scalingModel(3));
    await tag('whole@1', 'v1.0.0');
    await tag('whole@2', 'v2.0.0');
    await setAlias(app, { model: 'whole', alias: 'production', version: '2' });
    await setAlias(app, { model: 'whole', alias: 'staging', version: '1' });

    const folder = await clone('whole');
    expect(await git(['fsck', '--strict', '--no-dangling'], folder)).toBe('');
    expect(await git(['branch', '--show-current'], folder)).toBe('production');
    expect(await git(['log', '--reverse', '--format=%an %s', 'origin/main'], folder)).toBe(
      'local whole@1: First try\nlocal whole@2: More data\nlocal whole@3',
    );
    expect(await git(['log', '-1', '--format=%B'], folder)).toBe(
      [
        'whole@2: More data',
        '',
        'Metrics:',
        '  rmse (held out): 0.61 eV',
        '',
        'Version: whole@2',
        `Artifact: ${artifact.digest} (${artifact.size} bytes)`,
        'Derived-From: base@1 (DISTILLED)',
        'Derived-From: whole@1 (FINE_TUNED)',
        'Source-Repository: https://git.example.org/m.git',
        'Source-Commit: c0ffee (with local changes)',
        '',
      ].join('\n'),
    );
    expect(await git(['log', '-1', '--format=%(trailers:key=Derived-From,valueonly)'], folder)).toBe(
      'base@1 (DISTILLED)\nwhole@1 (FINE_TUNED)\n',
    );
    expect((await readdir(folder)).sort()).toEqual([
      '.git',
      '.gitattributes',
      'README.md',
      'derived-from.json',
      'environment.json',
      'metrics.json',
      'model.json',
      'model.onnx',
      'signature.json',
      'source.json',
      'training-data.json',
    ]);
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toBe('# Whole\n\nFor all.\n');
    expect(JSON.parse(await readFile(join(folder, 'model.json'), 'utf8'))).toEqual({
      name: 'whole',
      version: 2,
      title: 'A whole model',
      summary: '',
      domain: 'GENERAL',
      labels: ['x'],
    });
    expect(await readFile(join(folder, 'model.onnx'), 'utf8')).toBe(
      `version https://git-lfs.github.com/spec/v1\noid ${artifact.digest}\nsize ${artifact.size}\n`,
    );
    expect(await git(['cat-file', '-t', 'v1.0.0'], folder)).toBe('tag');
    expect(await git(['tag', '-l', '--format=%(refname:short) %(taggername) %(*subject)'], folder)).toBe(
      'v1.0.0 local whole@1: First try\nv2.0.0 local whole@2: More data',
    );
    const difference = await git(['diff', 'v1.0.0', 'v2.0.0'], folder);
    expect(difference).toContain('+    "value": 0.61');
    expect(difference).toContain(`+oid ${artifact.digest}`);
    await git(['checkout', '-q', 'staging'], folder);
    expect(await git(['log', '-1', '--format=%s'], folder)).toBe('whole@1: First try');
  });

  it('holds the examples of a version in the form in which they were published', async () => {
    await register(app, 'shown');
    const tensor = (name: string, data: unknown[]) => ({ name, datatype: 'FP32', shape: [1, 4], data });
    const examples = [
      { name: 'a row', inputs: [tensor('x', [1, 2, 3, 4])], expectedOutputs: [tensor('y', [3, 6, 9, 12])] },
      { description: 'nothing expected', inputs: [tensor('x', ['NaN', 0, 0.5, '-Infinity'])] },
    ];
    await publish(app, 'shown', scalingModel(3), { examples });
    const file = JSON.parse(await readFile(join(await clone('shown'), 'examples.json'), 'utf8')) as object[];
    expect(file).toEqual(examples);
    await publish(app, 'shown', scalingModel(4), { examples: file });
    const folder = await clone('shown');
    expect(await git(['diff', '--stat', 'HEAD~1', '--', 'examples.json'], folder)).toBe('');
  });

  it('tells its address over GraphQL, as the caller names the server', async () => {
    await registerWithVersions(app, 'addressed', 1);
    const document = '{ model(name: "addressed") { cloneUrl } }';
    // The second time from the compiled document.
    for (let attempt = 0; attempt < 2; attempt += 1) {
      expect(await ask(app, document)).toEqual({ model: { cloneUrl: urlOf('addressed') } });
      const proxied = await app.graphql(document, undefined, {
        'x-forwarded-proto': 'https',
        'x-forwarded-host': 'models.example.org',
      });
      expect(proxied.data).toEqual({
        model: { cloneUrl: 'https://models.example.org/git/addressed.git' },
      });
    }
    const overSocket = app.subscriber().iterate({ query: document });
    expect((await overSocket.next()).value).toMatchObject({
      data: { model: { cloneUrl: urlOf('addressed') } },
    });
    await overSocket.return?.();
  });

  it('pulls what came since, and never changes what was', async () => {
    await register(app, 'moving', { card: 'old card' });
    await publish(app, 'moving', scalingModel(1));
    await publish(app, 'moving', scalingModel(2));
    await setAlias(app, { model: 'moving', alias: 'production', version: '1' });
    await setAlias(app, { model: 'moving', alias: 'canary', version: '2' });
    await tag('moving@1', 'first');
    const folder = await clone('moving');
    const before = await refs('moving');

    await succeed(app, UPDATE, { input: { name: 'moving', card: 'new card', title: 'Renewed' } });
    expect(await refs('moving')).toEqual(before);
    await publish(app, 'moving', scalingModel(3));
    await setAlias(app, { model: 'moving', alias: 'production', version: '3' });
    await setAlias(app, { model: 'moving', alias: 'canary', version: '1' });
    await tag('moving@3', 'third');
    await git(['pull', '-q', '--ff-only'], folder);
    expect(await git(['log', '--format=%s'], folder)).toBe('moving@3\nmoving@2\nmoving@1');
    expect(await readFile(join(folder, 'README.md'), 'utf8')).toBe('new card\n');
    expect(await git(['show', 'first:README.md'], folder)).toBe('old card');
    expect(await git(['rev-parse', 'origin/canary', 'first^{}'], folder)).toMatch(/^(\w+)\n\1$/);
    expect(await git(['tag'], folder)).toBe('first\nthird');
    const after = await refs('moving');
    expect(after['refs/tags/first']).toBe(before['refs/tags/first']);

    await succeed(app, UNTAG, { input: { version: 'moving@3', tag: 'third' } });
    await succeed(app, REMOVE_ALIAS, { input: { model: 'moving', alias: 'production' } });
    const { HEAD, ...left } = await refs('moving');
    expect(HEAD).toBe(after['refs/heads/main']);
    expect(Object.keys(left).sort()).toEqual([
      'refs/heads/canary',
      'refs/heads/main',
      'refs/tags/first',
      'refs/tags/first^{}',
    ]);
  });

  it('makes the same commits and tags again when its cache is gone or damaged', async () => {
    await registerWithVersions(app, 'again', 3);
    await tag('again@2', 'kept');
    const before = await refs('again');
    const cache = join(app.config.dataDirectory, 'cache', 'git');
    await rm(cache, { recursive: true });
    expect(await refs('again')).toEqual(before);
    for (const name of await readdir(cache)) {
      if (!name.endsWith('.git')) continue;
      const packs = join(cache, name, 'objects', 'pack');
      for (const pack of await readdir(packs)) await rm(join(packs, pack));
    }
    // Seen when Git fails on it, and mended by the next request.
    expect((await run(['clone', '-q', urlOf('again'), join(client.directory, 'damaged')])).code).toBe(128);
    const folder = await clone('again');
    expect(await git(['fsck', '--strict', '--no-dangling'], folder)).toBe('');
    expect(await refs('again')).toEqual(before);
  });

  it('has the same commits and tags where the model was imported, with and without what it was made from', async () => {
    await register(app, 'origin');
    await publish(app, 'origin', scalingModel(8));
    await register(app, 'travel', { card: 'first' });
    await publish(app, 'travel', scalingModel(1), {
      derivedFrom: [{ version: 'origin@1', relation: 'PRUNED' }],
      examples: [
        {
          name: 'odd',
          inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [-0, 0.1, 'NaN', 1e-44] }],
        },
      ],
    });
    await succeed(app, UPDATE, { input: { name: 'travel', card: 'second' } });
    await publish(app, 'travel', scalingModel(2));
    await tag('travel@1', 'v1');
    await setAlias(app, { model: 'travel', alias: 'production', version: '1' });
    const before = await refs('travel');
    const archives = new Map<string, ArrayBuffer>();
    for (const name of ['travel', 'origin'])
      archives.set(name, await (await fetch(`${app.url}/models/${name}/archive`)).arrayBuffer());
    const imported = async (name: string) => {
      const sent = await fetch(`${app.url}/archives`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-tar' },
        body: archives.get(name) ?? null,
      });
      const { digest } = (await sent.json()) as { digest: string };
      await succeed(app, IMPORT, { input: { archive: { digest } } });
    };
    for (const name of ['travel', 'origin']) {
      await succeed(app, ARCHIVE, { input: { name, archived: true } });
      await succeed(app, DELETE, { input: { name } });
    }
    await imported('travel');
    expect(await refs('travel')).toEqual(before);
    await imported('origin');
    await rm(join(app.config.dataDirectory, 'cache', 'git'), { recursive: true });
    expect(await refs('travel')).toEqual(before);
  });

  it('gives whole clones to many at once, while versions are published and aliases move', async () => {
    await registerWithVersions(app, 'busy', 2);
    const done = { publishing: false };
    const publishing = (async () => {
      for (let number = 3; number <= 10; number += 1) {
        await publish(app, 'busy', scalingModel(number));
        await setAlias(app, {
          model: 'busy',
          alias: number % 2 === 0 ? 'production' : 'canary',
          version: String(number),
        });
      }
      done.publishing = true;
    })();
    const cloning = async () => {
      do {
        const folder = await clone('busy');
        expect(await git(['fsck', '--strict', '--no-dangling'], folder)).toBe('');
        const subjects = (await git(['log', '--reverse', '--format=%s', 'origin/main'], folder)).split('\n');
        expect(subjects).toEqual(subjects.map((_, index) => `busy@${index + 1}`));
        await rm(folder, { recursive: true });
      } while (!done.publishing);
    };
    await Promise.all([publishing, cloning(), cloning(), cloning()]);
    const folder = await clone('busy');
    expect(await git(['rev-list', '--count', 'origin/main'], folder)).toBe('10');
    expect(await git(['log', '-1', '--format=%s'], folder)).toBe('busy@10');
  });

  // What follows asks nothing more of the database.
  if (kind !== 'embedded') return;

  it('serves shallow and partial clones, and every version of the protocol', async () => {
    await registerWithVersions(app, 'parts', 4);
    const shallow = await clone('parts', '--depth', '1');
    expect(await git(['rev-list', '--count', 'HEAD'], shallow)).toBe('1');
    await git(['fetch', '-q', '--unshallow'], shallow);
    expect(await git(['rev-list', '--count', 'HEAD'], shallow)).toBe('4');
    const partial = await clone('parts', '--filter=blob:none', '--no-checkout');
    await git(['checkout', '-q', 'HEAD~2'], partial);
    expect(await readFile(join(partial, 'model.json'), 'utf8')).toContain('"version": 2');
    for (const version of [0, 1, 2]) {
      const folder = await clone('parts', '-c', `protocol.version=${version}`);
      expect(await git(['rev-list', '--count', 'HEAD'], folder)).toBe('4');
      expect(await git(['for-each-ref', 'refs/versions'], folder)).toBe('');
    }
  });

  it('is found by its name alone, and is read-only', async () => {
    await registerWithVersions(app, 'fixed', 1);
    const folder = join(client.directory, 'fixed');
    await git(['clone', '-q', `${app.url}/git/fixed`, folder]);
    await git(['commit', '-q', '--allow-empty', '-m', 'mine'], folder);
    expect(await run(['push', '-q'], folder)).toMatchObject({
      code: 128,
      stderr: expect.stringMatching(/remote: This repository is read-only.*publishVersion[^]*403/),
    });
    expect(await run(['clone', '-q', urlOf('fixd')])).toMatchObject({
      code: 128,
      stderr: expect.stringContaining('remote: No model is named "fixd". Did you mean "fixed"?'),
    });
  });

  it('serves models without versions, archived ones, and none that was deleted', async () => {
    await register(app, 'nothing');
    expect(await run(['clone', urlOf('nothing'), join(client.directory, 'nothing')])).toMatchObject({
      code: 0,
      stderr: expect.stringContaining('empty repository'),
    });
    await publish(app, 'nothing', scalingModel(1));
    await git(['pull', '-q'], join(client.directory, 'nothing'));
    await succeed(app, ARCHIVE, { input: { name: 'nothing', archived: true } });
    await clone('nothing');
    const cache = join(app.config.dataDirectory, 'cache', 'git');
    const count = (await readdir(cache)).length;
    await succeed(app, DELETE, { input: { name: 'nothing' } });
    expect(await readdir(cache)).toHaveLength(count - 1);
    expect((await run(['ls-remote', urlOf('nothing')])).code).toBe(128);
    // Another model of the same name has nothing of the first one.
    await registerWithVersions(app, 'nothing', 2);
    expect(await git(['rev-list', '--count', 'HEAD'], await clone('nothing'))).toBe('2');
  });

  it('keeps the branch of all versions apart from an alias of its name', async () => {
    await registerWithVersions(app, 'clash', 3);
    await setAlias(app, { model: 'clash', alias: 'main', version: '1' });
    await tag('clash@2', 'versions');
    const folder = await clone('clash');
    expect(await git(['branch', '--show-current'], folder)).toBe('versions-3');
    expect(await git(['log', '-1', '--format=%s', 'origin/main'], folder)).toBe('clash@1');
    expect(await git(['log', '-1', '--format=%s', 'versions'], folder)).toBe('clash@2');
    expect(await git(['log', '-1', '--format=%s'], folder)).toBe('clash@3');
  });
});
