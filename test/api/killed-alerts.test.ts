import { describe, expect, it } from '@jest/globals';
import { createTestDatabase, databaseKinds } from '../support/databases.js';
import { until } from '../support/until.js';
import { alertsOf, createRule, fail } from './support/alert-steps.js';
import { serve } from './support/catalog-steps.js';
import { storedEvents } from './support/event-watch.js';
import { scalingModel } from './support/own-models.js';
import { environmentOf, startServer } from './support/server-process.js';

describe.each(databaseKinds)('alerts of a server that is killed, %s database', (kind) => {
  it('fire on, and are neither fired anew nor resolved by what the kill lost', async () => {
    const database = await createTestDatabase(kind);
    let server = await startServer(environmentOf(database));
    try {
      await serve(server, 'failing', scalingModel(2));
      await createRule(server, 'Errors', {
        condition: { threshold: { metric: 'ERRORS', value: 0, window: 'PT10M' } },
      });
      await fail(server, 'failing', 1);
      await until(async () => (await alertsOf(server, { rule: 'Errors' }))[0]?.state === 'FIRING');
      const [before] = await alertsOf(server, { rule: 'Errors' });
      server.send('SIGKILL');
      await server.exited;

      server = await startServer(environmentOf(database));
      // Another rule that fires says that this server has looked.
      for (const name of ['Looked', 'LookedAgain']) {
        await createRule(server, name, { condition: { threshold: { metric: 'MEMORY_BYTES', value: 1 } } });
        await until(async () => (await alertsOf(server, { rule: name, states: ['FIRING'] })).length > 0);
      }
      const after = await alertsOf(server, { rule: 'Errors' });
      expect(after).toHaveLength(1);
      expect(after[0]).toMatchObject({ id: before?.id, state: 'FIRING', firedAt: before?.firedAt });
      const told = await storedEvents(server, '0', { kinds: ['ALERT_FIRED', 'ALERT_RESOLVED'] });
      expect(
        told.filter(({ message }) => message.startsWith('Errors ')).map(({ kind: what }) => what),
      ).toEqual(['ALERT_FIRED']);
      server.send('SIGTERM');
      expect(await server.exited).toMatchObject({ code: 0 });
    } finally {
      server.send('SIGKILL');
      await server.exited;
      await database.drop();
    }
  });
});
