import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anyDatabaseKind } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal, succeed } from './support/ask.js';
import { publish } from './support/catalog-steps.js';
import {
  change,
  FOLLOW,
  migratedTo,
  MIGRATE,
  served,
  SET_TRAFFIC,
  widerModel,
} from './support/migration-steps.js';
import { scalingModel } from './support/own-models.js';
import { infer, PATIENT_MS, serveWith, until, type Outcome } from './support/serving-steps.js';

const SET_ALIAS = `mutation ($input: SetAliasInput!) { setAlias(input: $input) { userErrors { field code message } } }`;
const UNDO_ALIAS = `mutation ($input: RollbackAliasInput!) {
  rollbackAlias(input: $input) { userErrors { field code message } } }`;

describe.each(anyDatabaseKind)('traffic, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
  });
  afterAll(() => app.close());

  const setUp = async (name: string, ...factors: number[]) => {
    const [first = 1, ...others] = factors;
    await serveWith(app, name, scalingModel(first), { runtime: { isolation: 'THREAD' } });
    for (const factor of others) await publish(app, name, scalingModel(factor));
  };
  const call = (deployment: string, more: object = {}): Promise<Outcome> =>
    infer(app, {
      deployment,
      inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 0, 0, 0] }],
      ...more,
    });
  const versionOf = (outcome: Outcome) => (outcome.kind === 'answered' ? outcome.version : outcome.kind);
  const aliased = (model: string, alias: string, version: string) =>
    succeed(app, SET_ALIAS, { input: { model, alias, version, reason: 'the better one' } });

  it(
    'is divided by weight, sticky by key, and pinned by request',
    async () => {
      await setUp('divided', 2, 3, 4);
      const shares = [
        { version: 'divided@1', weight: 3 },
        { version: 'divided@2', weight: 1 },
      ];
      const split = await change(app, SET_TRAFFIC, { deployment: 'divided', shares, waitMs: PATIENT_MS });
      expect(split.traffic).toEqual([
        { weight: 75, version: { ref: 'divided@1' } },
        { weight: 25, version: { ref: 'divided@2' } },
      ]);
      const counts = new Map<string, number>();
      for (let request = 0; request < 200; request += 1) {
        const version = versionOf(await call('divided'));
        counts.set(version, (counts.get(version) ?? 0) + 1);
      }
      expect([...counts.keys()].sort()).toEqual(['divided@1', 'divided@2']);
      // Of 200 at a quarter, fewer than 20 or more than 85 happens once in 10^7.
      expect(counts.get('divided@2')).toBeGreaterThan(19);
      expect(counts.get('divided@2')).toBeLessThan(86);

      const keys = Array.from({ length: 24 }, (_, index) => `user-${index}`);
      const ofKeys = async () =>
        Promise.all(keys.map(async (routingKey) => versionOf(await call('divided', { routingKey }))));
      const before = await ofKeys();
      expect(await ofKeys()).toEqual(before);
      const [first, second] = shares;
      await change(app, SET_TRAFFIC, {
        deployment: 'divided',
        shares: [first, { ...second, weight: 3 }],
        waitMs: PATIENT_MS,
      });
      // The second one has more now: keys only came to it.
      const after = await ofKeys();
      expect(after.filter((version, index) => version !== before[index] && version !== 'divided@2')).toEqual(
        [],
      );

      expect(versionOf(await call('divided', { pin: 'divided@2' }))).toBe('divided@2');
      expect(await call('divided', { pin: 'divided@3' })).toMatchObject({ code: 'VERSION_NOT_SERVED' });
      expect(await call('divided', { routingKey: 'k'.repeat(2_000) })).toMatchObject({
        code: 'INVALID_ARGUMENT',
      });

      expect(
        await refusal(app, MIGRATE, {
          input: { deployment: 'divided', version: 'divided@3', strategy: 'IMMEDIATE' },
        }),
      ).toMatchObject({ code: 'TRAFFIC_SPLIT' });
      const whole = await change(app, SET_TRAFFIC, {
        deployment: 'divided',
        shares: [{ version: 'divided@3', weight: 1 }],
        waitMs: PATIENT_MS,
      });
      expect(whole.traffic).toEqual([{ weight: 100, version: { ref: 'divided@3' } }]);
      expect(whole.version.ref).toBe('divided@3');
      expect(versionOf(await call('divided'))).toBe('divided@3');
    },
    PATIENT_MS,
  );

  it(
    'is not divided by what makes no sense',
    async () => {
      await setUp('whole', 2, 3);
      await publish(app, 'whole', widerModel());
      const before = await served(app, 'whole');
      const one = { version: 'whole@1', weight: 1 };
      const cases: [readonly object[], string, readonly string[]][] = [
        [[], 'INVALID_ARGUMENT', ['shares']],
        [[{ ...one, weight: 0 }], 'INVALID_ARGUMENT', ['shares', '0', 'weight']],
        [[{ ...one, weight: -3 }], 'INVALID_ARGUMENT', ['shares', '0', 'weight']],
        [[one, one], 'INVALID_ARGUMENT', ['shares', '1', 'version']],
        [[one, { version: 'whole@9', weight: 1 }], 'VERSION_NOT_FOUND', ['shares', '1', 'version']],
        [[one, { version: 'whole@3', weight: 1 }], 'BREAKING_SIGNATURE', ['version']],
      ];
      for (const [shares, code, field] of cases)
        expect(await refusal(app, SET_TRAFFIC, { input: { deployment: 'whole', shares } })).toMatchObject({
          code,
          field,
        });
      expect(await served(app, 'whole')).toEqual(before);
    },
    PATIENT_MS,
  );

  it(
    'follows an alias, there and back',
    async () => {
      await setUp('loyal', 2, 3);
      await publish(app, 'loyal', widerModel());
      await aliased('loyal', 'production', 'loyal@1');
      const following = await change(app, FOLLOW, { deployment: 'loyal', alias: 'production' });
      expect(following.followsAlias).toBe('production');

      await aliased('loyal', 'production', 'loyal@2');
      const there = await until(
        () => served(app, 'loyal'),
        ({ version }) => version.ref === 'loyal@2',
      );
      expect((await migratedTo(app, 'loyal', 'SUCCEEDED')).migration?.reason).toBe(
        'production points to loyal@2: the better one',
      );
      await succeed(app, UNDO_ALIAS, { input: { model: 'loyal', alias: 'production' } });
      const back = await until(
        () => served(app, 'loyal'),
        ({ version }) => version.ref === 'loyal@1',
      );
      // Kept warm since it was replaced.
      expect(back.revisions.edges[0]?.node.stateReason).toBe('Its model was kept warm by revision 1');
      expect(back.revision.number).toBe(there.revision.number + 1);

      await aliased('loyal', 'production', 'loyal@3');
      const refused = await until(
        () =>
          ask<{ events: { edges: { node: { message: string } }[] } }>(
            app,
            '{ events(first: 1, filter: {deployment: "loyal", kinds: [MIGRATION_REFUSED]}) { edges { node { message } } } }',
          ),
        ({ events }) => events.edges.length > 0,
      );
      expect(refused.events.edges[0]?.node.message).toContain('could not follow production to loyal@3');
      expect((await served(app, 'loyal')).version.ref).toBe('loyal@1');

      expect((await change(app, FOLLOW, { deployment: 'loyal', alias: null })).followsAlias).toBeNull();
      expect(await refusal(app, FOLLOW, { input: { deployment: 'loyal', alias: 'nowhere' } })).toMatchObject({
        code: 'VERSION_NOT_FOUND',
        field: ['alias'],
      });
    },
    PATIENT_MS,
  );
});
