import { expect, it } from '@jest/globals';
import { openDatabase } from '../../src/platform/database/index.js';
import { createLogger } from '../../src/platform/logging.js';
import { DatabaseLink } from '../support/database-link.js';
import { createTestDatabase } from '../support/databases.js';
import { onPostgres } from '../support/linked-app.js';

onPostgres('statements of libraries', () => {
  it('are refused when their connection is lost under way, and end nothing else', async () => {
    const database = await createTestDatabase('postgresql');
    const link = await DatabaseLink.open(database.databaseUrl ?? '');
    const unheard: unknown[] = [];
    const hear = (error: unknown) => unheard.push(error);
    process.on('uncaughtException', hear);
    try {
      const handle = await openDatabase({ ...database, databaseUrl: link.url }, createLogger('silent'));
      const { sql } = handle;
      await sql.executeSql('SELECT 1');
      const asked = Promise.all([
        sql.executeSql('SELECT pg_sleep(60)'),
        sql.executeSql('SELECT pg_sleep(60)'),
      ]);
      setImmediate(() => link.cut());
      await expect(asked).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      link.mend();
      expect(await sql.executeSql('SELECT 1 AS one')).toEqual({ rows: [{ one: 1 }] });
      await handle.close();
      expect(unheard).toEqual([]);
    } finally {
      process.off('uncaughtException', hear);
      await link.close();
      await database.drop();
    }
  });
});
