import { describe, expect, it } from '@jest/globals';
import { databaseKinds, openDatabaseOf } from '../support/databases.js';
import { onPostgres, startLinkedApp } from '../support/linked-app.js';
import { patience } from '../support/patience.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { setAlias } from './support/alias-steps.js';
import { deploy, publish, register } from './support/catalog-steps.js';
import { change, FOLLOW, migratedTo, ROLL_BACK, served, sluggishModel } from './support/migration-steps.js';
import { scalingModel } from './support/own-models.js';
import { PATIENT_MS, until } from './support/serving-steps.js';

const THREAD = { runtime: { isolation: 'THREAD' } };

/** Versions 1 and 2 of a model, deployed under its name, with the alias at version 1. */
async function setUp(app: TestApp, first: Uint8Array, second: Uint8Array, waitMs: number): Promise<void> {
  await register(app, 'loyal');
  await publish(app, 'loyal', first);
  await publish(app, 'loyal', second);
  await setAlias(app, { model: 'loyal', alias: 'production', version: '1' });
  await deploy(app, 'loyal', 'loyal@1', { waitMs, ...THREAD });
  await change(app, FOLLOW, { deployment: 'loyal', alias: 'production' });
}

describe.each(databaseKinds)('a deployment that follows an alias, %s database', (kind) => {
  const serves = (app: TestApp, ref: string) =>
    until(
      () => served(app, 'loyal'),
      ({ version, state }) => version.ref === ref && state === 'READY',
    );

  it(
    'goes where it went while the deployment was loaded, once that serves',
    async () => {
      const app = await startTestApp({ kind });
      try {
        await setUp(app, sluggishModel(15), scalingModel(3), 0);
        await setAlias(app, { model: 'loyal', alias: 'production', version: '2', reason: 'better' });
        expect((await served(app, 'loyal')).state).not.toBe('READY');
        await serves(app, 'loyal@2');
        expect((await migratedTo(app, 'loyal', 'SUCCEEDED')).migration?.reason).toBe(
          'production points to loyal@2: better',
        );
      } finally {
        await app.close();
      }
    },
    PATIENT_MS,
  );

  it(
    'goes where it went just before a crash, and leaves what was decided since as it is',
    async () => {
      let app = await startTestApp({ kind });
      try {
        await setUp(app, scalingModel(2), scalingModel(3), PATIENT_MS);
        await app.stop();
        // The alias moved and the process was killed before anybody followed it.
        const opened = await openDatabaseOf(app.config);
        const target = await opened.client.version.findFirstOrThrow({ where: { number: 2 } });
        await opened.client.alias.updateMany({
          where: { name: 'production' },
          data: { versionId: target.id },
        });
        await opened.close();
        app = await startTestApp({ kind, reuse: app });
        await serves(app, 'loyal@2');
        await migratedTo(app, 'loyal', 'SUCCEEDED');

        await change(app, ROLL_BACK, { deployment: 'loyal', waitMs: PATIENT_MS });
        await app.stop();
        app = await startTestApp({ kind, reuse: app });
        const { version, migration } = await serves(app, 'loyal@1');
        expect([version.ref, migration?.state]).toEqual(['loyal@1', 'SUCCEEDED']);
        // It follows all the same.
        await setAlias(app, { model: 'loyal', alias: 'production', version: '1' });
        await setAlias(app, { model: 'loyal', alias: 'production', version: '2' });
        await serves(app, 'loyal@2');
      } finally {
        await app.close();
      }
    },
    PATIENT_MS,
  );
});

onPostgres('a server whose database is away', () => {
  it(
    'stops without waiting for the migration to where an alias went',
    async () => {
      const { app, link } = await startLinkedApp();
      try {
        await setUp(app, scalingModel(2), sluggishModel(15), PATIENT_MS);
        await setAlias(app, { model: 'loyal', alias: 'production', version: '2' });
        await until(
          () => served(app, 'loyal'),
          ({ migration }) => migration?.state === 'LOADING',
        );
        link.cut();
        const began = performance.now();
        await app.stop();
        expect(performance.now() - began).toBeLessThan(patience(10_000));
      } finally {
        await app.close();
        await link.close();
      }
    },
    PATIENT_MS,
  );
});
