import { describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { openCatalog } from './catalog-harness.js';

describe.each(databaseKinds)('the catalog without its database on %s', (kind) => {
  it('says that the database is away, and changes nothing', async () => {
    const harness = await openCatalog(kind);
    await harness.register('kept');
    await harness.close();
    const attempts = [
      () => harness.catalog.findModel('kept'),
      () => harness.catalog.resolveVersion('kept@1'),
      () => harness.catalog.listModels({}, { field: 'NAME', direction: 'ASC' }, { take: 1, fromEnd: false }),
      () => harness.register('lost'),
      () => harness.publish('kept'),
    ];
    for (const attempt of attempts) {
      await expect(attempt()).rejects.toMatchObject({
        code: 'UNAVAILABLE',
        message: expect.not.stringContaining('/'),
      });
    }
  });
});
