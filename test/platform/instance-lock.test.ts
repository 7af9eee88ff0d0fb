import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import pg from 'pg';
import { InstanceLock } from '../../src/platform/database/instance-lock.js';
import { createLogger } from '../../src/platform/logging.js';
import { createTestDatabase, databaseKinds, type TestDatabase } from '../support/databases.js';

const onPostgres = databaseKinds.includes('postgresql') ? describe : describe.skip;

onPostgres('InstanceLock', () => {
  let database: TestDatabase;
  let url: string;
  beforeEach(async () => {
    database = await createTestDatabase('postgresql');
    url = database.databaseUrl ?? '';
  });
  afterEach(() => database.drop());

  const take = () => InstanceLock.take(url, createLogger('silent'));
  const refused = { message: expect.stringContaining('is in use by another Retort process') };

  it('refuses a second process until the first lets go', async () => {
    const first = await take();
    await expect(take()).rejects.toMatchObject(refused);
    await first.release();
    await (await take()).release();
  });

  it('is taken again when its session is lost', async () => {
    const lock = await take();
    const observer = new pg.Client({ connectionString: url });
    await observer.connect();
    try {
      const before = await holder(observer);
      await observer.query('SELECT pg_terminate_backend($1)', [before]);
      let after: number | undefined;
      do after = await holder(observer);
      while (after === undefined || after === before);
      await expect(take()).rejects.toMatchObject(refused);
    } finally {
      await observer.end();
      await lock.release();
    }
  });

  it('is not taken again after it was let go, even while it is being taken', async () => {
    const lock = await take();
    const observer = new pg.Client({ connectionString: url });
    await observer.connect();
    try {
      await observer.query('SELECT pg_terminate_backend($1)', [await holder(observer)]);
      await lock.release();
      while ((await holder(observer)) !== undefined);
      await (await take()).release();
    } finally {
      await observer.end();
    }
  });
});

/** The backend that holds the lock in this database. */
async function holder(observer: pg.Client): Promise<number | undefined> {
  const { rows } = await observer.query<{ pid: number }>(
    `SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted
     AND database = (SELECT oid FROM pg_database WHERE datname = current_database())`,
  );
  return rows[0]?.pid;
}
