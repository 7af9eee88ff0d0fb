import { describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { kills } from '../support/depth.js';
import { createWithExamples } from '../support/example-template.js';
import { until } from '../support/until.js';
import { overJob, startBatch } from './support/file-steps.js';
import { jobOf } from './support/job-steps.js';
import { environmentOf, startServer } from './support/server-process.js';

const ROWS = 60_000;

interface Found {
  readonly data?: { readonly deployment: { readonly state: string } | null };
}

describe.each(databaseKinds)('a server killed in the middle of a batch on %s', (kind) => {
  it('answers every row once, in its order', async () => {
    const database = await createWithExamples(kind);
    const environment = { ...environmentOf(database), RETORT_EXAMPLES: 'true' };
    let server = await startServer(environment);
    try {
      const file = `id,z,n\n${Array.from({ length: ROWS }, (_, id) => `${id},${20 + (id % 60)},${30 + (id % 70)}`).join('\n')}\n`;
      let isServed = false;
      await until(async () => {
        const { data } = (await server.graphql('{ deployment(name: "binding-energy") { state } }')) as Found;
        return (isServed = data?.deployment?.state === 'READY');
      });
      expect(isServed).toBe(true);
      const { id } = await startBatch(server, file, { deployment: 'binding-energy', format: 'CSV' });
      let reached = 0;
      for (let kill = 1; kill <= kills(kind); kill += 1) {
        await until(async () => {
          const { progress, state } = await jobOf(server, id);
          const hasGoneOn = progress.done > reached;
          reached = Math.max(reached, progress.done);
          return hasGoneOn || (state !== 'QUEUED' && state !== 'RUNNING');
        });
        server.send('SIGKILL');
        await server.exited;
        server = await startServer(environment);
        expect((await jobOf(server, id)).progress.done).toBeGreaterThanOrEqual(reached);
      }
      const job = await overJob(server, id);
      expect(job).toMatchObject({ state: 'SUCCEEDED', progress: { done: ROWS, total: ROWS } });
      const text = await (await fetch(`${server.url}${job.resultUrl ?? ''}`)).text();
      const [header, ...rows] = text.trimEnd().split('\n');
      expect(header).toBe('id,z,n,value,unit,low,high,set,inside,warnings,error');
      expect(rows.map((row) => Number(row.split(',', 1)[0]))).toEqual(
        Array.from({ length: ROWS }, (_, index) => index),
      );
      // Rows from before and after a kill say the same of one nuclide, each number in the same column.
      const answers = new Map<string, Set<string>>();
      for (const row of rows) {
        const [, z = '', n = '', ...answer] = row.split(',');
        const nuclide = `${z},${n}`;
        answers.set(nuclide, (answers.get(nuclide) ?? new Set()).add(answer.join(',')));
      }
      expect([...answers].filter(([, different]) => different.size !== 1)).toEqual([]);
      expect(new Set(rows.map((row) => row.split(',')[4]))).toEqual(new Set(['MeV', '']));
    } finally {
      server.send('SIGKILL');
      await server.exited;
      await database.drop();
    }
  });
});
