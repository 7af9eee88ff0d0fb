import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask } from '../api/support/ask.js';
import { retort as run, retortJson as runJson, retortJsonProcess } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

describe('the catalog, from the command line', () => {
  let server: CliServer;
  beforeAll(async () => {
    server = await startCliServer({ examples: false });
  });
  afterAll(async () => server.close());
  const retort = (...args: string[]) => run(args, { url: server.app.url, cwd: server.folder });
  const retortJson = (...args: string[]) => runJson(args, { url: server.app.url, cwd: server.folder });
  const reasons = async (...kinds: string[]) => {
    const { events } = await ask<{ events: { edges: { node: { reason: string | null } }[] } }>(
      server.app,
      `query ($kinds: [EventKind!]) { events(filter: {kinds: $kinds}, first: 100) { edges { node {
         ... on ModelEvent { reason } ... on VersionEvent { reason } ... on AliasEvent { reason }
         ... on ArtifactsCollectedEvent { reason } } } } }`,
      { kinds },
    );
    return events.edges.map(({ node }) => node.reason);
  };

  it('registers a model and publishes its first version with everything that is known about it', async () => {
    const file = await server.model(2);
    const card = await server.file('card.md', '# Scaling\n');
    const environment = await server.file(
      'env.json',
      '{"runtime": "Python 3.12", "packages": [{"name": "torch", "version": "2.9"}]}',
    );
    const args = [
      `push ${file} --model scaling --register --domain physics --title Scaling --label a --card ${card}`,
      `--metric rmse=0.5,unit=eV,better=lower --notes @${card} --environment ${environment} --tag v1.0.0`,
      '--training-data numbers,split=train --source https://example.org/r@abc1234 --alias production --reason first',
    ].flatMap((line) => line.split(' '));
    const at = { url: server.app.url, cwd: server.folder };
    const { code, document } = await retortJsonProcess(args, at);
    expect({ code, document }).toMatchObject({
      code: 0,
      document: {
        version: { ref: 'scaling@1' },
        tags: ['v1.0.0'],
        aliases: ['production'],
        registered: true,
        uploaded: true,
      },
    });
    expect(await reasons('MODEL_REGISTERED', 'VERSION_PUBLISHED', 'VERSION_TAGGED', 'ALIAS_MOVED')).toEqual([
      'first',
      'first',
      'first',
      'first',
    ]);
    const shown = await retortJson('show', 'scaling@production');
    expect(shown.document.version).toMatchObject({
      ref: 'scaling@1',
      model: { title: 'Scaling', domain: 'PHYSICS' },
      tags: [{ name: 'v1.0.0' }],
      metrics: [{ name: 'rmse', value: 0.5, unit: 'eV', higherIsBetter: false }],
      card: '# Scaling\n',
      source: { repository: 'https://example.org/r', commit: 'abc1234' },
      trainingData: [{ name: 'numbers', split: 'train' }],
      environment: { runtime: 'Python 3.12', packages: [{ name: 'torch', version: '2.9' }] },
      signature: { inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }] },
    });
  });

  it('does not upload bytes that the server has, and says so', async () => {
    const text = await retort('push', await server.model(2), '--model', 'scaling', '--no-source');
    expect(text).toMatchObject({ code: 0, stderr: '' });
    expect(text.stdout).toMatch(/^Published scaling@2\.\n\nartifact +\d+ B, which the server had already/);
    const { document } = await retortJson(
      'push',
      await server.model(3),
      '--model',
      'scaling',
      '--derived-from',
      'scaling@1:quantized',
    );
    expect(document).toMatchObject({ version: { ref: 'scaling@3' }, uploaded: true, registered: false });
  });

  it('publishes nothing when a tag is taken, a file is missing or the model is not known', async () => {
    const file = await server.model(4);
    const cases: [string[], number, string][] = [
      [['push', file, '--model', 'scaling', '--tag', 'v1.0.0'], 1, 'TAG_EXISTS'],
      [['push', file, '--model', 'unknown'], 1, 'MODEL_NOT_FOUND'],
      [['push', `${file}.gone`, '--model', 'scaling'], 2, 'FILE'],
      [['push', server.folder, '--model', 'scaling'], 2, 'USAGE'],
      [['push', await server.file('text.onnx', 'no model'), '--model', 'scaling'], 1, 'INVALID_MODEL'],
      [['push', file, '--model', 'scaling', '--pipeline', file], 2, 'USAGE'],
      [
        ['push', file, '--model', 'scaling', '--pipeline', await server.file('p.json', '{"instance": 1}')],
        1,
        'INVALID_PIPELINE',
      ],
      [
        ['push', file, '--model', 'scaling', '--environment', await server.file('e.json', '{"cpu": 1}')],
        1,
        'BAD_USER_INPUT',
      ],
      [['push', file, '--model', 'scaling', '--title', 'x'], 2, 'USAGE'],
      [['push', file, '--model', 'new', '--register'], 2, 'USAGE'],
      [['push', file, '--model', 'scaling', '--derived-from', 'scaling@99:PRUNED'], 1, 'VERSION_NOT_FOUND'],
    ];
    for (const [args, exit, errorCode] of cases) {
      const { code, document } = await retortJson(...args);
      expect([args, code, document.error.code]).toEqual([args, exit, errorCode]);
      expect(Object.keys(document.error)).toEqual(['code', 'message', 'field']);
    }
    expect((await retortJson('list', 'versions', 'scaling')).document.versions).toHaveLength(3);
  });

  it('says that a version is published although one of its names was refused', async () => {
    const { code, document } = await retortJson(
      'push',
      await server.model(5),
      '--model',
      'scaling',
      '--alias',
      'v9',
    );
    expect([code, document.error.code]).toEqual([1, 'INVALID_NAME']);
    expect(document.error.message).toMatch(
      /^scaling@4 is published, but not all of its names could be given/,
    );
  });

  it('lists models, versions and deployments, page by page and up to a limit', async () => {
    for (let index = 1; index <= 103; index++)
      await server.app.graphql(
        `mutation { registerModel(input: {name: "many-${index}", domain: GENERAL, labels: ["many"]}) { userErrors { code } } }`,
      );
    expect((await retortJson('list', '--label', 'many', '--limit', '1000')).document).toMatchObject({
      hasMore: false,
      models: { length: 103 },
    });
    expect((await retortJson('list', '--label', 'many', '--limit', '101')).document).toMatchObject({
      hasMore: true,
      models: { length: 101 },
    });
    const text = await retort('list', '--domain', 'physics', '--text', 'scal');
    expect(text.stdout).toMatch(
      /^MODEL +TITLE +DOMAIN +VERSION +ALIASES +UPDATED\nscaling +Scaling +PHYSICS +@1 +production→1 /,
    );
    expect((await retort('list', '--limit', '2')).stdout).toMatch(
      /These are the first 2; --limit shows more/,
    );
    expect((await retort('list', '--text', 'nothing-like-it')).stdout).toBe('No model matches.\n');
    expect((await retort('list', 'versions', 'scaling')).stdout).toMatch(
      /scaling@1 +v1\.0\.0 +production +rmse 0\.5 eV/,
    );
    expect((await retortJson('list', 'deployments')).document).toEqual({ deployments: [], hasMore: false });
    expect((await retortJson('list', 'versions', 'gone')).document.error.code).toBe('MODEL_NOT_FOUND');
  });

  it('shows a model, a version and what does not exist', async () => {
    const model = await retort('show', 'scaling');
    expect(model.stdout).toMatch(/^scaling: Scaling\n/);
    expect(model.stdout).toMatch(/Aliases\n +ALIAS +VERSION/);
    expect((await retort('show', 'scaling@1')).stdout).toMatch(/x +FP32 +\[rows, 4\]/);
    expect(Object.keys((await retortJson('show', 'scaling')).document)).toEqual(['model']);
    for (const [ref, code] of [
      ['gone', 'MODEL_NOT_FOUND'],
      ['scaling@77', 'VERSION_NOT_FOUND'],
      ['scaling@sha', 'VERSION_NOT_FOUND'],
      ['Wrong Name@1', 'INVALID_NAME'],
    ]) {
      const shown = await retortJson('show', ref ?? '');
      expect([ref, shown.code, shown.document.error.code]).toEqual([ref, 1, code]);
    }
    expect((await retortJson('show', 'scaling', '--deployment')).document.error.code).toBe(
      'DEPLOYMENT_NOT_FOUND',
    );
  });

  it('gives and takes tags', async () => {
    expect((await retortJson('tag', 'scaling@2', 'v2.0.0')).document).toEqual({
      version: { ref: 'scaling@2', tags: [{ name: 'v2.0.0' }] },
    });
    const again = await retort('tag', 'scaling@3', 'v2.0.0');
    expect(again).toMatchObject({
      code: 1,
      stdout: '',
      stderr: expect.stringMatching(/^retort: .*v2\.0\.0/),
    });
    expect((await retort('tag', '--remove', 'scaling@2', 'v2.0.0', '--reason', 'wrong')).stdout).toBe(
      'scaling@2: no tags\n',
    );
    expect((await retortJson('tag', '--remove', 'scaling@2', 'v2.0.0')).document.error.code).toBe(
      'TAG_NOT_FOUND',
    );
  });

  it('moves, protects, looks up, rolls back and removes aliases', async () => {
    const before = new Date().toISOString();
    expect((await retort('alias', 'scaling', 'staging', '2', '--expected', '')).stdout).toMatch(
      /^scaling@staging is scaling@2\.\n/,
    );
    const stale = await retortJson('alias', 'scaling', 'staging', '3', '--expected', '1');
    expect([stale.code, stale.document.error.code]).toEqual([1, 'ALIAS_MOVED']);
    expect(
      (await retortJson('alias', 'scaling', 'staging', '3', '--expected', '2')).document.alias.version.ref,
    ).toBe('scaling@3');
    expect((await retortJson('alias', 'scaling', 'staging', '--protect')).document.alias.protected).toBe(
      true,
    );
    expect((await retortJson('alias', 'scaling', 'staging', '1')).document.error.code).toBe(
      'ALIAS_PROTECTED',
    );
    expect(
      (await retortJson('rollback', 'alias', 'scaling', 'staging', '--reason', 'worse')).document.alias
        .version.ref,
    ).toBe('scaling@2');
    expect((await retortJson('alias', 'scaling', 'staging')).document.alias.version.number).toBe(2);
    const never = await retortJson('alias', 'scaling', 'staging', '--at', before);
    expect([never.code, never.document]).toEqual([4, { alias: null }]);
    const history = await retortJson('alias', 'scaling', 'staging', '--history');
    expect(history.document.history.map(({ kind }) => kind)).toEqual([
      'ROLLED_BACK',
      'PROTECTED',
      'MOVED',
      'MOVED',
    ]);
    expect((await retort('alias', 'scaling', '--history')).stdout).toMatch(
      /staging +ROLLED_BACK +scaling@3 +scaling@2 +\S+ +worse/,
    );
    expect((await retort('alias', 'scaling')).stdout).toMatch(/staging +scaling@2 +yes/);
    expect(
      (await retortJson('alias', 'scaling', 'staging', '--remove', '--reason', 'done')).document,
    ).toEqual({ removedAlias: 'staging' });
    expect((await retortJson('alias', 'scaling', 'staging')).document.error.code).toBe('ALIAS_NOT_FOUND');
    expect((await retortJson('rollback', 'alias', 'scaling', 'production')).document.error.code).toBe(
      'NO_EARLIER_TARGET',
    );
  });

  it.each([
    [['alias', 'scaling', 'a', '1', '--history']],
    [['alias', 'scaling', 'a', '--at', 'yesterday']],
    [['alias', 'scaling', '--remove']],
    [['alias', 'scaling', 'a', '--protect', '--unprotect']],
    [['rollback', 'alias', 'scaling', 'a', '--steps', '1', '--to', '1']],
    [['rollback', 'alias', 'scaling', 'a', '--steps', '0']],
    [['rollback']],
    [['compare', 'scaling@1']],
    [['push', '--model', 'scaling']],
  ])('refuses %j as wrong usage', async (args) => {
    const { code, document } = await retortJson(...args);
    expect([code, document.error.code, document.error.field]).toEqual([2, 'USAGE', null]);
  });

  it('collects what nothing refers to, and says it first', async () => {
    await server.app.upload(Buffer.from('nobody needs this'));
    const dry = await retortJson('gc', '--dry-run', '--older-than-hours', '0');
    expect(dry).toMatchObject({
      code: 0,
      document: { dryRun: true, artifacts: { length: dry.document.count } },
    });
    expect(dry.document.artifacts).toContainEqual({ digest: expect.stringMatching(/^sha256:/), size: 17 });
    const real = await retort('gc', '--older-than-hours', '0', '--reason', 'the disk is full');
    expect(real.stdout).toContain(`Removed ${dry.document.count} file`);
    expect(await reasons('ARTIFACTS_COLLECTED')).toEqual(['the disk is full']);
    expect((await retortJson('gc', '--dry-run', '--older-than-hours', '0')).document).toMatchObject({
      count: 0,
      bytes: 0,
    });
  });
});
