import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import { pino } from 'pino';
import { JobService, type JobWork, type RunningJob } from '../../src/jobs/index.js';
import { openDatabase } from '../../src/platform/database/index.js';
import { EventLog } from '../../src/platform/events/index.js';
import { createTestDatabase } from '../support/databases.js';
import { mayMount } from '../support/may-mount.js';
import { until } from '../support/until.js';

const STEPS = 4;
/** Of noise, which no database makes smaller: each step needs more of the disk than is left of it. */
const BALLAST_BYTES = 3_000_000;

/** Puts down much at each step. */
class HeavyWork implements JobWork {
  readonly kind = 'VERIFY_ARTIFACTS';
  readonly done: number[] = [];
  gate = 1;

  async prepare() {
    return { input: {}, title: 'Fill' };
  }

  async run(job: RunningJob): Promise<number> {
    const reached = (job.checkpoint as { step: number } | null)?.step ?? 0;
    for (let step = reached + 1; step <= STEPS; step += 1) {
      await until(() => step <= this.gate || job.signal.aborted);
      job.signal.throwIfAborted();
      this.done.push(step);
      const ballast = randomBytes(BALLAST_BYTES).toString('base64');
      await job.save({ step, ballast }, { done: step, total: STEPS });
    }
    return STEPS;
  }
}

// Only root can make a disk that is full; elsewhere this shows as skipped.
(mayMount() ? it : it.skip)(
  'a job holds while the disk is full, and goes on once there is room',
  async () => {
    const template = await createTestDatabase('embedded');
    const folder = mkdtempSync(join(tmpdir(), 'retort-full-'));
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=400m', 'tmpfs', folder]);
    const filler = join(folder, 'filler');
    const lines: string[] = [];
    const logger = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
    try {
      cpSync(template.dataDirectory, folder, { recursive: true });
      const database = await openDatabase({ dataDirectory: folder, databaseUrl: undefined }, logger);
      const events = new EventLog(database.client, logger);
      const jobs = await JobService.open({ database: database.client, sql: database.sql, events, logger });
      const work = new HeavyWork();
      jobs.register(work);
      jobs.begin();
      try {
        const { id } = await jobs.start(
          { actor: 'ada', requestId: 'r-1' },
          { kind: 'VERIFY_ARTIFACTS', asked: {} },
        );
        const saved = async () => (await database.client.job.findUnique({ where: { id } }))?.done;
        await until(async () => (await saved()) === 1n);
        fill(filler);
        work.gate = STEPS;
        await until(() => work.done.length === 2);
        await until(() => lines.some((line) => line.includes('a job waits for the database')));
        // What cannot be put down is not gone on with.
        expect(work.done).toEqual([1, 2]);
        rmSync(filler);
        await until(async () => (await jobs.find(id).catch(() => null))?.state === 'SUCCEEDED');
        expect(work.done).toEqual([1, 2, 3, 4]);
        expect((await jobs.find(id))?.error).toBeNull();
        expect(await jobs.resultOf(id)).toBe(STEPS);
      } finally {
        await jobs.close();
        await events.close();
        await database.close();
      }
    } finally {
      execFileSync('umount', ['-l', folder]);
      rmSync(folder, { recursive: true, force: true });
      await template.drop();
    }
  },
);

/** Until nothing more fits. */
function fill(path: string): void {
  const block = Buffer.alloc(1_000_000);
  try {
    for (;;) writeFileSync(path, block, { flag: 'a' });
  } catch (error) {
    expect(error).toMatchObject({ code: 'ENOSPC' });
  }
}
