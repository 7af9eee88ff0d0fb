import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { modelPosition, type ModelOrder } from '../../src/catalog/index.js';
import { databaseKinds } from '../support/databases.js';
import { caller, openCatalog, type CatalogHarness } from './catalog-harness.js';

const orders: ModelOrder[] = (['NAME', 'CREATED_AT', 'UPDATED_AT'] as const).flatMap((field) =>
  (['ASC', 'DESC'] as const).map((direction) => ({ field, direction })),
);

describe.each(databaseKinds)('lists of the catalog on %s', (kind) => {
  let harness: CatalogHarness;
  const names = ['b-1', 'b1', 'a', 'b', 'z9', 'm', 'c', 'a-1', 'a1'];
  beforeAll(async () => {
    harness = await openCatalog(kind);
    for (const name of names)
      await harness.register(name, {
        domain: name < 'b' ? 'CHEMISTRY' : 'PHYSICS',
        labels: [`l-${name}`, 'all'],
      });
    // Instants that are equal, so that only the id tells the rows apart.
    await harness.database.model.updateMany({
      where: { name: { in: ['m', 'c', 'a'] } },
      data: { createdAt: new Date('2026-01-01'), updatedAt: new Date('2026-01-01') },
    });
  });
  afterAll(() => harness.close());

  async function walk(
    order: ModelOrder,
    take: number,
    fromEnd: boolean,
    meanwhile?: (page: number) => Promise<unknown>,
  ): Promise<string[]> {
    const seen: string[] = [];
    let edge: ReturnType<typeof modelPosition> | undefined;
    for (let page = 0; ; page += 1) {
      const rows = await harness.catalog.listModels({}, order, {
        take,
        fromEnd,
        ...(fromEnd ? { before: edge } : { after: edge }),
      });
      const outermost = fromEnd ? rows[0] : rows.at(-1);
      if (!outermost) return seen;
      edge = modelPosition(order, outermost);
      if (fromEnd) seen.unshift(...rows.map(({ name }) => name));
      else seen.push(...rows.map(({ name }) => name));
      await meanwhile?.(page);
    }
  }

  it.each(orders)('walks the whole list once, forwards and backwards: $field $direction', async (order) => {
    const all = (await harness.catalog.listModels({}, order, { take: 100, fromEnd: false })).map(
      ({ name }) => name,
    );
    expect([...all].sort()).toEqual([...names].sort());
    for (const take of [1, 2, 4]) {
      expect(await walk(order, take, false)).toEqual(all);
      expect(await walk(order, take, true)).toEqual(all);
    }
  });

  it('sorts names by their characters, whatever the language of the database', async () => {
    const rows = await harness.catalog.listModels(
      {},
      { field: 'NAME', direction: 'ASC' },
      { take: 100, fromEnd: false },
    );
    expect(rows.map(({ name }) => name)).toEqual([...names].sort());
  });

  it('neither repeats nor skips a model while others come and go', async () => {
    const order: ModelOrder = { field: 'NAME', direction: 'ASC' };
    const seen = await walk(order, 2, false, async (page) => {
      await harness.register(`aa-${page}`);
      if (page === 1) {
        await harness.catalog.archiveModel(caller, { name: 'a', archived: true });
      }
    });
    expect(seen.filter((name) => !name.startsWith('aa-'))).toEqual([...names].sort());
    expect(new Set(seen).size).toBe(seen.length);
    await harness.catalog.archiveModel(caller, { name: 'a', archived: false });
  });

  it('filters by domain, labels, name and text', async () => {
    const list = async (filter: Parameters<CatalogHarness['catalog']['listModels']>[0]) =>
      (
        await harness.catalog.listModels(
          filter,
          { field: 'NAME', direction: 'ASC' },
          { take: 100, fromEnd: false },
        )
      ).map(({ name }) => name);
    await harness.register('search-1', {
      title: 'Löslichkeit in Water',
      summary: '100% of a_b',
      labels: ['Solubility'],
      card: 'Delaney 2004',
    });
    await harness.register('search-2', { title: 'Water', labels: ['solvent'] });
    expect(await list({ text: 'WATER solub' })).toEqual(['search-1']);
    expect(await list({ text: 'water' })).toEqual(['search-1', 'search-2']);
    expect(await list({ text: 'delaney löslich' })).toEqual(['search-1']);
    expect(await list({ text: '0%' })).toEqual(['search-1']);
    expect(await list({ text: 'a_b' })).toEqual(['search-1']);
    expect(await list({ text: '_' })).toEqual(['search-1']);
    expect(await list({ text: '\\' })).toEqual([]);
    expect(await list({ text: 'water\u0085solubility' })).toEqual([]);
    await harness.catalog.updateModel(caller, { name: 'search-2', title: 'Wine', card: 'Ends\nin WATER' });
    expect(await list({ text: 'wine' })).toEqual(['search-2']);
    expect(await list({ text: 'in water' })).toEqual(['search-1', 'search-2']);
    await harness.catalog.updateModel(caller, { name: 'search-2', card: '' });
    expect(await list({ text: 'water' })).toEqual(['search-1']);
    expect(await list({ text: '\'; DROP TABLE "Model"; --' })).toEqual([]);
    expect(await list({ labels: ['all', 'l-a'] })).toEqual(['a']);
    expect(await list({ labels: ['all', 'nothing'] })).toEqual([]);
    expect(await list({ name: 'a' })).toEqual(['a']);
    expect(await list({ domain: 'CHEMISTRY' })).toEqual(['a', 'a-1', 'a1']);
    expect(await harness.catalog.countModels({ domain: 'CHEMISTRY', text: 'a-1' })).toBe(1);
  });

  it('reads many versions with their tags and aliases in as many operations as one', async () => {
    for (const model of ['c', 'm']) {
      for (let number = 1; number <= 3; number += 1) {
        await harness.publish(model, number);
        await harness.catalog.tagVersion(caller, { version: `${model}@${number}`, tag: `v${number}` });
      }
      await harness.catalog.setAlias(caller, { model, alias: 'production', version: '2' });
    }
    const models = await harness.catalog.listModels(
      {},
      { field: 'NAME', direction: 'ASC' },
      { take: 100, fromEnd: false },
    );
    const ids = models.map(({ id }) => id);
    const cost = async (modelIds: string[]) => {
      const before = harness.operations();
      const versions = await harness.counted.versionsOfModels(modelIds, { take: 2, fromEnd: false });
      const versionIds = versions.map(({ id }) => id);
      const tags = await harness.counted.tagsOfVersions(versionIds);
      const aliases = await harness.counted.aliasesOfVersions(versionIds);
      await harness.counted.artifactsByDigests(versions.map(({ artifactDigest }) => artifactDigest));
      await harness.counted.countVersionsOfModels(modelIds);
      return { operations: harness.operations() - before, versions, tags, aliases };
    };
    const one = await cost(ids.slice(0, 1));
    const many = await cost(ids);
    expect(many.operations).toBe(one.operations);
    expect(many.versions.map(({ ref }) => ref).sort()).toEqual(['c@2', 'c@3', 'm@2', 'm@3']);
    expect(many.tags.map(({ name }) => name).sort()).toEqual(['v2', 'v2', 'v3', 'v3']);
    expect(many.aliases).toHaveLength(2);
  });

  it('resolves any number of references with one operation', async () => {
    const before = harness.operations();
    const found = await harness.counted.versionsByRefs([
      { model: 'c', selector: { kind: 'default' } },
      { model: 'nobody', selector: { kind: 'default' } },
      { model: 'm', selector: { kind: 'name', name: 'v3' } },
      { model: 'm', selector: { kind: 'number', number: 1 } },
      { model: 'c', selector: { kind: 'default' } },
    ]);
    expect(harness.operations() - before).toBe(1);
    expect(found.map((version) => version?.ref ?? null)).toEqual(['c@2', null, 'm@3', 'm@1', 'c@2']);
  });

  it('pages through the versions of several models at once, newest first', async () => {
    const c = (await harness.catalog.findModel('c'))?.id ?? '';
    const m = (await harness.catalog.findModel('m'))?.id ?? '';
    const refs = async (window: Parameters<CatalogHarness['catalog']['versionsOfModels']>[1]) =>
      (await harness.catalog.versionsOfModels([c, m], window)).map(({ ref }) => ref).sort();
    expect(await refs({ take: 1, fromEnd: false })).toEqual(['c@3', 'm@3']);
    expect(await refs({ take: 9, fromEnd: false, after: 3 })).toEqual(['c@1', 'c@2', 'm@1', 'm@2']);
    expect(await refs({ take: 1, fromEnd: true })).toEqual(['c@1', 'm@1']);
    expect(await refs({ take: 1, fromEnd: true, before: 1 })).toEqual(['c@2', 'm@2']);
  });
});
