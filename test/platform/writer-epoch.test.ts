import { afterEach, beforeEach, expect, it } from '@jest/globals';
import pg from 'pg';
import { openDatabase, type DatabaseHandle } from '../../src/platform/database/index.js';
import { createLogger } from '../../src/platform/logging.js';
import { createTestDatabase, type TestDatabase } from '../support/databases.js';
import { onPostgres } from '../support/linked-app.js';

const MODEL = { title: 't', domain: 'GENERAL', createdBy: 'test' } as const;

onPostgres('a server whose time to write is over, but which does not know it', () => {
  let database: TestDatabase;
  let handle: DatabaseHandle;
  let admin: pg.Client;
  beforeEach(async () => {
    database = await createTestDatabase('postgresql');
    handle = await openDatabase(database, createLogger('silent'));
    admin = new pg.Client({ connectionString: database.databaseUrl });
    await admin.connect();
  });
  afterEach(async () => {
    await admin.end();
    await handle.close();
    await database.drop();
  });

  const takeOver = () => admin.query('UPDATE "WriterEpoch" SET "epoch" = "epoch" + 1');
  const refused = { code: 'UNAVAILABLE', message: expect.stringContaining('Another Retort process') };

  it('is refused by the database, whatever it writes and however', async () => {
    const { client } = handle;
    await client.model.create({ data: { ...MODEL, name: 'before' } });
    await takeOver();
    const attempts = [
      () => client.model.create({ data: { ...MODEL, name: 'after' } }),
      () => client.model.updateMany({ data: { title: 'after' } }),
      () => client.model.deleteMany(),
      () => client.$executeRaw`UPDATE "Model" SET "title" = 'after'`,
      () => client.$queryRaw`INSERT INTO "MissingParent" SELECT * FROM "MissingParent" RETURNING *`,
      () => client.$transaction(async (tx) => tx.model.create({ data: { ...MODEL, name: 'after' } })),
      () => client.$transaction([client.model.deleteMany()]),
    ];
    for (const attempt of attempts) await expect(attempt()).rejects.toMatchObject(refused);
    expect(await client.model.findMany({ select: { name: true, title: true } })).toEqual([
      { name: 'before', title: 't' },
    ]);
  });

  /** How many wait for a lock in this database. */
  const waiting = async () => {
    const [row] = await handle.client.$queryRaw<{ waiting: number }[]>`
      SELECT count(*)::int AS waiting FROM pg_stat_activity
      WHERE datname = current_database() AND wait_event_type = 'Lock'`;
    return row?.waiting ?? 0;
  };

  it('ends what it has begun to write before the other one begins', async () => {
    const { client } = handle;
    const order: string[] = [];
    let taken: Promise<unknown> = Promise.resolve();
    await client.$transaction(async (tx) => {
      await tx.model.create({ data: { ...MODEL, name: 'begun' } });
      taken = takeOver().then(() => order.push('taken over'));
      while ((await waiting()) === 0);
      order.push('committed');
    });
    await taken;
    expect(order).toEqual(['committed', 'taken over']);
    expect(await client.model.count()).toBe(1);
  });

  it('cannot write to a table of a later migration either', async () => {
    await admin.query('CREATE TABLE "Later" ("id" INTEGER)');
    await handle.close();
    handle = await openDatabase(database, createLogger('silent'));
    await takeOver();
    await expect(handle.client.$executeRaw`INSERT INTO "Later" VALUES (1)`).rejects.toMatchObject(refused);
  });
});
