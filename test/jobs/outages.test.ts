import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { JobService } from '../../src/jobs/index.js';
import { openDatabase, type DatabaseHandle, type SqlExecutor } from '../../src/platform/database/index.js';
import { EventLog } from '../../src/platform/events/index.js';
import { createLogger } from '../../src/platform/logging.js';
import { CountingWork } from '../support/counting-work.js';
import { DatabaseLink } from '../support/database-link.js';
import { createTestDatabase, type TestDatabase } from '../support/databases.js';
import { onPostgres } from '../support/linked-app.js';
import { until } from '../support/until.js';

const logger = createLogger('silent');
const caller = { actor: 'ada', requestId: 'r-1' };

/** A server as far as jobs go. */
class Server {
  private constructor(
    readonly database: DatabaseHandle,
    readonly events: EventLog,
    readonly jobs: JobService,
    readonly work: CountingWork,
  ) {}

  /** @param watched what jobs are woken up by goes through it */
  static async start(
    database: TestDatabase,
    databaseUrl: string,
    watched = (sql: SqlExecutor): SqlExecutor => sql,
  ): Promise<Server> {
    const handle = await openDatabase({ ...database, databaseUrl }, logger);
    const events = new EventLog(handle.client, logger);
    const sql = watched(handle.sql);
    const jobs = await JobService.open({ database: handle.client, sql, events, logger });
    const work = new CountingWork();
    jobs.register(work);
    handle.writer?.onTakenBack(
      () => jobs.forget(),
      () => jobs.begin(),
    );
    jobs.begin();
    return new Server(handle, events, jobs, work);
  }

  async close(): Promise<void> {
    await this.jobs.close();
    await this.events.close();
    await this.database.close();
  }
}

onPostgres('jobs of a server that loses its database', () => {
  let database: TestDatabase;
  let link: DatabaseLink;
  let first: Server;
  beforeEach(async () => {
    database = await createTestDatabase('postgresql');
    link = await DatabaseLink.open(database.databaseUrl ?? '');
    first = await Server.start(database, link.url);
  });
  afterEach(async () => {
    await first.close();
    await link.close();
    await database.drop();
  });
  /** Put down, and not only done. */
  const saved = (id: string, done: bigint) =>
    until(async () => (await first.database.client.job.findUnique({ where: { id } }))?.done === done);
  const start = () => first.jobs.start(caller, { kind: 'VERIFY_ARTIFACTS', asked: {} });

  it('wait for it, and go on where they were', async () => {
    first.work.gate = 2;
    const { id } = await start();
    await saved(id, 2n);
    link.cut();
    first.work.gate = Infinity;
    // The next step is done, and cannot be put down: nothing goes on behind it.
    await until(() => first.work.counted.length === 3);
    await expect(first.jobs.cancel(caller, { id })).rejects.toMatchObject({ code: 'UNAVAILABLE' });
    expect(first.work.counted).toEqual([1, 2, 3]);
    link.mend();
    await until(async () => (await first.jobs.find(id))?.state === 'SUCCEEDED');
    expect(first.work.counted).toEqual([1, 2, 3, 4, 5]);
    expect((await first.jobs.find(id))?.attempt).toBe(1);
  });

  it('are begun although it went away just when they were taken from the queue', async () => {
    await first.close();
    let wasCut = false;
    first = await Server.start(database, link.url, (sql) => ({
      async executeSql(text, values) {
        const answer = await sql.executeSql(text, values);
        if (!wasCut && text.includes("state = 'active'") && answer.rows.length > 0) {
          wasCut = true;
          link.cut();
        }
        return answer;
      },
    }));
    const { id } = await start();
    await until(() => wasCut);
    link.mend();
    await until(async () => (await first.jobs.find(id).catch(() => null))?.state === 'SUCCEEDED');
    expect(first.work.counted).toEqual([1, 2, 3, 4, 5]);
  });

  it('do not go on once another server has them, and are its own', async () => {
    first.work.gate = 2;
    const { id } = await start();
    await saved(id, 2n);
    link.cut();
    const second = await Server.start(database, database.databaseUrl ?? '');
    try {
      link.mend();
      await until(() => /another retort process/i.test(first.database.writer?.problem ?? ''));
      first.work.gate = Infinity;
      await until(async () => (await second.jobs.find(id))?.state === 'SUCCEEDED');
      expect(second.work.counted).toEqual([3, 4, 5]);
      await expect(start()).rejects.toMatchObject({ code: 'UNAVAILABLE' });
      // At most the step that was under way was done here as well.
      expect(first.work.counted.length).toBeLessThanOrEqual(3);
    } finally {
      await second.close();
    }
    await until(() => first.database.writer?.problem === null);
    expect((await first.jobs.find(id))?.state).toBe('SUCCEEDED');
    await until(() => first.work.running === 0);
    expect(first.work.counted.length).toBeLessThanOrEqual(3);
    const { id: next } = await start();
    await until(async () => (await first.jobs.find(next))?.state === 'SUCCEEDED');
  });
});
