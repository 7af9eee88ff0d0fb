import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DomainError } from '../../src/platform/errors.js';
import { databaseKinds } from '../support/databases.js';
import { caller, linearModel, openCatalog, type CatalogHarness } from './catalog-harness.js';

/** What each attempt came to: a value, or the code of its error. */
async function outcomes<T>(attempts: Promise<T>[]): Promise<(T | string)[]> {
  const settled = await Promise.allSettled(attempts);
  return settled.map((result) => {
    if (result.status === 'fulfilled') return result.value;
    if (result.reason instanceof DomainError) return result.reason.code;
    throw result.reason;
  });
}

describe.each(databaseKinds)('catalog on %s', (kind) => {
  let harness: CatalogHarness;
  beforeAll(async () => {
    harness = await openCatalog(kind);
  });
  afterAll(() => harness.close());

  describe('models', () => {
    it('keeps what was said, and tells of it in one event', async () => {
      const before = await harness.events.latest();
      const model = await harness.catalog.registerModel(caller, {
        name: 'told',
        domain: 'CHEMISTRY',
        title: ' Told ',
        labels: ['a', 'b', 'a'],
        card: '# Card',
      });
      expect(model).toMatchObject({
        name: 'told',
        title: 'Told',
        labels: ['a', 'b'],
        latestVersion: 0,
        archivedAt: null,
      });
      expect(await harness.catalog.cardsOfModels([model.id])).toEqual([{ id: model.id, card: '# Card' }]);
      const [event, ...rest] = await harness.eventsSince(before);
      expect(rest).toEqual([]);
      expect(event).toMatchObject({
        kind: 'MODEL_REGISTERED',
        actor: 'ada',
        requestId: 'request-1',
        modelId: model.id,
        modelName: 'told',
      });
    });

    it('gives a name to one of many who ask for it at once', async () => {
      const attempts = Array.from({ length: 6 }, () => harness.register('wanted'));
      const results = await outcomes(attempts);
      expect(results.filter((result) => result === undefined)).toHaveLength(1);
      expect(results.filter((result) => result === 'NAME_TAKEN')).toHaveLength(5);
      expect(await harness.catalog.countModels({ name: 'wanted' })).toBe(1);
    });

    it('changes what is given and leaves the rest', async () => {
      await harness.register('changing', { title: 'Before', summary: 'stays', labels: ['x'] });
      const changed = await harness.catalog.updateModel(caller, {
        name: 'changing',
        title: 'After',
        labels: [],
        summary: null,
      });
      expect(changed).toMatchObject({ title: 'After', summary: 'stays', labels: [] });
      await expect(
        harness.catalog.updateModel(caller, { name: 'changing', title: '' }),
      ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field: ['title'] });
      await expect(harness.catalog.updateModel(caller, { name: 'nobody', title: 'x' })).rejects.toMatchObject(
        { code: 'MODEL_NOT_FOUND' },
      );
      await expect(
        harness.catalog.updateModel(caller, { name: 'changing', card: 'a\u0000b' }),
      ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT' });
    });

    it('hides an archived model, takes no version for it, and brings it back', async () => {
      await harness.register('resting');
      await harness.publish('resting');
      await harness.catalog.archiveModel(caller, { name: 'resting', archived: true });
      expect(await harness.catalog.countModels({ name: 'resting' })).toBe(0);
      expect(await harness.catalog.countModels({ name: 'resting', archived: true })).toBe(1);
      await expect(harness.publish('resting')).rejects.toMatchObject({ code: 'MODEL_ARCHIVED' });
      await harness.catalog.archiveModel(caller, { name: 'resting', archived: false });
      expect(await harness.publish('resting')).toBe(2);
    });

    it('deletes a model only when it is archived and nothing depends on it', async () => {
      await harness.register('parent');
      await harness.register('child');
      await harness.publish('parent');
      await harness.catalog.setAlias(caller, { model: 'parent', alias: 'production', version: '1' });
      await harness.catalog.tagVersion(caller, { version: 'parent@1', tag: 'v1' });
      const base64 = Buffer.from(linearModel(3)).toString('base64');
      await harness.catalog.publishVersion(caller, {
        model: 'child',
        artifact: { base64 },
        derivedFrom: [{ version: 'parent@v1', relation: 'FINE_TUNED' }],
      });

      const remove = (name: string) => harness.catalog.deleteModel(caller, { name });
      await expect(remove('parent')).rejects.toMatchObject({
        code: 'MODEL_IN_USE',
        message: expect.stringContaining('archive'),
      });
      for (const name of ['parent', 'child'])
        await harness.catalog.archiveModel(caller, { name, archived: true });
      await expect(remove('parent')).rejects.toMatchObject({
        code: 'MODEL_IN_USE',
        message: expect.stringContaining('child@1'),
      });
      await remove('child');

      const model = await harness.catalog.findModel('parent');
      await harness.database.deployment.create({
        data: { name: 'serving', modelId: model?.id ?? '', state: 'READY' },
      });
      await expect(remove('parent')).rejects.toMatchObject({
        code: 'MODEL_IN_USE',
        message: expect.stringContaining('serving'),
      });
      await harness.database.deployment.update({ where: { name: 'serving' }, data: { state: 'STOPPED' } });
      await remove('parent');
      expect(await harness.catalog.findModel('parent')).toBeNull();
      expect(await harness.database.deployment.count({ where: { name: 'serving' } })).toBe(0);
      await harness.register('parent');
      expect(await harness.publish('parent')).toBe(1);
    });
  });

  describe('versions', () => {
    it('numbers versions published at once one after the other', async () => {
      await harness.register('busy');
      const numbers = await Promise.all(
        Array.from({ length: 10 }, (_, index) => harness.publish('busy', index + 1)),
      );
      expect(numbers.sort((a, b) => a - b)).toEqual([1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      expect((await harness.catalog.findModel('busy'))?.latestVersion).toBe(10);
    });

    it('reads signature and graph from the file, and keeps equal bytes once', async () => {
      await harness.register('read');
      const bytes = linearModel(5);
      const { digest } = await harness.artifacts.put([bytes] as unknown as AsyncIterable<Uint8Array>);
      const first = await harness.catalog.publishVersion(caller, {
        model: 'read',
        artifact: { digest },
        metrics: [{ name: 'rmse', value: 0.5, unit: 'mol/L' }],
        source: { commit: 'abc' },
        notes: 'first',
      });
      expect(first.ref).toBe('read@1');
      expect(first.signature.inputs).toEqual([
        expect.objectContaining({ name: 'x', datatype: 'FP32', shape: [-1, 2] }),
      ]);
      expect(first.metrics).toEqual([
        { name: 'rmse', value: 0.5, unit: 'mol/L', dataset: null, higherIsBetter: null },
      ]);
      expect(first.source).toEqual({ repository: null, commit: 'abc', path: null, dirty: null, url: null });
      const second = await harness.catalog.publishVersion(caller, {
        model: 'read',
        artifact: { base64: Buffer.from(bytes).toString('base64') },
      });
      expect(second.artifactDigest).toBe(digest);
      expect(await harness.catalog.artifactsByDigests([digest])).toEqual([
        expect.objectContaining({
          digest,
          size: BigInt(bytes.length),
          producer: 'test',
          metadataOmitted: 0,
          parameterCount: 1n,
          operators: { Mul: 1 },
          metadata: { scale: '5' },
        }),
      ]);
      // Of two versions of the same bytes the digest means the newer one.
      expect((await harness.catalog.resolveVersion(`read@${digest}`)).number).toBe(2);
    });

    it('publishes nothing, and takes no number, when something is wrong', async () => {
      await harness.register('strict');
      const good = Buffer.from(linearModel(2)).toString('base64');
      const publish = (more: object, artifact: object = { base64: good }) =>
        harness.catalog.publishVersion(caller, { model: 'strict', artifact, ...more });
      const before = await harness.events.latest();
      await expect(publish({}, { base64: Buffer.from('not onnx').toString('base64') })).rejects.toMatchObject(
        { code: 'INVALID_MODEL', field: ['artifact'] },
      );
      await expect(publish({}, { base64: '!!' })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        field: ['artifact', 'base64'],
      });
      await expect(publish({}, { digest: `sha256:${'0'.repeat(64)}` })).rejects.toMatchObject({
        code: 'ARTIFACT_NOT_FOUND',
        field: ['artifact', 'digest'],
      });
      await expect(publish({}, { digest: '../../etc/passwd' })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        field: ['artifact', 'digest'],
      });
      await expect(publish({}, { url: 'file:///etc/passwd' })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        field: ['artifact', 'url'],
      });
      await expect(publish({}, { base64: Buffer.alloc(1_000_001).toString('base64') })).rejects.toMatchObject(
        { code: 'ARTIFACT_TOO_LARGE', field: ['artifact', 'base64'] },
      );
      await expect(publish({ pipeline: { nonsense: true } })).rejects.toMatchObject({
        code: 'INVALID_PIPELINE',
      });
      await expect(
        publish({
          metrics: [
            { name: 'a', value: 1 },
            { name: 'a', value: 2 },
          ],
        }),
      ).rejects.toMatchObject({ code: 'INVALID_ARGUMENT', field: ['metrics', '1'] });
      await expect(
        publish({ derivedFrom: [{ version: 'ghost@1', relation: 'PRUNED' }] }),
      ).rejects.toMatchObject({ code: 'MODEL_NOT_FOUND', field: ['derivedFrom', '0', 'version'] });
      await expect(publish({ model: 'ghost' })).rejects.toMatchObject({
        code: 'MODEL_NOT_FOUND',
        field: ['model'],
      });
      expect(await harness.events.latest()).toBe(before);
      expect(await harness.publish('strict')).toBe(1);
    });

    it('finds a version by every form of reference, and says what there is instead', async () => {
      await harness.register('found');
      for (const scale of [1, 2, 3]) await harness.publish('found', scale);
      await harness.catalog.tagVersion(caller, { version: 'found@2', tag: 'v1.2.0' });
      expect((await harness.catalog.resolveVersion('found')).number).toBe(3);
      await harness.catalog.setAlias(caller, { model: 'found', alias: 'production', version: 'v1.2.0' });
      const numbers = await Promise.all(
        ['found', 'found@1', 'found@v1.2.0', 'found@production'].map(
          async (ref) => (await harness.catalog.resolveVersion(ref)).number,
        ),
      );
      expect(numbers).toEqual([2, 1, 2, 2]);
      await expect(harness.catalog.resolveVersion('found@9')).rejects.toMatchObject({
        code: 'VERSION_NOT_FOUND',
        message:
          'There is no "found@9". Model "found" has versions 1 to 3, tags "v1.2.0", aliases "production".',
      });
      await expect(harness.catalog.resolveVersion('foundd@1')).rejects.toMatchObject({
        code: 'MODEL_NOT_FOUND',
        message: expect.stringContaining('Did you mean "found"'),
      });
      expect(await harness.catalog.findVersion('found@999999999999')).toBeNull();
      expect(await harness.catalog.findModel('with\u0000nul')).toBeNull();
    });
  });

  describe('tags and aliases', () => {
    it('never lets one name mean two things within a model', async () => {
      await harness.register('named');
      await harness.publish('named');
      await harness.publish('named');
      const results = await outcomes([
        harness.catalog.tagVersion(caller, { version: 'named@1', tag: 'best' }).then(() => 'tag'),
        harness.catalog.setAlias(caller, { model: 'named', alias: 'best', version: '2' }).then(() => 'alias'),
      ]);
      expect(results).toContain('NAME_TAKEN');
      expect(results.filter((result) => result === 'tag' || result === 'alias')).toHaveLength(1);
      await expect(
        harness.catalog.tagVersion(caller, { version: 'named@2', tag: '7' }),
      ).rejects.toMatchObject({ code: 'INVALID_NAME' });
      await expect(
        harness.catalog.setAlias(caller, { model: 'named', alias: 'v2', version: '2' }),
      ).rejects.toMatchObject({ code: 'INVALID_NAME' });
    });

    it('never moves a tag', async () => {
      await harness.register('tagged');
      await harness.publish('tagged');
      await harness.publish('tagged');
      await harness.catalog.tagVersion(caller, { version: 'tagged@1', tag: 'v1' });
      await expect(
        harness.catalog.tagVersion(caller, { version: 'tagged@2', tag: 'v1' }),
      ).rejects.toMatchObject({ code: 'TAG_EXISTS', message: expect.stringContaining('tagged@1') });
      await expect(
        harness.catalog.untagVersion(caller, { version: 'tagged@2', tag: 'v1' }),
      ).rejects.toMatchObject({ code: 'TAG_NOT_FOUND', message: expect.stringContaining('tagged@1') });
      await harness.catalog.untagVersion(caller, { version: 'tagged@1', tag: 'v1' });
      await harness.catalog.tagVersion(caller, { version: 'tagged@2', tag: 'v1' });
      expect((await harness.catalog.resolveVersion('tagged@v1')).number).toBe(2);
    });

    it('lets exactly one of many move an alias they all saw in the same place', async () => {
      await harness.register('raced');
      for (const scale of [1, 2, 3, 4]) await harness.publish('raced', scale);
      const move = (version: string, expected: string) =>
        harness.catalog
          .setAlias(caller, { model: 'raced', alias: 'production', version, expected })
          .then(() => 'moved');
      const created = await outcomes(['1', '2', '3', '4'].map((version) => move(version, '')));
      expect(created.sort()).toEqual(['ALIAS_MOVED', 'ALIAS_MOVED', 'ALIAS_MOVED', 'moved']);
      const now = String((await harness.catalog.resolveVersion('raced@production')).number);
      const others = ['1', '2', '3', '4'].filter((version) => version !== now);
      const moved = await outcomes(others.map((version) => move(version, `raced@${now}`)));
      expect(moved.sort()).toEqual(['ALIAS_MOVED', 'ALIAS_MOVED', 'moved']);
    });

    it('keeps the history of an alias beside its events', async () => {
      await harness.register('moving');
      await harness.publish('moving');
      await harness.publish('moving');
      const before = await harness.events.latest();
      const set = (version: string) =>
        harness.catalog.setAlias(caller, {
          model: 'moving',
          alias: 'production',
          version,
          reason: `to ${version}`,
        });
      await set('1');
      await set('2');
      // Where it points already: nothing happened, so nothing is told.
      await set('2');
      await harness.catalog.removeAlias(caller, { model: 'moving', alias: 'production', expected: '2' });
      await expect(
        harness.catalog.removeAlias(caller, { model: 'moving', alias: 'production' }),
      ).rejects.toMatchObject({ code: 'ALIAS_NOT_FOUND' });
      const events = await harness.eventsSince(before);
      expect(
        events.map(({ kind, versionNumber, data }) => [
          kind,
          versionNumber,
          data.fromNumber,
          data.toNumber,
          data.reason,
        ]),
      ).toEqual([
        ['ALIAS_MOVED', 1, null, 1, 'to 1'],
        ['ALIAS_MOVED', 2, 1, 2, 'to 2'],
        ['ALIAS_REMOVED', 2, 2, null, null],
      ]);
      const moves = await harness.database.aliasMove.findMany({
        where: { model: { name: 'moving' } },
        orderBy: { id: 'asc' },
      });
      expect(moves.map(({ fromNumber, toNumber, actor }) => [fromNumber, toNumber, actor])).toEqual([
        [null, 1, 'ada'],
        [1, 2, 'ada'],
        [2, null, 'ada'],
      ]);
    });
  });
});
