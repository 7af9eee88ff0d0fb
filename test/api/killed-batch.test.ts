import { describe, expect, it } from '@jest/globals';
import { createTestDatabase, databaseKinds } from '../support/databases.js';
import { kills } from '../support/depth.js';
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
    const database = await createTestDatabase(kind);
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
      for (let kill = 1; kill <= kills(); kill += 1) {
        await until(async () => {
          const { progress, state } = await jobOf(server, id);
          const hasGoneOn = progress.done > reached;
          reached = Math.max(reached, progress.done);
          return state === 'SUCCEEDED' || hasGoneOn;
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
      const cells = rows.map((row) => row.split(','));
      expect(cells.map(([id]) => Number(id))).toEqual(Array.from({ length: ROWS }, (_, index) => index));
      // Below their headers, before the kills and after them.
      const misplaced = cells.filter(([, , , value = '', unit, low, high, , , , ...error]) =>
        value === ''
          ? unit !== '' || !error.join(',').includes('INVALID_NUCLIDE')
          : unit !== 'MeV' || !(Number(low) <= Number(value) && Number(value) <= Number(high)),
      );
      expect(misplaced).toEqual([]);
    } finally {
      server.send('SIGKILL');
      await server.exited;
      await database.drop();
    }
  });
});
