import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { EvaluationSchedules, ScheduleRunner, ScheduleStore } from '../../src/batch/index.js';
import { JobService, type JobWork } from '../../src/jobs/index.js';
import { DomainError } from '../../src/platform/errors.js';
import { EventLog } from '../../src/platform/events/index.js';
import type { DatabaseHandle } from '../../src/platform/database/index.js';
import { createLogger } from '../../src/platform/logging.js';
import { CountingWork } from '../support/counting-work.js';
import { databaseKinds, openTestDatabase } from '../support/databases.js';
import { until } from '../support/until.js';

const HOUR_MS = 3_600_000;
const caller = { actor: 'ada', requestId: 'r-1' };
const logger = createLogger('silent');

/** Counts instead of evaluating, as long as it is let. */
class EvaluatingWork implements JobWork {
  readonly kind = 'EVALUATE_VERSION';
  readonly counting = new CountingWork(1);
  refusal: DomainError | null = null;

  async prepare() {
    if (this.refusal) throw this.refusal;
    return this.counting.prepare();
  }

  run(job: Parameters<CountingWork['run']>[0]) {
    return this.counting.run(job);
  }
}

describe.each(databaseKinds)('evaluation schedules on %s', (kind) => {
  let database: DatabaseHandle;
  let events: EventLog;
  let work: EvaluatingWork;
  let jobs: JobService;
  let store: ScheduleStore;
  let runner: ScheduleRunner;
  let schedules: EvaluationSchedules;
  beforeAll(async () => {
    database = await openTestDatabase(kind);
  });
  afterAll(() => database.close());
  beforeEach(async () => {
    await database.client.evaluationSchedule.deleteMany({});
    await database.client.job.deleteMany({});
    events = new EventLog(database.client, logger);
    work = new EvaluatingWork();
    await open();
  });
  afterEach(async () => {
    await runner.close();
    await jobs.close();
    await events.close();
  });

  /** As a server that begins with the database as it is; runs are due when a test says so. */
  async function open(): Promise<void> {
    jobs = await JobService.open({ database: database.client, sql: database.sql, events, logger });
    jobs.register(work);
    jobs.begin();
    store = new ScheduleStore(database.client);
    runner = new ScheduleRunner({ store, jobs, events, logger });
    schedules = new EvaluationSchedules({ store, runner, jobs, events });
  }

  const create = (name: string, every = 'PT1H') =>
    schedules.create(caller, { name, every, evaluation: { version: 'esol@1', artifact: 'sha256:1' } });
  const all = async () => jobs.page({}, { take: 100, fromEnd: false });
  const over = () => until(async () => (await all()).every(({ state }) => state === 'SUCCEEDED'));
  const later = (hours: number) => new Date(Date.now() + hours * HOUR_MS);

  it('begin a job when one is due, in the name of whoever made it, and no other before the next', async () => {
    const made = await create('hourly');
    await runner.runDue(new Date());
    expect(await all()).toEqual([]);
    await runner.runDue(later(1.5));
    await over();
    expect(await all()).toMatchObject([
      { kind: 'EVALUATE_VERSION', actor: 'ada', reason: 'as schedule hourly asks', state: 'SUCCEEDED' },
    ]);
    await runner.runDue(later(1.6));
    expect(await all()).toHaveLength(1);
    const after = await schedules.require('hourly');
    expect(after).toMatchObject({ problem: null, lastJobId: (await all())[0]?.id });
    expect(after.nextRunAt?.getTime()).toBe((made.nextRunAt?.getTime() ?? 0) + HOUR_MS);
  });

  it('make one run of all that a stopped server missed', async () => {
    await create('hourly');
    await runner.close();
    await jobs.close();
    await open();
    await runner.runDue(later(100.5));
    await runner.runDue(later(100.6));
    await over();
    expect(await all()).toHaveLength(1);
    expect((await schedules.require('hourly')).nextRunAt?.getTime()).toBeGreaterThan(later(100.5).getTime());
  });

  it('have one job at a time: what comes due meanwhile is left out, and that is told once', async () => {
    work.counting.gate = 0;
    await create('slow');
    await runner.runDue(later(1.5));
    await runner.runDue(later(2.5));
    await runner.runDue(later(3.5));
    expect(await all()).toHaveLength(1);
    await expect(schedules.run(caller, { schedule: 'slow' })).rejects.toMatchObject({
      code: 'SCHEDULE_RUNNING',
    });
    const told = await events.page({
      filter: { kinds: ['EVALUATION_SCHEDULE_FAILED'] },
      take: 10,
      fromEnd: false,
    });
    expect(told).toHaveLength(1);
    expect(await schedules.require('slow')).toMatchObject({
      problem: expect.stringContaining('not over yet'),
    });
    work.counting.gate = Infinity;
    await over();
    await runner.runDue(later(4.5));
    await over();
    expect(await all()).toHaveLength(2);
    expect(await schedules.require('slow')).toMatchObject({ problem: null });
  });

  it('begin one job when two servers, or people, begin it at the same time', async () => {
    const schedule = await create('raced');
    work.counting.gate = 0;
    const begun = await Promise.allSettled(
      Array.from({ length: 5 }, () => runner.runNow(schedule, caller, null)),
    );
    expect(begun.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(await all()).toHaveLength(1);
  });

  it('say why a run could not begin, and go on', async () => {
    await create('gone');
    await create('other');
    work.refusal = new DomainError('VERSION_NOT_FOUND', 'There is no version esol@1.');
    await runner.runDue(later(1.5));
    expect(await schedules.require('gone')).toMatchObject({ problem: 'There is no version esol@1.' });
    work.refusal = null;
    await runner.runDue(later(2.5));
    await over();
    expect(await all()).toHaveLength(2);
    expect(await schedules.require('gone')).toMatchObject({ problem: null });
  });

  it('stay due while a job cannot begin for now', async () => {
    await create('patient');
    work.refusal = new DomainError('OVERLOADED', 'Too much.');
    await expect(runner.runDue(later(1.5))).rejects.toMatchObject({ code: 'OVERLOADED' });
    work.refusal = null;
    await runner.runDue(later(1.6));
    await over();
    expect(await all()).toHaveLength(1);
  });

  it('are found by name, and name those that there are', async () => {
    await create('nightly');
    await expect(create('nightly')).rejects.toMatchObject({ code: 'NAME_TAKEN', field: ['name'] });
    await expect(schedules.require('nightlly')).rejects.toMatchObject({
      code: 'SCHEDULE_NOT_FOUND',
      message: expect.stringContaining('Did you mean "nightly"?'),
    });
    expect(await schedules.files()).toEqual(new Set(['sha256:1']));
    await schedules.update(caller, { schedule: 'nightly', enabled: false });
    await runner.runDue(later(1000));
    expect(await all()).toEqual([]);
    await schedules.remove(caller, { schedule: 'nightly' });
    expect(await schedules.files()).toEqual(new Set());
  });
});
