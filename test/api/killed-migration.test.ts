import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { ask } from './support/ask.js';
import { register } from './support/catalog-steps.js';
import { createEmptyDatabase, environmentOf, spawnServer, startServer } from './support/server-process.js';

const postgres = process.env.TEST_DATABASE_URL;
const WAITING =
  'SELECT 1 FROM pg_locks WHERE NOT granted AND pid IN (SELECT pid FROM pg_stat_activity WHERE datname = current_database())';

// The embedded database is made anew when its first start was cut short; see recovery.test.ts.
(postgres === undefined ? describe.skip : describe)('a first start killed inside the migration', () => {
  it('does not keep later starts from bringing the schema up to date', async () => {
    const database = await createEmptyDatabase('postgresql');
    const holder = new pg.Client({ connectionString: database.databaseUrl });
    const observer = new pg.Client({ connectionString: database.databaseUrl });
    await Promise.all([holder.connect(), observer.connect()]);
    const dying = spawnServer(environmentOf(database));
    try {
      // A table of a name the migration wants, not yet committed: the migration waits for it, begun and not done.
      await holder.query('BEGIN; CREATE TABLE "Model" ()');
      while ((await observer.query(WAITING)).rowCount === 0) await delay(20);
      dying.send('SIGKILL');
      await dying.exited;
      await holder.query('ROLLBACK');

      const server = await startServer(environmentOf(database));
      await register(server, 'after-all');
      expect(await ask(server, '{ models { totalCount } }')).toEqual({ models: { totalCount: 1 } });
      server.send('SIGTERM');
      expect(await server.exited).toMatchObject({ code: 0 });
    } finally {
      dying.send('SIGKILL');
      await dying.exited;
      await Promise.all([holder.end(), observer.end()]);
      await database.drop();
    }
  });
});
