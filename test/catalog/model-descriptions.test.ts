import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { caller, openCatalog, type CatalogHarness } from './catalog-harness.js';

describe.each(databaseKinds)('what a model said of itself, %s database', (kind) => {
  let harness: CatalogHarness;
  beforeAll(async () => {
    harness = await openCatalog(kind);
  });
  afterAll(() => harness.close());

  const cards = async (name: string) => {
    const model = await harness.catalog.findModel(name);
    const found = await harness.catalog.descriptionsOfVersions(model?.id ?? '', {
      from: 1,
      to: model?.latestVersion ?? 0,
    });
    return Object.fromEntries([...found].map(([number, { card }]) => [number, card]));
  };
  const change = (name: string, card: string) => harness.catalog.updateModel(caller, { name, card });

  it('stays with the versions that were published then', async () => {
    await harness.register('told', { card: 'draft', labels: ['a'], title: 'First' });
    await change('told', 'one');
    await harness.publish('told');
    await harness.publish('told');
    expect(await cards('told')).toEqual({ 1: 'one', 2: 'one' });
    await change('told', 'never published');
    await change('told', 'three');
    await harness.catalog.updateModel(caller, { name: 'told', title: 'Second', labels: [] });
    expect(await cards('told')).toEqual({ 1: 'one', 2: 'one' });
    await harness.publish('told');
    await change('told', 'now');
    expect(await cards('told')).toEqual({ 1: 'one', 2: 'one', 3: 'three' });
    const { id = '' } = (await harness.catalog.findModel('told')) ?? {};
    expect(await harness.catalog.descriptionsOfVersions(id, { from: 2, to: 3 })).toEqual(
      new Map([
        [2, { title: 'First', summary: '', domain: 'GENERAL', labels: ['a'], card: 'one' }],
        [3, { title: 'Second', summary: '', domain: 'GENERAL', labels: [], card: 'three' }],
      ]),
    );
  });

  it('is settled while versions are published and cards changed at once', async () => {
    await harness.register('busy', { card: '0' });
    await harness.publish('busy');
    const seen: Record<number, string>[] = [];
    await Promise.all([
      (async () => {
        for (let count = 0; count < 6; count += 1) await harness.publish('busy');
      })(),
      (async () => {
        for (let count = 1; count < 20; count += 1) await change('busy', String(count));
      })(),
      (async () => {
        for (let count = 0; count < 20; count += 1) seen.push(await cards('busy'));
      })(),
    ]);
    const last = await cards('busy');
    expect(Object.keys(last)).toHaveLength(7);
    for (const earlier of seen) expect(last).toMatchObject(earlier);
  });

  it('goes with the model', async () => {
    const { catalog } = harness;
    await harness.register('gone', { card: 'a' });
    await harness.publish('gone');
    await change('gone', 'b');
    await catalog.archiveModel(caller, { name: 'gone', archived: true });
    await catalog.deleteModel(caller, { name: 'gone' });
    expect(await catalog.findModel('gone')).toBeNull();
  });
});
