import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { expect, it } from '@jest/globals';
import { onPostgres, startLinkedApp } from '../support/linked-app.js';
import { startTestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { succeed } from './support/ask.js';
import { deploy, publish, register } from './support/catalog-steps.js';
import { overJob, startBatch } from './support/file-steps.js';
import { jobOf, pauseJob, resumeJob } from './support/job-steps.js';
import { lineModel } from './support/own-models.js';
import { PATIENT_MS } from './support/serving-steps.js';

const ROWS = 200_000;

onPostgres('a batch prediction whose server loses the database to another', () => {
  it(
    'is brought to its end by that one, each row once, and the first says the same when it is back',
    async () => {
      const { app: first, link } = await startLinkedApp();
      const copy = await mkdtemp(join(tmpdir(), 'retort-second-'));
      try {
        await register(first, 'line');
        await publish(first, 'line', lineModel(2));
        await deploy(first, 'line', 'line@1');
        const table = `id,x\n${Array.from({ length: ROWS }, (_, id) => `${id},${id % 1000}`).join('\n')}\n`;
        const { id } = await startBatch(first, table, { format: 'CSV', deployment: 'line' });
        await until(async () => (await jobOf(first, id)).progress.done > 0);
        // Held where it is, so that the other one has something left to do, however fast this one is.
        await succeed(first, pauseJob, { input: { id } });
        await succeed(first, resumeJob, { input: { id } });
        link.cut();

        const { dataDirectory, databaseUrl } = first.config;
        await cp(dataDirectory, copy, {
          recursive: true,
          filter: (path) => !basename(path).startsWith('retort.lock'),
        });
        const url = new URL(databaseUrl ?? '');
        url.host = new URL(process.env.TEST_DATABASE_URL ?? '').host;
        const second = await startTestApp({
          kind: 'postgresql',
          reuse: { config: { dataDirectory: copy, databaseUrl: url.href }, close: () => Promise.resolve() },
        });
        link.mend();
        const job = await overJob(second, id);
        expect(job).toMatchObject({
          state: 'SUCCEEDED',
          progress: { done: ROWS, failed: 0 },
          result: { version: 'line@1', rows: ROWS },
        });
        const text = await (await fetch(`${second.url}${job.resultUrl ?? ''}`)).text();
        const rows = text.trimEnd().split('\n').slice(1);
        expect(rows).toEqual(
          Array.from({ length: ROWS }, (_, row) => `${row},${row % 1000},${(row % 1000) * 2},,,`),
        );
        await second.stop();
        await until(async () => (await fetch(`${first.url}/health/ready`)).status === 200);
        expect(await jobOf(first, id)).toMatchObject({ state: 'SUCCEEDED', attempts: job.attempts });
      } finally {
        await first.close();
        await link.close();
        await rm(copy, { recursive: true, force: true });
      }
    },
    PATIENT_MS,
  );
});
