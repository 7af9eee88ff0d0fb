import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal, succeed } from './support/ask.js';
import { publish } from './support/catalog-steps.js';
import { onBothPaths } from './support/graphql-paths.js';
import { scalingModel } from './support/own-models.js';
import { PATIENT_MS, serveWith } from './support/serving-steps.js';

const TRAFFIC = 'traffic { share weight version { ref } }';
const SET = `mutation ($input: SetTrafficInput!) {
  setTraffic(input: $input) { deployment { ${TRAFFIC} } userErrors { field code message } } }`;
const MIGRATE = `mutation ($input: MigrateDeploymentInput!) {
  migrateDeployment(input: $input) {
    deployment { ${TRAFFIC} } migration { steps { share weight mirrorShare dwellMs minRequests } }
    userErrors { field code message } } }`;
const ABORT = `mutation { abortMigration(input: {deployment: "scale"}) { deployment { ${TRAFFIC} } userErrors { code } } }`;

interface Traffic {
  readonly deployment: { readonly traffic: readonly object[] };
}
interface Migrated extends Traffic {
  readonly migration: { readonly steps: readonly { readonly dwellMs: number }[] };
}

describe.each(onBothPaths)('shares of the traffic, %s database, compiled %s', (kind, compiled) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, graphqlPaths: { compiled } });
    await serveWith(app, 'scale', scalingModel(2), {});
    for (const factor of [3, 4]) await publish(app, 'scale', scalingModel(factor));
  });
  afterAll(() => app.close());

  const set = (...shares: readonly object[]) =>
    succeed<Traffic>(app, SET, { input: { deployment: 'scale', shares, waitMs: PATIENT_MS } });
  const newest = async (kinds: string, fields: string) => {
    const { events } = await ask<{ events: { edges: readonly { node: object }[] } }>(
      app,
      `{ events(filter: {kinds: [${kinds}], deployment: "scale"}, last: 1) { edges { node { ${fields} } } } }`,
    );
    return events.edges[0]?.node;
  };

  it(
    'divide it as they are written, and the event says the same',
    async () => {
      const { deployment } = await set(
        { version: 'scale@1', share: 0.29 },
        { version: 'scale@2', share: 0.57 },
        { version: 'scale@3', share: 0.14 },
      );
      const refs = ['scale@1', 'scale@2', 'scale@3'];
      const shares = [0.29, 0.57, 0.14];
      const weights = [29, 57, 14];
      const told = refs.map((ref, index) => ({
        share: shares[index],
        weight: weights[index],
        version: { ref },
      }));
      expect(deployment.traffic).toEqual(expect.arrayContaining(told));
      expect(deployment.traffic).toHaveLength(3);
      expect(
        await newest('TRAFFIC_CHANGED', '... on TrafficEvent { shares { version share weight } }'),
      ).toEqual({ shares: told.map(({ version, ...rest }) => ({ ...rest, version: version.ref })) });

      const byWeight = await set({ version: 'scale@1', weight: 3 }, { version: 'scale@2', weight: 1 });
      expect(byWeight.deployment.traffic).toEqual([
        { share: 0.75, weight: 75, version: { ref: 'scale@1' } },
        { share: 0.25, weight: 25, version: { ref: 'scale@2' } },
      ]);
      const whole = await set({ version: 'scale@1', share: 1 });
      expect(whole.deployment.traffic).toEqual([{ share: 1, weight: 100, version: { ref: 'scale@1' } }]);
    },
    PATIENT_MS,
  );

  it.each([
    {
      what: 'a share and a weight of one version',
      shares: [{ share: 0.5, weight: 50 }, { share: 0.5 }],
      field: ['shares', '0', 'share'],
      says: 'got both (0.5 and 50)',
    },
    {
      what: 'neither',
      shares: [{ share: 1 }, {}],
      field: ['shares', '1', 'share'],
      says: 'got nothing',
    },
    {
      what: 'a share beside a weight',
      shares: [{ share: 0.5 }, { weight: 50 }],
      field: ['shares', '1', 'weight'],
      says: 'a share like the first, got a weight',
    },
    {
      what: 'per cent as a share',
      shares: [{ share: 50 }, { share: 50 }],
      field: ['shares', '0', 'share'],
      says: 'more than 0 and at most 1, got 50',
    },
    {
      what: 'no share at all',
      shares: [{ share: 1 }, { share: 0 }],
      field: ['shares', '1', 'share'],
      says: 'more than 0 and at most 1, got 0',
    },
    {
      what: 'shares that leave something over',
      shares: [{ share: 0.7 }, { share: 0.2 }],
      field: ['shares'],
      says: 'add up to 1, got 0.9',
    },
  ])('are refused: $what', async ({ shares, field, says }) => {
    const named = shares.map((share, index) => ({ version: `scale@${index + 1}`, ...share }));
    expect(await refusal(app, SET, { input: { deployment: 'scale', shares: named } })).toEqual({
      code: 'INVALID_ARGUMENT',
      field,
      message: expect.stringContaining(says),
    });
  });

  it(
    'are the steps of a canary, which can be given back as they were answered',
    async () => {
      const canary = {
        steps: [
          { share: 0.07, dwellMs: 2_000_000_000, minRequests: 1_000_000 },
          { share: 0.29, dwellMs: 30_000, minRequests: 20 },
        ],
        mirrorShare: 0.5,
      };
      const input = { deployment: 'scale', version: 'scale@2', strategy: 'CANARY', canary };
      const { migration, deployment } = await succeed<Migrated>(app, MIGRATE, {
        input: { ...input, waitMs: PATIENT_MS },
      });
      const steps = canary.steps.map((step) => ({ ...step, mirrorShare: 0.5 }));
      expect(migration.steps).toEqual([
        { ...steps[0], weight: 7 },
        { ...steps[1], weight: 29 },
      ]);
      expect(deployment.traffic).toEqual([
        { share: 0.93, weight: 93, version: { ref: 'scale@1' } },
        { share: 0.07, weight: 7, version: { ref: 'scale@2' } },
      ]);
      expect(await newest('MIGRATION_ADVANCED', '... on MigrationEvent { step share weight }')).toEqual({
        step: 1,
        share: 0.07,
        weight: 7,
      });
      await succeed(app, ABORT);
      expect(await newest('MIGRATION_STARTED', '... on MigrationEvent { step share weight }')).toEqual({
        step: null,
        share: null,
        weight: null,
      });
    },
    PATIENT_MS,
  );

  it.each([
    {
      what: 'a share and a weight',
      steps: [{ share: 0.5, weight: 50 }],
      at: ['0', 'share'],
      says: 'got both (0.5 and 50)',
    },
    { what: 'neither', steps: [{ dwellMs: 1 }], at: ['0', 'share'], says: 'got nothing' },
    { what: 'all at once', steps: [{ share: 1 }], at: ['0', 'share'], says: 'more than 0 and less than 1,' },
    { what: 'per cent', steps: [{ share: 10 }], at: ['0', 'share'], says: 'less than 1, since' },
    {
      what: 'a smaller step after a larger',
      steps: [{ weight: 29 }, { share: 0.28 }],
      at: ['1', 'share'],
      says: 'more than 0.29 and less than 1,',
    },
    {
      what: 'a smaller weight after a larger share',
      steps: [{ share: 0.29 }, { weight: 29 }],
      at: ['1', 'weight'],
      says: 'more than 29 and less than 100 per cent,',
    },
  ])('of a canary are refused: $what', async ({ steps, at, says }) => {
    const input = { deployment: 'scale', version: 'scale@2', strategy: 'CANARY', canary: { steps } };
    expect(await refusal(app, MIGRATE, { input })).toEqual({
      code: 'INVALID_ARGUMENT',
      field: ['canary', 'steps', ...at],
      message: expect.stringContaining(says),
    });
  });
});
