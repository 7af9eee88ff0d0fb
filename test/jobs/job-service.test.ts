import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { JobService, type JobRecord } from '../../src/jobs/index.js';
import { DomainError } from '../../src/platform/errors.js';
import { EventLog } from '../../src/platform/events/index.js';
import type { DatabaseHandle } from '../../src/platform/database/index.js';
import { createLogger } from '../../src/platform/logging.js';
import { databaseKinds, openTestDatabase } from '../support/databases.js';
import { until } from '../support/until.js';
import { CountingWork } from '../support/counting-work.js';

const caller = { actor: 'ada', requestId: 'r-1' };

describe.each(databaseKinds)('jobs on %s', (kind) => {
  let database: DatabaseHandle;
  let events: EventLog;
  let work: CountingWork;
  let jobs: JobService;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.client.job.deleteMany({});
    events = new EventLog(database.client, createLogger('silent'));
    work = new CountingWork();
    jobs = await open();
  });
  afterEach(async () => {
    await jobs.close();
    await events.close();
  });

  /** As a server that begins with the database as it is. */
  async function open(): Promise<JobService> {
    const opened = await JobService.open({
      database: database.client,
      sql: database.sql,
      events,
      logger: createLogger('silent'),
    });
    opened.register(work);
    opened.begin();
    return opened;
  }
  const start = (reason?: string) => jobs.start(caller, { kind: 'VERIFY_ARTIFACTS', asked: {}, reason });
  const stateOf = async (id: string) => (await jobs.find(id))?.state;
  const isIn = (id: string, state: JobRecord['state']) => until(async () => (await stateOf(id)) === state);
  const statesTold = async (id: string) =>
    (await events.page({ take: 500, fromEnd: true, filter: { kinds: ['JOB_STATE_CHANGED'] } }))
      .filter(({ data }) => data.job === id)
      .map(({ data, actor }) => [data.fromState, data.toState, actor]);

  it('is done whole once it is over, though its last steps were not counted', async () => {
    work.shareOfCounting = 0.9;
    const { id } = await start();
    await isIn(id, 'SUCCEEDED');
    expect((await jobs.find(id))?.progress.share).toBe(1);
  });

  it('runs from the first step to the last and keeps the result', async () => {
    const { id, state } = await start('to be sure');
    expect(state).toBe('QUEUED');
    await isIn(id, 'SUCCEEDED');
    expect(work.counted).toEqual([1, 2, 3, 4, 5]);
    expect(await jobs.resultOf(id)).toBe(5);
    const job = await jobs.find(id);
    expect(job).toMatchObject({ actor: 'ada', reason: 'to be sure', attempt: 1, error: null });
    expect(job?.progress).toMatchObject({ done: 5n, total: 5n, failed: 0n, share: 1 });
    expect(job?.startedAt?.getTime()).toBeLessThanOrEqual(job?.finishedAt?.getTime() ?? 0);
    expect(await statesTold(id)).toEqual([
      [null, 'QUEUED', 'ada'],
      ['QUEUED', 'RUNNING', 'system'],
      ['RUNNING', 'SUCCEEDED', 'system'],
    ]);
    // At rest nothing is left that could wake anything up.
    const { rows } = await database.sql.executeSql('SELECT count(*)::int AS left FROM retort_pgboss.job');
    expect(rows).toEqual([{ left: 0 }]);
  });

  it('holds where it is when paused and goes on from there: nothing twice, nothing left out', async () => {
    work.gate = 2;
    const { id } = await start();
    await until(() => work.counted.length === 2);
    const paused = await jobs.pause(caller, { id, reason: 'lunch' });
    expect(paused).toMatchObject({ state: 'PAUSED', progress: { done: 2n, total: 5n } });
    await until(() => work.running === 0);
    expect((await jobs.pause(caller, { id })).state).toBe('PAUSED');
    work.gate = Infinity;
    expect((await jobs.resume(caller, { id })).state).toBe('QUEUED');
    await isIn(id, 'SUCCEEDED');
    expect(work.counted).toEqual([1, 2, 3, 4, 5]);
    expect((await jobs.find(id))?.attempt).toBe(2);
    expect((await statesTold(id)).map(([, to]) => to)).toEqual([
      'QUEUED',
      'RUNNING',
      'PAUSED',
      'QUEUED',
      'RUNNING',
      'SUCCEEDED',
    ]);
  });

  it('takes no reason that cannot be kept', async () => {
    const { id } = await start();
    for (const reason of ['x'.repeat(1_001), 'a\u0000b'])
      await expect(jobs.cancel(caller, { id, reason })).rejects.toMatchObject({
        code: 'INVALID_ARGUMENT',
        field: ['reason'],
      });
    expect((await jobs.cancel(caller, { id, reason: ' ' })).state).toBe('CANCELLED');
  });

  it('may be paused and resumed at any moment, over and over', async () => {
    work.gate = 0;
    const { id } = await start();
    for (let step = 1; step <= 5; step += 1) {
      await jobs.pause(caller, { id });
      await jobs.resume(caller, { id });
      work.gate = step;
      await until(() => work.counted.at(-1) === step);
    }
    await isIn(id, 'SUCCEEDED');
    // What a pause meets between doing a piece and saving that is done again; nothing is left out.
    expect([...new Set(work.counted)]).toEqual([1, 2, 3, 4, 5]);
    expect(work.counted.toSorted((one, other) => one - other)).toEqual(work.counted);
    expect(work.mostRunning).toBe(1);
  });

  it('ends the work of a job that is cancelled, for good', async () => {
    work.gate = 1;
    const { id } = await start();
    await until(() => work.counted.length === 1);
    expect(await jobs.cancel(caller, { id })).toMatchObject({ state: 'CANCELLED' });
    await until(() => work.running === 0);
    expect((await jobs.find(id))?.finishedAt).not.toBeNull();
    await expect(jobs.cancel(caller, { id })).rejects.toMatchObject({ code: 'JOB_OVER' });
    await expect(jobs.resume(caller, { id })).rejects.toMatchObject({ code: 'JOB_NOT_PAUSED' });
    await expect(jobs.pause(caller, { id })).rejects.toMatchObject({ code: 'JOB_OVER' });
    expect(work.counted).toEqual([1]);
  });

  it('refuses to resume what runs, and ids of no job', async () => {
    work.gate = 0;
    const { id } = await start();
    await isIn(id, 'RUNNING');
    await expect(jobs.resume(caller, { id })).rejects.toMatchObject({
      code: 'JOB_NOT_PAUSED',
      message: expect.stringContaining('RUNNING'),
    });
    for (const unknown of ['0e3dd46d-3326-4b00-8910-9ddda6e93ef8', 'job', ''])
      await expect(jobs.cancel(caller, { id: unknown })).rejects.toMatchObject({ code: 'JOB_NOT_FOUND' });
    await expect(jobs.watch('job', new AbortController().signal).next()).rejects.toMatchObject({
      code: 'JOB_NOT_FOUND',
    });
  });

  it('lets others run beside one that was woken up twice', async () => {
    work.gate = 0;
    const blockers = [await start(), await start()];
    await until(() => work.running === 2);
    const twice = await start();
    // Both wake-ups wait in the queue.
    await jobs.pause(caller, { id: twice.id });
    await jobs.resume(caller, { id: twice.id });
    const other = await start();
    for (const { id } of blockers) await jobs.cancel(caller, { id });
    // Those that were cancelled may be on their way out.
    await isIn(twice.id, 'RUNNING');
    await isIn(other.id, 'RUNNING');
    work.gate = Infinity;
    for (const { id } of [twice, other]) await isIn(id, 'SUCCEEDED');
    expect((await jobs.find(twice.id))?.attempt).toBe(1);
  });

  it('runs two at a time, in the order they were asked for', async () => {
    work.gate = 0;
    const ids: string[] = [];
    for (let count = 0; count < 4; count += 1) ids.push((await start()).id);
    await until(() => work.running === 2);
    expect(await Promise.all(ids.map(stateOf))).toEqual(['RUNNING', 'RUNNING', 'QUEUED', 'QUEUED']);
    work.gate = Infinity;
    for (const id of ids) await isIn(id, 'SUCCEEDED');
    expect(work.mostRunning).toBe(2);
  });

  it('goes on after a stop of the server', async () => {
    work.gate = 3;
    const { id } = await start();
    await until(() => work.counted.length === 3);
    await jobs.close();
    expect(work.running).toBe(0);
    expect((await database.client.job.findUnique({ where: { id } }))?.state).toBe('QUEUED');
    work.gate = Infinity;
    jobs = await open();
    await isIn(id, 'SUCCEEDED');
    expect(work.counted).toEqual([1, 2, 3, 4, 5]);
  });

  it('fails with what the work says, and keeps unforeseen reasons to itself', async () => {
    work.failures = [new DomainError('VERSION_NOT_FOUND', 'esol@1 was deleted')];
    const told = await start();
    await isIn(told.id, 'FAILED');
    expect(await jobs.find(told.id)).toMatchObject({ error: 'esol@1 was deleted' });
    work.failures = [new Error('/secret/path')];
    const untold = await start();
    await isIn(untold.id, 'FAILED');
    expect((await jobs.find(untold.id))?.error).toMatch(/^Internal error/);
  });

  it('tries again by itself what is likely to pass', async () => {
    work.failures = [new DomainError('UNAVAILABLE', 'a disk is away')];
    const { id } = await start();
    await until(async () => (await jobs.find(id))?.log.length === 1);
    expect((await jobs.find(id))?.log[0]?.message).toBe('It is tried again in a while: a disk is away');
    await isIn(id, 'SUCCEEDED');
    expect(work.counted).toEqual([1, 2, 3, 4, 5]);
  });

  it('shows those who watch each state, and ends with the last', async () => {
    work.gate = 0;
    const { id } = await start();
    const seen: string[] = [];
    const watched = (async () => {
      for await (const { state, progress } of jobs.watch(id, new AbortController().signal))
        seen.push(`${state} ${progress.done}`);
    })();
    await until(() => seen.includes('RUNNING 0'));
    work.gate = 3;
    await until(() => seen.includes('RUNNING 3'));
    work.gate = Infinity;
    await watched;
    expect(seen.at(-1)).toBe('SUCCEEDED 5');
  });

  it('lists the newest first, by state and page, and removes those that were over long ago', async () => {
    work.gate = 0;
    const running = await start();
    const cancelled = await start();
    await jobs.cancel(caller, { id: cancelled.id });
    const idsOf = (page: readonly JobRecord[]) => page.map(({ id }) => id);
    const all = await jobs.page({}, { take: 10, fromEnd: false });
    expect(idsOf(all)).toEqual([cancelled.id, running.id]);
    expect(idsOf(await jobs.page({}, { take: 1, fromEnd: true }))).toEqual([running.id]);
    expect(idsOf(await jobs.page({}, { take: 1, fromEnd: false, after: all[0]?.number }))).toEqual([
      running.id,
    ]);
    expect(await jobs.count({ states: ['CANCELLED'] })).toBe(1);
    expect(await jobs.removeFinished(new Date(Date.now() - 60_000))).toBe(0);
    expect(await jobs.removeFinished(new Date(Date.now() + 60_000))).toBe(1);
    expect(idsOf(await jobs.page({}, { take: 10, fromEnd: false }))).toEqual([running.id]);
  });

  it('gives up a job whose runs end the server again and again', async () => {
    work.gate = 0;
    const { id } = await start();
    await isIn(id, 'RUNNING');
    await jobs.close();
    await database.client.job.update({ where: { id }, data: { state: 'RUNNING', deaths: 4 } });
    jobs = await open();
    await isIn(id, 'FAILED');
    expect((await jobs.find(id))?.error).toContain('The server ended 5 times');
    const told = await events.page({ take: 1, fromEnd: true, filter: { kinds: ['JOB_STATE_CHANGED'] } });
    expect(told[0]).toMatchObject({
      message: expect.stringMatching(
        /^Count: the job failed \(The server ended 5 times .* not tried again\.\)$/,
      ),
      data: { job: id, toState: 'FAILED', reason: null },
    });
  });

  it('finds its queue again where a backup without it was restored', async () => {
    await jobs.close();
    await database.sql.executeSql('DROP SCHEMA retort_pgboss CASCADE');
    jobs = await open();
    const { id } = await start();
    await isIn(id, 'SUCCEEDED');
  });
});
