import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { ask } from '../api/support/ask.js';
import { deploy, publish } from '../api/support/catalog-steps.js';
import { storedEvents } from '../api/support/event-watch.js';
import { change, MIGRATE, served } from '../api/support/migration-steps.js';
import { scalingModel } from '../api/support/own-models.js';
import { infer, PATIENT_MS, serveWith, until, type Outcome } from '../api/support/serving-steps.js';
import { onPostgres, startLinkedApp } from '../support/linked-app.js';

const UNDEPLOY = `mutation ($input: UndeployInput!) {
  undeploy(input: $input) { deployment { state } userErrors { code message } } }`;
const THREAD = { runtime: { isolation: 'THREAD' } };

onPostgres('a deployment whose database goes away for a moment', () => {
  let linked: Awaited<ReturnType<typeof startLinkedApp>>;
  beforeAll(async () => {
    linked = await startLinkedApp();
  });
  afterAll(async () => {
    await linked.app.close();
    await linked.link.close();
  });

  const call = (deployment: string): Promise<Outcome> =>
    infer(linked.app, {
      deployment,
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 0, 0, 0] }],
    });
  const settled = async (name: string, version: string) => {
    const now = await until(
      () => served(linked.app, name),
      ({ revisions }) =>
        revisions.edges.every(({ node }) => ['READY', 'STOPPED', 'FAILED'].includes(node.state)),
    );
    expect({ state: now.state, version: now.version.ref }).toEqual({ state: 'READY', version });
    expect(linked.link.pending).toBe(0);
    return now;
  };

  it('goes on serving when its end could not be written down', async () => {
    const { app, link } = linked;
    await serveWith(app, 'kept', scalingModel(2), THREAD);
    link.breakBefore('DRAINING');
    const { errors } = await app.graphql(UNDEPLOY, { input: { name: 'kept' } });
    expect(errors?.[0]?.extensions.code).toBe('UNAVAILABLE');
    await settled('kept', 'kept@1');
    expect(await call('kept')).toMatchObject({ kind: 'answered', data: [2, 0, 0, 0] });
    await ask(app, UNDEPLOY, { input: { name: 'kept' } });
    expect((await served(app, 'kept')).state).toBe('STOPPED');
    expect(await call('kept')).toMatchObject({ kind: 'refused', code: 'DEPLOYMENT_NOT_READY' });
  });

  it(
    'is warmed up again, which is no crash of its model',
    async () => {
      const { app, link } = linked;
      // More often than a model may crash before it ever served.
      link.breakBefore('WARMING', 3);
      await serveWith(app, 'warming', scalingModel(2), THREAD);
      await settled('warming', 'warming@1');
      const reasons = (await storedEvents(app, '0', { deployment: 'warming' })).map(
        ({ stateReason }) => stateReason,
      );
      expect(reasons.filter((reason) => reason?.includes('attempt'))).toEqual([]);
    },
    PATIENT_MS,
  );

  it(
    'serves what it wrote down that it serves, when the answer to the commit is lost',
    async () => {
      const { app, link } = linked;
      await serveWith(app, 'switched', scalingModel(2), THREAD);
      for (const factor of [3, 4]) await publish(app, 'switched', scalingModel(factor));
      link.loseCommitOf('revision 2 (switched@2) is READY');
      await deploy(app, 'switched', 'switched@2', { waitMs: PATIENT_MS, ...THREAD });
      await settled('switched', 'switched@2');
      expect(await call('switched')).toMatchObject({ version: 'switched@2', data: [3, 0, 0, 0] });

      link.loseCommitOf('MIGRATION_SUCCEEDED');
      const migration = { deployment: 'switched', version: 'switched@3', strategy: 'IMMEDIATE' };
      await change(app, MIGRATE, { ...migration, waitMs: PATIENT_MS });
      await settled('switched', 'switched@3');
      expect(await call('switched')).toMatchObject({ version: 'switched@3', data: [4, 0, 0, 0] });
      const events = await storedEvents(app, '0', { deployment: 'switched' });
      expect(events.filter(({ kind }) => kind === 'MIGRATION_SUCCEEDED')).toHaveLength(1);
      expect(events.filter(({ toState }) => toState === 'READY')).toHaveLength(3);
    },
    PATIENT_MS,
  );
});
