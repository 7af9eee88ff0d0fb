import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import { MigrationStore } from '../../src/deployments/migrations/migration-store.js';
import { openDatabase } from '../../src/platform/database/index.js';
import { createLogger } from '../../src/platform/logging.js';
import { createTestDatabase, databaseKinds } from '../support/databases.js';
import { kills } from '../support/depth.js';
import { patience } from '../support/patience.js';
import { publish } from './support/catalog-steps.js';
import {
  ABORT,
  change,
  MIGRATE,
  migratedTo,
  PAUSE,
  RESUME,
  ROLL_BACK,
  served,
  SET_TRAFFIC,
  type Served,
} from './support/migration-steps.js';
import { scalingModel } from './support/own-models.js';
import { environmentOf, startServer, type ServerProcess } from './support/server-process.js';
import { infer, PATIENT_MS, serveWith, until } from './support/serving-steps.js';

const THREAD = { runtime: { isolation: 'THREAD' } };
const LONG_STEP = { canary: { steps: [{ weight: 20, dwellMs: 3_600_000, minRequests: 0 }] } };

/** What must be as it was after a restart. */
const lasting = ({ version, traffic, migration, revision }: Served) => ({
  version: version.ref,
  revision: revision.number,
  traffic,
  migration: migration && { state: migration.state, step: migration.step, number: migration.number },
});

describe.each(databaseKinds)('deployments after kill -9, %s database', (kind) => {
  const KILLS = kills(kind);
  const kill = async (server: ServerProcess) => {
    server.send('SIGKILL');
    await server.exited;
  };

  it(
    'are in the step of the migration they were in, and go on',
    async () => {
      const database = await createTestDatabase(kind);
      let server = await startServer(environmentOf(database));
      try {
        const names = ['stepping', 'paused', 'held', 'split', 'replaced'];
        for (const name of names) {
          await serveWith(server, name, scalingModel(2), THREAD);
          await publish(server, name, scalingModel(3));
        }
        const migrate = (deployment: string, more: object) =>
          change(server, MIGRATE, { deployment, version: `${deployment}@2`, waitMs: PATIENT_MS, ...more });
        await migrate('stepping', { strategy: 'CANARY', ...LONG_STEP });
        await migrate('paused', { strategy: 'CANARY', ...LONG_STEP });
        await change(server, PAUSE, { deployment: 'paused', reason: 'lunch' });
        await migrate('held', { strategy: 'BLUE_GREEN' });
        const shares = [1, 2].map((number) => ({ version: `split@${number}`, weight: number }));
        await change(server, SET_TRAFFIC, { deployment: 'split', shares, waitMs: PATIENT_MS });
        await migrate('replaced', { strategy: 'IMMEDIATE' });
        const before = new Map<string, object>();
        for (const name of names) before.set(name, lasting(await served(server, name)));
        expect(before.get('stepping')).toMatchObject({ migration: { state: 'RUNNING', step: 1 } });

        await kill(server);
        server = await startServer(environmentOf(database));
        for (const name of names) {
          // The candidate of a migration, and what is kept warm, may still be on their way when the banner is printed.
          const now = await until(
            () => served(server, name),
            ({ traffic }) => traffic.length === (name === 'held' || name === 'replaced' ? 1 : 2),
          );
          expect(lasting(now)).toEqual(before.get(name));
        }
        expect((await change(server, RESUME, { deployment: 'paused' })).migration?.state).toBe('RUNNING');
        expect((await change(server, ABORT, { deployment: 'paused' })).migration?.state).toBe('ABORTED');
        const approved = await until(
          async () => (await served(server, 'held')).revisions.edges[0]?.node.state,
          (state) => state === 'READY',
        ).then(() => change(server, RESUME, { deployment: 'held' }));
        expect(approved).toMatchObject({ version: { ref: 'held@2' }, migration: { state: 'SUCCEEDED' } });
        expect(
          (await change(server, ROLL_BACK, { deployment: 'replaced', waitMs: PATIENT_MS })).version.ref,
        ).toBe('replaced@1');
      } finally {
        await kill(server);
        await database.drop();
      }
    },
    PATIENT_MS,
  );

  it(
    'count each time their candidate is observed anew',
    async () => {
      const database = await createTestDatabase(kind);
      const observed = async () => {
        const opened = await openDatabase(database, createLogger('silent'));
        const [open] = await new MigrationStore(opened.client).allOpen();
        await opened.close();
        return { step: open?.step, periods: open?.periods };
      };
      let server = await startServer(environmentOf(database));
      try {
        await serveWith(server, 'watched', scalingModel(2), THREAD);
        await publish(server, 'watched', scalingModel(3));
        const [long] = LONG_STEP.canary.steps;
        const steps = [{ weight: 10, dwellMs: 0, minRequests: 0 }, long];
        const target = { deployment: 'watched', version: 'watched@2', waitMs: PATIENT_MS };
        await change(server, MIGRATE, { ...target, strategy: 'CANARY', canary: { steps } });
        await until(
          () => served(server, 'watched'),
          ({ migration }) => migration?.step === 2,
        );
        for (const periods of [2, 3]) {
          await kill(server);
          expect(await observed()).toEqual({ step: 1, periods });
          server = await startServer(environmentOf(database));
        }
        // What is written at a change of its state counts on.
        await change(server, PAUSE, { deployment: 'watched' });
        await kill(server);
        expect(await observed()).toEqual({ step: 1, periods: 4 });
      } finally {
        await kill(server);
        await database.drop();
      }
    },
    PATIENT_MS,
  );

  it(
    `is one of the legal states, wherever it was killed (${KILLS} times)`,
    async () => {
      const database = await createTestDatabase(kind);
      let server = await startServer(environmentOf(database));
      try {
        await serveWith(server, 'mortal', scalingModel(2), THREAD);
        await publish(server, 'mortal', scalingModel(3));
        for (let round = 0; round < KILLS; round += 1) {
          const { version } = await served(server, 'mortal');
          const other = version.ref === 'mortal@1' ? 'mortal@2' : 'mortal@1';
          const strategy = ['IMMEDIATE', 'CANARY', 'SHADOW', 'BLUE_GREEN'][round % 4];
          const move =
            round % 3 === 2
              ? change(server, ROLL_BACK, { deployment: 'mortal' })
              : change(server, MIGRATE, {
                  deployment: 'mortal',
                  version: other,
                  strategy,
                  // Through its steps as fast as it goes: there is something to interrupt all the time.
                  ...(strategy === 'CANARY' && {
                    canary: { steps: [10, 40, 80].map((weight) => ({ weight, dwellMs: 0, minRequests: 0 })) },
                  }),
                });
          move.catch(() => undefined);
          await delay(Math.random() * 600);
          await kill(server);
          server = await startServer(environmentOf(database));

          const after = await until(
            () => served(server, 'mortal'),
            ({ state, traffic }) => state === 'READY' && traffic.length > 0,
          );
          const nodes = after.revisions.edges.map(({ node }) => node);
          const open = ['LOADING', 'RUNNING', 'PAUSED', 'AWAITING_APPROVAL'].includes(
            after.migration?.state ?? '',
          );
          expect(nodes.filter(({ role, state }) => role === 'PRIMARY' && state === 'READY')).toHaveLength(1);
          expect(
            nodes.filter(({ state }) => ['PENDING', 'LOADING', 'WARMING', 'DRAINING'].includes(state)).length,
          ).toBeLessThanOrEqual(2);
          expect(after.traffic.reduce((sum, { weight }) => sum + weight, 0)).toBeCloseTo(100);
          if (!open) expect(after.traffic).toHaveLength(1);
          const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 0, 0, 0] }];
          const outcome = await infer(server, { deployment: 'mortal', inputs });
          expect(outcome).toMatchObject({ kind: 'answered' });
          if (outcome.kind === 'answered')
            expect(outcome.data[0]).toBe(outcome.version === 'mortal@1' ? 2 : 3);
          if (open) {
            const end = await change(server, ABORT, { deployment: 'mortal' }).catch(() =>
              migratedTo(server, 'mortal', 'SUCCEEDED', 'FAILED', 'ROLLED_BACK'),
            );
            expect(['ABORTED', 'SUCCEEDED', 'ROLLED_BACK', 'FAILED']).toContain(end.migration?.state);
          }
        }
      } finally {
        await kill(server);
        await database.drop();
      }
    },
    patience(60_000 * (3 + KILLS)),
  );
});
