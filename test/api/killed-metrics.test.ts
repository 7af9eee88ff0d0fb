import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { createTestDatabase, databaseKinds } from '../support/databases.js';
import { ask } from './support/ask.js';
import { scale, serve } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';
import { environmentOf, startServer } from './support/server-process.js';

const METRICS = `{ deployment(name: "killed") { metrics(window: "PT10M") {
  requests incompleteSince at versions { versionNumber requests } } } }`;

interface Answer {
  readonly deployment: {
    readonly metrics: {
      readonly requests: number;
      readonly incompleteSince: string | null;
      readonly at: string;
      readonly versions: readonly { readonly requests: number }[];
    };
  };
}

describe.each(databaseKinds)('the metrics of a server that is killed, %s database', (kind) => {
  it('lose no more than ten seconds, and say so', async () => {
    const database = await createTestDatabase(kind);
    const environment = environmentOf(database);
    try {
      const killed = await startServer(environment);
      await serve(killed, 'killed', scalingModel(2));
      const ended: number[] = [];
      // Beyond the end of ten seconds of the clock, after which they are written.
      const begun = Date.now();
      while (Date.now() < begun + 13_000) {
        await scale(killed, { deployment: 'killed' }, [1, 2, 3, 4]);
        ended.push(Date.now());
        await delay(100);
      }
      const before = await ask<Answer>(killed, METRICS);
      expect(before.deployment.metrics).toMatchObject({ requests: ended.length, incompleteSince: null });
      killed.send('SIGKILL');
      await killed.exited;
      const killedAt = Date.now();

      const again = await startServer(environment);
      const { metrics } = (await ask<Answer>(again, METRICS)).deployment;
      const atLeast = ended.filter((at) => at < killedAt - 12_000).length;
      expect(metrics.requests).toBeGreaterThanOrEqual(atLeast);
      expect(metrics.requests).toBeLessThanOrEqual(ended.length);
      expect(metrics.requests).toBeGreaterThan(0);
      expect(Date.parse(metrics.incompleteSince ?? '')).toBeGreaterThan(killedAt - 1_000);
      expect(metrics.versions.map(({ requests }) => requests)).toEqual([metrics.requests]);

      await scale(again, { deployment: 'killed' }, [1, 2, 3, 4]);
      again.send('SIGTERM');
      expect((await again.exited).code).toBe(0);
      const third = await startServer(environment);
      const after = (await ask<Answer>(third, METRICS)).deployment.metrics;
      // The gap stays where it was: the last end was in order.
      expect(after).toMatchObject({
        requests: metrics.requests + 1,
        incompleteSince: metrics.incompleteSince,
      });
      third.send('SIGTERM');
      await third.exited;
    } finally {
      await database.drop();
    }
  });
});
