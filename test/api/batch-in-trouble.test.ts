import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase } from '../support/databases.js';
import { mayMount } from '../support/may-mount.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { succeed } from './support/ask.js';
import { deploy, publish, register } from './support/catalog-steps.js';
import { overJob, sendFile, startBatch } from './support/file-steps.js';
import { jobOf, pauseJob, resumeJob, type Job } from './support/job-steps.js';
import { lineModel } from './support/own-models.js';

const MIGRATE = `mutation ($input: MigrateDeploymentInput!) { migrateDeployment(input: $input) {
  migration { state } userErrors { code message } } }`;
const UNDEPLOY = `mutation ($input: UndeployInput!) { undeploy(input: $input) { deployment { state } userErrors { code message } } }`;
const ARCHIVE = `mutation ($input: ArchiveModelInput!) { archiveModel(input: $input) { model { name } userErrors { code message } } }`;
const DELETE = `mutation ($input: DeleteModelInput!) { deleteModel(input: $input) { deletedModelName userErrors { code message } } }`;
const ROWS = 300_000;
const TABLE = `id,x\n${Array.from({ length: ROWS }, (_, id) => `${id},${id % 1000}`).join('\n')}\n`;

/** Somewhere in the middle, the job is held while `change` is made; then it goes on. @returns it when it is over */
async function changedMeanwhile(
  app: TestApp,
  input: Readonly<Record<string, unknown>>,
  change: () => Promise<unknown>,
): Promise<Job> {
  const { id } = await startBatch(app, TABLE, { format: 'CSV', ...input });
  await until(async () => (await jobOf(app, id)).progress.done > 0);
  await succeed(app, pauseJob, { input: { id } });
  const { progress } = await jobOf(app, id);
  expect(progress.done).toBeLessThan(ROWS);
  await change();
  await succeed(app, resumeJob, { input: { id } });
  return overJob(app, id);
}

/** The factor that each row was answered by, of all rows in their order. */
async function factorsOf(app: TestApp, path: string): Promise<Set<number>> {
  const text = await (await fetch(`${app.url}${path}`)).text();
  const rows = text
    .trimEnd()
    .split('\n')
    .slice(1)
    .map((line) => line.split(','));
  expect(rows.map(([id]) => Number(id))).toEqual(Array.from({ length: ROWS }, (_, id) => id));
  return new Set(rows.flatMap(([, x, value]) => (x === '0' ? [] : [Number(value) / Number(x)])));
}

describe('a batch prediction whose deployment changes meanwhile', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
  });
  afterAll(() => app.close());

  const serve = async (name: string) => {
    await register(app, name);
    for (const factor of [2, 4]) await publish(app, name, lineModel(factor));
    await deploy(app, name, `${name}@1`);
  };
  const undeploy = (name: string) => succeed(app, UNDEPLOY, { input: { name } });
  const whole = async (job: Job, version: string) => {
    expect(job).toMatchObject({
      state: 'SUCCEEDED',
      error: null,
      progress: { done: ROWS, failed: 0 },
      result: { version, rows: ROWS },
    });
    return factorsOf(app, job.resultUrl ?? '');
  };

  it('is answered by the version of its beginning when that migrates, and says so', async () => {
    await serve('moving');
    const input = { deployment: 'moving', version: 'moving@2', strategy: 'IMMEDIATE', keepWarmMs: 0 };
    const job = await changedMeanwhile(app, { deployment: 'moving' }, () => succeed(app, MIGRATE, { input }));
    expect(await whole(job, 'moving@1')).toEqual(new Set([2]));
  });

  it('is answered by the version alone once nothing serves it', async () => {
    await serve('stopping');
    const job = await changedMeanwhile(app, { deployment: 'stopping' }, () => undeploy('stopping'));
    expect(await whole(job, 'stopping@1')).toEqual(new Set([2]));
    expect(job.log.map(({ message }) => message).join('\n')).toContain(
      'stopping@1 answers the rest by itself.',
    );
  });

  it('fails in words when the model is deleted, and keeps what was answered', async () => {
    await serve('leaving');
    const job = await changedMeanwhile(app, { deployment: 'leaving' }, async () => {
      await undeploy('leaving');
      await succeed(app, ARCHIVE, { input: { name: 'leaving' } });
      await succeed(app, DELETE, { input: { name: 'leaving' } });
    });
    expect(job).toMatchObject({ state: 'FAILED', error: expect.stringMatching(/leaving/), resultUrl: null });
    const response = await fetch(`${app.url}/jobs/${job.id}/result?partial=true`);
    const [, ...rows] = (await response.text()).trimEnd().split('\n');
    expect(rows.length).toBeGreaterThan(0);
    expect(rows.map((row) => Number(row.split(',', 1)[0]))).toEqual(rows.map((_, place) => place));
  });
});

// Only root can make a disk that is full; elsewhere this shows as skipped.
(mayMount() ? describe : describe.skip)('a batch prediction on a full disk', () => {
  it('holds, refuses files in words, and loses no row once there is room', async () => {
    const place = await createTestDatabase('embedded');
    const folder = join(place.dataDirectory, 'jobs');
    await mkdir(folder, { recursive: true });
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=6m', 'tmpfs', folder]);
    try {
      const app = await startTestApp({
        kind: 'embedded',
        reuse: { config: place, close: () => Promise.resolve() },
      });
      try {
        await register(app, 'line');
        await publish(app, 'line', lineModel(2));
        // The file takes a megabyte, and its result more than is left.
        const { id } = await startBatch(app, TABLE, { format: 'CSV', version: 'line@1' });
        await until(async () =>
          (await jobOf(app, id)).log
            .map(({ message }) => message)
            .join(' ')
            .includes('disk'),
        );
        const held = await jobOf(app, id);
        expect(held.state).not.toBe('FAILED');
        expect(await sendFile(app, TABLE.repeat(2))).toMatchObject({ status: 507, code: 'STORAGE_FULL' });
        execFileSync('mount', ['-o', 'remount,size=64m', folder]);
        const job = await overJob(app, id);
        expect(job).toMatchObject({ state: 'SUCCEEDED', progress: { done: ROWS, failed: 0 } });
        expect(await factorsOf(app, job.resultUrl ?? '')).toEqual(new Set([2]));
        expect(await sendFile(app, TABLE.repeat(2))).toMatchObject({ status: 201 });
      } finally {
        await app.close();
      }
    } finally {
      execFileSync('umount', [folder]);
      await place.drop();
    }
  });
});
