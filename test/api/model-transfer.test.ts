import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { archiveFiles, blobOf, readWhole, sampleManifest, tarOf } from '../transfer/sample-archive.js';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import {
  historyOf,
  REMOVE_ALIAS,
  rollbackAlias,
  setAlias,
  TAG,
  targetOf,
  UNTAG,
} from './support/alias-steps.js';
import { ask, refusal, succeed, type UserError } from './support/ask.js';
import { deploy, publish, register, scale } from './support/catalog-steps.js';
import { storedEvents } from './support/event-watch.js';
import { scalingModel } from './support/own-models.js';
import { change, FOLLOW, migratedTo } from './support/migration-steps.js';
import { download, EXPORT, IMPORT, importArchive, send, type Imported } from './support/transfer-steps.js';

const UPDATE = `mutation ($input: UpdateModelInput!) { updateModel(input: $input) { model { name } userErrors { field code message } } }`;
const ARCHIVE = `mutation ($input: ArchiveModelInput!) { archiveModel(input: $input) { model { name } userErrors { field code message } } }`;
const DELETE = `mutation ($input: DeleteModelInput!) { deleteModel(input: $input) { deletedModelName userErrors { field code message } } }`;
const WHOLE = `query ($name: String!) {
  model(name: $name) {
    title summary domain labels card createdAt createdBy updatedAt archivedAt
    versions(first: 100) { edges { node {
      number card notes createdAt createdBy pipeline
      artifact { digest size producer }
      signature { inputs { name datatype shape dimensions } outputs { name datatype shape dimensions } }
      metrics { name value unit dataset higherIsBetter }
      source { repository commit path dirty url }
      trainingData { name url digest split }
      environment { runtime platform image packages { name version } }
      examples { name description inputs { name data } expectedOutputs { name data } }
      tags { name createdAt createdBy }
      aliases { name protected updatedAt updatedBy }
      derivedFrom { relation version { ref } }
      missingParents { ref digest relation }
    } } }
  }
}`;

/** A model of which there is everything. */
async function makeRich(api: TestApp, model: string, base: string): Promise<void> {
  await register(api, base, { title: 'Base' });
  await publish(api, base, scalingModel(1));
  await register(api, model, {
    domain: 'CHEMISTRY',
    title: 'Rich, with an ü',
    summary: 'Everything there is',
    labels: ['b', 'a'],
    card: '# Card\n\nfirst',
  });
  await publish(api, model, scalingModel(2), {
    notes: 'first',
    metrics: [{ name: 'rmse', value: 0.1, unit: 'K', dataset: 'test', higherIsBetter: false }],
    source: { repository: 'https://example.org/r', commit: 'abc', path: 'src', dirty: false },
    trainingData: [{ name: 'ESOL', digest: 'sha256:1', split: 'train' }],
    environment: { runtime: 'Python 3.12', packages: [{ name: 'torch', version: '2.9' }] },
    derivedFrom: [{ version: `${base}@1`, relation: 'FINE_TUNED' }],
    examples: [
      {
        name: 'ones',
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 1, 1, 1] }],
        expectedOutputs: [{ name: 'y', datatype: 'FP32', shape: [1, 4], data: [2, 2, 2, 2] }],
      },
      {
        description: 'Two rows.',
        inputs: [{ name: 'x', datatype: 'FP32', shape: [2, 4], data: new Array<number>(8).fill(0.5) }],
      },
    ],
  });
  await setAlias(api, { model, alias: 'production', version: '1', reason: 'first' });
  await succeed(api, UPDATE, { input: { name: model, card: '# Card\n\nsecond' } });
  await publish(api, model, scalingModel(3), {
    derivedFrom: [{ version: `${model}@1`, relation: 'PRUNED' }],
  });
  // The same bytes twice: one blob.
  await publish(api, model, scalingModel(2));
  for (const [version, tag] of [
    [1, 'v1.0.0'],
    [2, 'v2.0.0'],
    [2, 'best'],
  ])
    await succeed(api, TAG, { input: { version: `${model}@${version ?? 0}`, tag } });
  await setAlias(api, { model, alias: 'production', version: '2', protected: true, reason: 'better' });
  await setAlias(api, { model, alias: 'staging', version: '3' });
  await setAlias(api, { model, alias: 'production', version: '3', reason: 'newer' });
  await rollbackAlias(api, { model, alias: 'production', reason: 'worse after all' });
  await succeed(api, REMOVE_ALIAS, { input: { model, alias: 'staging' } });
}

/** Two versions, a tag and an alias that moved. */
async function makeSmall(api: TestApp, model: string): Promise<void> {
  await register(api, model);
  for (const factor of [2, 3]) await publish(api, model, scalingModel(factor));
  await succeed(api, TAG, { input: { version: `${model}@1`, tag: 'v1.0.0' } });
  for (const version of ['1', '2']) await setAlias(api, { model, alias: 'production', version });
}

describe.each(databaseKinds)('models between catalogs, %s database', (kind) => {
  let home: TestApp;
  let away: TestApp;
  beforeAll(async () => {
    [home, away] = await Promise.all([startTestApp({ kind }), startTestApp({ kind })]);
    await makeRich(home, 'rich', 'base');
  });
  afterAll(() => Promise.all([home.close(), away.close()]));

  const storedFiles = async () => {
    const folder = join(away.config.dataDirectory, 'artifacts');
    const entries = await readdir(folder, { recursive: true, withFileTypes: true });
    return entries.filter((entry) => entry.isFile()).map(({ name }) => name);
  };
  const refuse = async (archive: Uint8Array, more: object = {}) =>
    refusal(away, IMPORT, { input: { archive: { digest: await send(away, archive) }, ...more } });
  const names = async (api: TestApp) =>
    (
      await ask<{ models: { edges: { node: { name: string } }[] } }>(
        api,
        '{ models(first: 100) { edges { node { name } } } }',
      )
    ).models.edges.map(({ node }) => node.name);

  it('says what an archive holds, and the same state is the same archive', async () => {
    const archive = await download(home, 'rich');
    expect(await succeed(home, EXPORT, { input: { model: 'rich' } })).toMatchObject({
      archive: {
        url: '/models/rich/archive',
        fileName: 'rich.retort.tar',
        formatVersion: 1,
        size: archive.length,
        versions: 3,
        tags: 3,
        aliases: 1,
        aliasChanges: 6,
        blobs: 2,
        blobBytes: scalingModel(2).length + scalingModel(3).length,
      },
    });
    expect(await download(home, 'rich')).toEqual(archive);
    expect(await refusal(home, EXPORT, { input: { model: 'ritch' } })).toMatchObject({
      code: 'MODEL_NOT_FOUND',
      field: ['model'],
      message: expect.stringContaining('"rich"'),
    });
  });

  it('plans without a trace, imports once, and then finds everything there', async () => {
    const archive = await download(home, 'rich');
    const trial = await importArchive(away, archive, { dryRun: true });
    expect(trial).toMatchObject({
      changed: false,
      model: null,
      plan: {
        changes: true,
        refusal: null,
        model: { action: 'ADDED' },
        versionsAdded: 3,
        tagsAdded: 3,
        aliases: [
          { name: 'production', versionNumber: 2, action: 'ADDED', entriesAdded: 4 },
          { name: 'staging', versionNumber: null, action: 'ADDED', entriesAdded: 2 },
        ],
        blobsAdded: 2,
        missingParents: [{ ref: 'base@1', relation: 'FINE_TUNED' }],
      },
    });
    expect(await storedFiles()).toEqual([]);
    expect(await names(away)).toEqual([]);

    const done = await importArchive(away, archive, { reason: 'moved to the new server' });
    expect(done).toMatchObject({ changed: true, model: { name: 'rich' }, plan: trial.plan });
    expect(await storedEvents(away, '0', { kinds: ['MODEL_IMPORTED'] })).toHaveLength(1);
    expect(
      await ask(
        away,
        '{ events(filter: {model: "rich"}, last: 1) { edges { node { kind actor message ... on ModelImportedEvent { sourceModel versionsAdded reason model { name } } } } } }',
      ),
    ).toEqual({
      events: {
        edges: [
          {
            node: {
              kind: 'MODEL_IMPORTED',
              actor: 'local',
              message: 'Imported model rich with 3 new versions',
              sourceModel: 'rich',
              versionsAdded: 3,
              reason: 'moved to the new server',
              model: { name: 'rich' },
            },
          },
        ],
      },
    });
    const again = await importArchive(away, archive);
    expect(again).toMatchObject({
      changed: false,
      model: { name: 'rich' },
      plan: { changes: false, blobsAdded: 0 },
    });
    expect(new Set(again.plan.versions.map(({ action }) => action))).toEqual(new Set(['PRESENT']));
    expect(await storedEvents(away, '0', { kinds: ['MODEL_IMPORTED'] })).toHaveLength(1);
    expect(await storedFiles()).toHaveLength(2);
  });

  it('restores everything as it was, and exports the same bytes again', async () => {
    const archive = await download(home, 'rich');
    await importArchive(away, archive);
    expect(await download(away, 'rich')).toEqual(archive);
    const [there, here] = await Promise.all(
      [home, away].map((api) => ask<object>(api, WHOLE, { name: 'rich' })),
    );
    const withoutParents = (whole: object | undefined) =>
      JSON.parse(JSON.stringify(whole), (key, value: unknown) =>
        key === 'derivedFrom' || key === 'missingParents' ? undefined : value,
      ) as unknown;
    expect(withoutParents(here)).toEqual(withoutParents(there));
    const history = await historyOf(home, 'rich');
    expect(await historyOf(away, 'rich')).toEqual(history);
    for (const { at } of history)
      expect(await targetOf(away, 'rich', 'production', at)).toBe(
        await targetOf(home, 'rich', 'production', at),
      );
    expect(await scale(away, { version: 'rich@production' }, [1, 2, 3, 4])).toEqual([3, 6, 9, 12]);
    // What an alias was undone to came along: one step further back than where the rollback led.
    const undone = await rollbackAlias(away, { model: 'rich', alias: 'production', reason: 'further' });
    expect(undone.version.ref).toBe('rich@1');
    const next = await publish(away, 'rich', scalingModel(9));
    expect(next.number).toBe(4);
  });

  it('keeps parents that are not here by name, and finds them when they come', async () => {
    const archive = await download(home, 'rich');
    const rich = `{ version(ref: "child@1") { derivedFrom { relation version { ref } } missingParents { ref digest relation } } }`;
    await importArchive(away, archive, { as: 'child' });
    const digest = (await publish(home, 'base', scalingModel(1))).artifact.digest;
    expect(await ask(away, rich)).toEqual({
      version: { derivedFrom: [], missingParents: [{ ref: 'base@1', digest, relation: 'FINE_TUNED' }] },
    });
    const before = await download(away, 'child');
    await importArchive(away, await download(home, 'base'));
    expect(await ask(away, rich)).toEqual({
      version: { derivedFrom: [{ relation: 'FINE_TUNED', version: { ref: 'base@1' } }], missingParents: [] },
    });
    expect(await download(away, 'child')).toEqual(before);
    expect(await refusal(away, DELETE, { input: { name: 'base' } })).toMatchObject({ code: 'MODEL_IN_USE' });
  });

  it('leaves a parent missing that would close a circle, or that has the name the model gets', async () => {
    const graphs = [scalingModel(31)];
    const digest = blobOf(scalingModel(31)).digest;
    const forged = (name: string, parent: string) => {
      const manifest = sampleManifest(graphs, { tags: [], aliases: [], aliasHistory: [] });
      const [version] = manifest.versions;
      const derivedFrom = [{ model: parent, number: 1, digest, relation: 'CONVERTED' }];
      const signature = {
        inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
        outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 4] }],
      };
      const versions = [{ ...version, signature, derivedFrom }];
      return tarOf(archiveFiles({ ...manifest, model: { ...manifest.model, name }, versions }, graphs));
    };
    const parentsOf = (ref: string) =>
      ask(away, `{ version(ref: "${ref}") { derivedFrom { version { ref } } missingParents { ref } } }`);
    await importArchive(away, forged('hen', 'egg'));
    await importArchive(away, forged('egg', 'hen'));
    expect(await parentsOf('egg@1')).toEqual({
      version: { derivedFrom: [{ version: { ref: 'hen@1' } }], missingParents: [] },
    });
    expect(await parentsOf('hen@1')).toEqual({
      version: { derivedFrom: [], missingParents: [{ ref: 'egg@1' }] },
    });
    expect(await download(away, 'hen')).toEqual(forged('hen', 'egg'));
    await importArchive(away, forged('phoenix', 'ashes'), { as: 'ashes' });
    expect(await parentsOf('ashes@1')).toEqual({
      version: { derivedFrom: [], missingParents: [{ ref: 'ashes@1' }] },
    });
    // What was missing goes with the version that misses it.
    await succeed(away, ARCHIVE, { input: { name: 'ashes' } });
    await succeed(away, DELETE, { input: { name: 'ashes' } });
    expect(await names(away)).not.toContain('ashes');
  });

  it('exports one instant, whatever happens meanwhile', async () => {
    await makeSmall(home, 'moving');
    let moves = 0;
    const moving = (async () => {
      for (; moves < 20; moves += 1)
        await setAlias(home, {
          model: 'moving',
          alias: 'production',
          version: String(1 + (moves % 2)),
          reason: 'on',
        });
    })();
    const lengths: number[] = [];
    // Reading checks that every alias is where its history ends.
    while (moves < 20) lengths.push((await readWhole(await download(home, 'moving'))).aliasHistory.length);
    await moving;
    expect(lengths).toEqual(lengths.toSorted((a, b) => a - b));
    expect((await readWhole(await download(home, 'moving'))).aliasHistory).toHaveLength(22);
  });

  it('lets the same model grow, and never goes back', async () => {
    await makeRich(home, 'growing', 'growing-base');
    const first = await download(home, 'growing');
    await importArchive(away, first);
    await deploy(away, 'grown-up', 'growing@production');
    await change(away, FOLLOW, { deployment: 'grown-up', alias: 'production', strategy: 'IMMEDIATE' });
    await publish(home, 'growing', scalingModel(5), { notes: 'more' });
    await succeed(home, TAG, { input: { version: 'growing@4', tag: 'v4.0.0' } });
    await setAlias(home, { model: 'growing', alias: 'production', version: '4', reason: 'best' });
    await setAlias(home, { model: 'growing', alias: 'staging', version: '4' });
    await succeed(home, UPDATE, { input: { name: 'growing', card: '# Grown' } });
    const second = await download(home, 'growing');

    expect(await refuse(second)).toMatchObject({
      code: 'IMPORT_CONFLICT',
      field: ['onConflict'],
      message: expect.stringMatching(/1 new versions, 1 new tags, 2 aliases .* a newer card.*MERGE/),
    });
    expect(await download(away, 'growing')).toEqual(first);
    expect(await refuse(second, { onConflict: 'MERGE' })).toMatchObject({
      code: 'ALIAS_PROTECTED',
      field: ['reason'],
    });
    expect(await importArchive(away, second, { onConflict: 'MERGE', reason: 'grown' })).toMatchObject({
      changed: true,
      plan: {
        model: { action: 'UPDATED', changed: ['card'] },
        versionsAdded: 1,
        tagsAdded: 1,
        aliasChangesAdded: 2,
        aliases: [
          { name: 'production', action: 'UPDATED', versionNumber: 4 },
          { name: 'staging', action: 'UPDATED', versionNumber: 4 },
        ],
        blobsAdded: 1,
      },
    });
    const followed = await migratedTo(away, 'grown-up', 'SUCCEEDED', 'FAILED');
    expect(followed).toMatchObject({ version: { ref: 'growing@4' }, migration: { state: 'SUCCEEDED' } });
    expect(await download(away, 'growing')).toEqual(second);
    for (const onConflict of ['REFUSE', 'MERGE'])
      expect(await importArchive(away, first, { onConflict })).toMatchObject({ changed: false });
    expect(await download(away, 'growing')).toEqual(second);
    // A tag that is taken away at home stays where it was brought.
    await succeed(home, UNTAG, { input: { version: 'growing@4', tag: 'v4.0.0' } });
    expect(await importArchive(away, await download(home, 'growing'), { onConflict: 'MERGE' })).toMatchObject(
      {
        changed: false,
      },
    );
  });

  it('refuses what contradicts the model here, and takes it under another name', async () => {
    await register(away, 'taken');
    await publish(away, 'taken', scalingModel(7));
    await register(home, 'taken');
    await publish(home, 'taken', scalingModel(8));
    const archive = await download(home, 'taken');
    const here = await download(away, 'taken');
    for (const onConflict of ['REFUSE', 'MERGE']) {
      expect(await refuse(archive, { onConflict })).toMatchObject({
        code: 'IMPORT_CONFLICT',
        message: expect.stringMatching(/another one of the same name.*version 1 has another artifact.*"as"/),
      });
      expect(await importArchive(away, archive, { onConflict, dryRun: true })).toMatchObject({
        changed: false,
        plan: {
          refusal: { code: 'IMPORT_CONFLICT' },
          model: { action: 'CONFLICT' },
          versions: [{ number: 1, action: 'CONFLICT' }],
        },
      });
    }
    expect(await download(away, 'taken')).toEqual(here);
    expect(await importArchive(away, archive, { as: 'taken-too' })).toMatchObject({
      changed: true,
      plan: { sourceModel: 'taken', targetModel: 'taken-too' },
    });
    expect(await scale(away, { version: 'taken-too@1' }, [1, 2, 3, 4])).toEqual([8, 16, 24, 32]);
    expect(await refuse(archive, { as: 'Taken' })).toMatchObject({ code: 'NAME_TAKEN', field: ['as'] });
    for (const as of ['Tak en', '../x', ''])
      expect(await refuse(archive, { as })).toMatchObject({ code: 'INVALID_NAME', field: ['as'] });
  });

  it('refuses names that went another way here', async () => {
    await makeSmall(home, 'forked');
    await importArchive(away, await download(home, 'forked'));
    await setAlias(away, { model: 'forked', alias: 'production', version: '1', reason: 'here' });
    await setAlias(home, { model: 'forked', alias: 'production', version: '1', reason: 'there' });
    await succeed(away, TAG, { input: { version: 'forked@2', tag: 'fork' } });
    await succeed(home, TAG, { input: { version: 'forked@1', tag: 'fork' } });
    await setAlias(away, { model: 'forked', alias: 'canary', version: '1' });
    await succeed(home, TAG, { input: { version: 'forked@1', tag: 'canary' } });
    const archive = await download(home, 'forked');
    const here = await download(away, 'forked');
    const refused = await refuse(archive, { onConflict: 'MERGE', reason: 'x' });
    expect(refused.code).toBe('IMPORT_CONFLICT');
    for (const told of [
      '"canary" is an alias here',
      '"fork" names version 2 here',
      '"production" went another way',
    ])
      expect(refused.message).toContain(told);
    expect(await download(away, 'forked')).toEqual(here);
  });

  it('brings archived models as they are, and adds nothing to one that was archived here', async () => {
    await makeSmall(home, 'shelved');
    await importArchive(away, await download(home, 'shelved'));
    await publish(home, 'shelved', scalingModel(4));
    const grown = await download(home, 'shelved');
    await succeed(away, ARCHIVE, { input: { name: 'shelved' } });
    expect(await refuse(grown, { onConflict: 'MERGE', reason: 'x' })).toMatchObject({
      code: 'MODEL_ARCHIVED',
    });
    await succeed(home, ARCHIVE, { input: { name: 'shelved' } });
    const archived = await download(home, 'shelved');
    expect(await importArchive(away, archived, { as: 'shelved-too' })).toMatchObject({ changed: true });
    expect(await ask(away, '{ model(name: "shelved-too") { archivedAt } }')).toEqual(
      await ask(home, '{ model(name: "shelved") { archivedAt } }'),
    );
  });

  it('imports one archive once, however many do it at a time', async () => {
    await makeSmall(home, 'contested');
    const archive = await download(home, 'contested');
    const outcomes = await Promise.all([1, 2, 3, 4].map(() => importArchive(away, archive)));
    expect(outcomes.filter(({ changed }) => changed)).toHaveLength(1);
    expect(await storedEvents(away, '0', { model: 'contested', kinds: ['MODEL_IMPORTED'] })).toHaveLength(1);
    expect(await download(away, 'contested')).toEqual(archive);
  });

  it('either comes before a publication or is refused, but never mixes with it', async () => {
    await makeSmall(home, 'busy');
    await importArchive(away, await download(home, 'busy'));
    for (const factor of [11, 12, 13]) await publish(home, 'busy', scalingModel(factor));
    const archive = await download(home, 'busy');
    const digest = await send(away, archive);
    const [{ importModel }, published] = await Promise.all([
      ask<{ importModel: Imported & { userErrors: UserError[] } }>(away, IMPORT, {
        input: { archive: { digest }, onConflict: 'MERGE', reason: 'more' },
      }),
      publish(away, 'busy', scalingModel(99)),
    ]);
    const versions = await ask<{ model: { versions: { edges: { node: { number: number } }[] } } }>(
      away,
      '{ model(name: "busy") { versions(first: 100) { edges { node { number } } } } }',
    );
    const count = versions.model.versions.edges.length;
    if (importModel.changed) expect([count, published.number]).toEqual([6, 6]);
    else {
      expect([count, published.number]).toEqual([3, 3]);
      expect(importModel.userErrors).toMatchObject([{ code: 'IMPORT_CONFLICT' }]);
    }
  });
});
