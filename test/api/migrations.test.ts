import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal } from './support/ask.js';
import { publish } from './support/catalog-steps.js';
import {
  ABORT,
  change,
  failingModel,
  MIGRATE,
  migratedTo,
  PAUSE,
  RESUME,
  ROLL_BACK,
  served,
  sluggishModel,
  widerModel,
} from './support/migration-steps.js';
import { storedEvents } from './support/event-watch.js';
import { scalingModel } from './support/own-models.js';
import { Callers, infer, PATIENT_MS, serveWith, until, type Outcome } from './support/serving-steps.js';

const QUICK = { dwellMs: 0, minRequests: 20 };
const KINDS = [
  'STARTED',
  'ADVANCED',
  'HELD',
  'PAUSED',
  'RESUMED',
  'SUCCEEDED',
  'ROLLED_BACK',
  'ABORTED',
  'FAILED',
]
  .map((what) => `MIGRATION_${what}`)
  .join();

describe.each(databaseKinds)('migrations, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
  });
  afterAll(() => app.close());

  const factors = new Map<string, number>();
  /** Callers who count a refusal, and an answer that another version than the one it names would give, as wrong. */
  const callersOf = (deployment: string, count = 4) =>
    new Callers(count, async (caller, request): Promise<Outcome> => {
      const row = [caller, request % 90, 1, 0];
      const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: row }];
      const outcome = await infer(app, { deployment, inputs });
      if (outcome.kind === 'answered')
        expect(outcome.data).toEqual(row.map((value) => (factors.get(outcome.version) ?? NaN) * value));
      return outcome;
    });
  const answers = (callers: Callers, version: string) =>
    callers.outcomes.filter((outcome) => outcome.kind === 'answered' && outcome.version === version).length;

  /** A deployment of a model whose version n multiplies by the nth factor; it serves version 1. */
  const setUp = async (name: string, ...models: (number | { bytes: Uint8Array; factor: number })[]) => {
    const [first, ...others] = models.map((model) =>
      typeof model === 'number' ? { bytes: scalingModel(model), factor: model } : model,
    );
    if (!first) throw new Error('Expected a first version');
    factors.set(`${name}@1`, first.factor);
    await serveWith(app, name, first.bytes, { runtime: { isolation: 'THREAD' } });
    for (const [index, { bytes, factor }] of others.entries()) {
      factors.set(`${name}@${index + 2}`, factor);
      await publish(app, name, bytes);
    }
  };

  const migrationEvents = async (deployment: string) => {
    const { events } = await ask<{
      events: { edges: { node: { kind: string; reason: string | null; guards: { verdict: string }[] } }[] };
    }>(
      app,
      // Only these: a migration that takes long stands behind many a request.
      `query ($deployment: String!) { events(first: 100, filter: {deployment: $deployment, kinds: [${KINDS}]}) { edges { node {
        kind ... on MigrationEvent { reason guards { guard verdict detail candidateSamples confidence } } } } } }`,
      { deployment },
    );
    return events.edges.map(({ node }) => node);
  };

  it(
    'are told together with the version that serves, however often they are asked for',
    async () => {
      await setUp('told', 2, 3);
      const seen = new Set<string>();
      let over = false;
      const readers = [1, 2, 3].map(async () => {
        while (!over) {
          const { deployment } = await ask<{
            deployment: {
              version: { ref: string };
              migration: { state: string; toRevision: { version: { ref: string } } } | null;
            };
          }>(
            app,
            '{ deployment(name: "told") { version { ref } migration { state toRevision { version { ref } } } } }',
          );
          const { version, migration } = deployment;
          if (migration !== null)
            seen.add(`${migration.state}: ${String(version.ref === migration.toRevision.version.ref)}`);
        }
      });
      for (const number of [2, 1, 2, 1, 2, 1])
        await change(app, MIGRATE, {
          deployment: 'told',
          version: `told@${number}`,
          strategy: 'IMMEDIATE',
          waitMs: PATIENT_MS,
        });
      over = true;
      await Promise.all(readers);
      expect([...seen].filter((what) => what.startsWith('SUCCEEDED'))).toEqual(['SUCCEEDED: true']);
      expect(seen).toContain('LOADING: false');
      expect(seen).not.toContain('LOADING: true');
    },
    PATIENT_MS,
  );

  it(
    'IMMEDIATE: no request fails, and a rollback needs no loading',
    async () => {
      await setUp('swift', 2, 3);
      const callers = callersOf('swift');
      await callers.progress(20);
      const migrated = await change(app, MIGRATE, {
        deployment: 'swift',
        version: 'swift@2',
        strategy: 'IMMEDIATE',
        reason: 'better',
        waitMs: PATIENT_MS,
      });
      expect(migrated).toMatchObject({
        version: { ref: 'swift@2' },
        traffic: [{ weight: 100, version: { ref: 'swift@2' } }],
        migration: {
          state: 'SUCCEEDED',
          reason: 'better',
          strategy: 'IMMEDIATE',
          evidence: 'NONE',
          warnings: [],
        },
      });
      await callers.progress(20);

      const back = await change(app, ROLL_BACK, { deployment: 'swift', reason: 'worse after all' });
      expect(back).toMatchObject({ version: { ref: 'swift@1' }, revision: { number: 3, role: 'PRIMARY' } });
      await callers.progress(20);
      await callers.stop();
      expect(callers.refusals).toEqual([]);
      expect(answers(callers, 'swift@1')).toBeGreaterThan(0);
      expect(answers(callers, 'swift@2')).toBeGreaterThan(0);

      const [now, replaced, first] = back.revisions.edges.map(({ node }) => node);
      expect(now).toMatchObject({
        number: 3,
        state: 'READY',
        stateReason: 'Its model was kept warm by revision 1',
      });
      expect(replaced).toMatchObject({ number: 2, role: 'STANDBY', state: 'READY' });
      expect(Date.parse(replaced?.warmUntil ?? '')).toBeGreaterThan(Date.now());
      expect(first).toMatchObject({ number: 1, state: 'STOPPED', stateReason: 'Goes on as revision 3' });
      expect((await migrationEvents('swift')).map((event) => event.kind)).toEqual([
        'MIGRATION_STARTED',
        'MIGRATION_SUCCEEDED',
      ]);
      // Undo goes on back, not to and fro.
      expect(await refusal(app, ROLL_BACK, { input: { deployment: 'swift' } })).toMatchObject({
        code: 'NO_EARLIER_TARGET',
      });
      expect((await change(app, ROLL_BACK, { deployment: 'swift', revision: 2 })).version.ref).toBe(
        'swift@2',
      );
    },
    PATIENT_MS,
  );

  it(
    'CANARY: step by step, each answer by one version, to the end',
    async () => {
      await setUp('careful', 2, 3);
      const callers = callersOf('careful');
      await change(app, MIGRATE, {
        deployment: 'careful',
        version: 'careful@2',
        strategy: 'CANARY',
        canary: {
          steps: [
            { weight: 20, ...QUICK },
            { weight: 60, ...QUICK },
          ],
        },
        // Whether one half of a loaded machine is slower than the other is not what this test is about.
        guards: { p99Ratio: null },
        waitMs: PATIENT_MS,
      });
      const ended = await migratedTo(app, 'careful', 'SUCCEEDED', 'ROLLED_BACK');
      await callers.progress(10);
      await callers.stop();
      expect(ended.migration).toMatchObject({ state: 'SUCCEEDED', step: 2 });
      expect(callers.refusals).toEqual([]);
      expect((await migrationEvents('careful')).map((event) => event.kind)).toEqual([
        'MIGRATION_STARTED',
        'MIGRATION_ADVANCED',
        'MIGRATION_ADVANCED',
        'MIGRATION_SUCCEEDED',
      ]);
    },
    PATIENT_MS,
  );

  it(
    'CANARY: one that ended before its guards could decide says so, and was warned about at its start',
    async () => {
      await setUp('hasty', 2, 3);
      const callers = callersOf('hasty');
      const steps = [{ weight: 50, dwellMs: 0, minRequests: 10 }];
      const plan = { deployment: 'hasty', version: 'hasty@2', strategy: 'CANARY', canary: { steps } };
      const begun = await change(app, MIGRATE, { ...plan, waitMs: PATIENT_MS });
      expect(begun.migration?.warnings).toEqual([
        expect.stringMatching(/^ERROR_RATE needs at least \d+ requests.* may end after 10 .*Set minRequests/),
        expect.stringMatching(/^P99_RATIO needs at least \d+ requests/),
      ]);
      const { migration } = await migratedTo(app, 'hasty', 'SUCCEEDED', 'ROLLED_BACK');
      await callers.stop();
      expect(migration).toMatchObject({ state: 'SUCCEEDED', evidence: 'INSUFFICIENT' });
      const events = await storedEvents(app, '0', { deployment: 'hasty', kinds: ['MIGRATION_SUCCEEDED'] });
      expect(events[0]?.message).toContain('on too little evidence (undecided: ');
    },
    PATIENT_MS,
  );

  it.each([
    ['failing', 'ERROR_RATE', { bytes: failingModel(1), factor: 2 }, { p99Ratio: null }],
    ['wrong', 'OUTPUT_DIFFERENCE', 3, { p99Ratio: null, errorRate: null, outputDifference: {} }],
    [
      'slow',
      'P99_RATIO',
      { bytes: sluggishModel(12), factor: 2 },
      { errorRate: null, p99Ratio: { max: 1.5, minimumMs: 5 } },
    ],
  ] as const)(
    'CANARY: one that is %s goes back by itself, and nobody is refused',
    async (name, guard, bad, guards) => {
      await setUp(name, 2, bad);
      const callers = callersOf(name);
      await change(app, MIGRATE, {
        deployment: name,
        version: `${name}@2`,
        strategy: 'CANARY',
        canary: { steps: [{ weight: 40, dwellMs: 0, minRequests: 1_000_000 }] },
        guards,
        waitMs: PATIENT_MS,
      });
      const { migration } = await migratedTo(app, name, 'SUCCEEDED', 'ROLLED_BACK');
      const { version, traffic } = await served(app, name);
      await callers.progress(10);
      await callers.stop();
      expect(migration).toMatchObject({ state: 'ROLLED_BACK', evidence: 'SUFFICIENT' });
      expect(migration?.guards.find((report) => report.guard === guard)).toMatchObject({ verdict: 'FAIL' });
      expect(version.ref).toBe(`${name}@1`);
      expect(traffic).toEqual([{ weight: 100, version: { ref: `${name}@1` } }]);
      expect(callers.refusals).toEqual([]);
      const end = (await migrationEvents(name)).at(-1);
      expect(end).toMatchObject({ kind: 'MIGRATION_ROLLED_BACK' });
      expect(end?.guards.map(({ verdict }) => verdict)).toContain('FAIL');
      expect(end?.reason).not.toBeNull();
    },
    PATIENT_MS,
  );

  it(
    'SHADOW: compares and never returns the answers of the new version',
    async () => {
      await setUp('shaded', 2, 3);
      const callers = callersOf('shaded');
      const shadow = { share: 1, ...QUICK };
      await change(app, MIGRATE, {
        deployment: 'shaded',
        version: 'shaded@2',
        strategy: 'SHADOW',
        shadow,
        approval: true,
        guards: { p99Ratio: null, drift: { maxPsi: 100 } },
        waitMs: PATIENT_MS,
      });
      const held = await migratedTo(app, 'shaded', 'AWAITING_APPROVAL', 'ROLLED_BACK');
      expect(held.migration?.compared).toBeGreaterThanOrEqual(20);
      expect(answers(callers, 'shaded@2')).toBe(0);
      // An answer that is compared is in its side's distribution once. The requests are newer than the report.
      const { migration } = await until(
        () => served(app, 'shaded'),
        (now) => (now.migration?.compared ?? 0) >= 400,
      );
      const drift = migration?.guards.find(({ guard }) => guard === 'DRIFT');
      expect(drift?.candidateSamples).toBeLessThanOrEqual(migration?.compared ?? 0);
      expect(drift?.baseSamples).toBeGreaterThanOrEqual(drift?.candidateSamples ?? Infinity);
      expect(drift?.baseSamples).toBeLessThanOrEqual(migration?.base?.requests ?? 0);
      const approved = await change(app, RESUME, { deployment: 'shaded', reason: 'looks right' });
      expect(approved).toMatchObject({ version: { ref: 'shaded@2' }, migration: { state: 'SUCCEEDED' } });
      await callers.progress(10);
      await callers.stop();
      expect(callers.refusals).toEqual([]);

      const again = { deployment: 'shaded', version: 'shaded@1', strategy: 'SHADOW', shadow };
      const others = callersOf('shaded');
      await change(app, MIGRATE, { ...again, guards: { outputDifference: {} }, waitMs: PATIENT_MS });
      await migratedTo(app, 'shaded', 'SUCCEEDED', 'ROLLED_BACK');
      await others.stop();
      expect(await served(app, 'shaded')).toMatchObject({
        migration: { state: 'ROLLED_BACK' },
        version: { ref: 'shaded@2' },
      });
      expect(answers(others, 'shaded@1')).toBe(0);
      expect(others.refusals).toEqual([]);
    },
    PATIENT_MS,
  );

  it(
    'BLUE_GREEN: holds, is paused, goes on, and is approved',
    async () => {
      await setUp('patient', 2, 3);
      const held = await change(app, MIGRATE, {
        deployment: 'patient',
        version: 'patient@2',
        strategy: 'BLUE_GREEN',
        waitMs: PATIENT_MS,
      });
      expect(held).toMatchObject({
        version: { ref: 'patient@1' },
        traffic: [{ weight: 100, version: { ref: 'patient@1' } }],
        migration: { state: 'AWAITING_APPROVAL', waitsFor: expect.stringContaining('resumeMigration') },
      });
      expect((await change(app, PAUSE, { deployment: 'patient' })).migration?.state).toBe('PAUSED');
      expect((await change(app, RESUME, { deployment: 'patient' })).migration?.state).toBe(
        'AWAITING_APPROVAL',
      );
      // Whoever wants to see the new version can, before everybody does.
      const pinned = await infer(app, {
        deployment: 'patient',
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 0, 0, 0] }],
        ...{ pin: 'patient@2' },
      });
      expect(pinned).toMatchObject({ kind: 'answered', version: 'patient@2', data: [3, 0, 0, 0] });
      expect((await change(app, RESUME, { deployment: 'patient' })).version.ref).toBe('patient@2');
    },
    PATIENT_MS,
  );

  it(
    'a migration that is aborted, or whose version cannot be loaded, changes nothing',
    async () => {
      await setUp('stable', 2, 3);
      const target = { deployment: 'stable', version: 'stable@2', waitMs: PATIENT_MS };
      await change(app, MIGRATE, { ...target, strategy: 'BLUE_GREEN' });
      const aborted = await change(app, ABORT, { deployment: 'stable', reason: 'not today' });
      expect(aborted).toMatchObject({
        version: { ref: 'stable@1' },
        migration: { state: 'ABORTED', stateReason: 'not today' },
      });
      expect(await refusal(app, ABORT, { input: { deployment: 'stable' } })).toMatchObject({
        code: 'MIGRATION_NOT_FOUND',
      });
      // A thousand replicas' worth of room is not there.
      const { deployment } = await ask<{ deployment: { revisions: { totalCount: number } } }>(
        app,
        '{ deployment(name: "stable") { revisions { totalCount } } }',
      );
      expect(deployment.revisions.totalCount).toBe(2);
    },
    PATIENT_MS,
  );

  it(
    'refuses what makes no sense, and changes nothing',
    async () => {
      await setUp('sensible', 2, 3, { bytes: widerModel(), factor: 2 });
      await setUp('other', 2);
      const valid = { deployment: 'sensible', version: 'sensible@2', strategy: 'CANARY' };
      const before = await served(app, 'sensible');
      const cases: [object, string, readonly string[]][] = [
        [{ deployment: 'nobody' }, 'DEPLOYMENT_NOT_FOUND', ['deployment']],
        [{ version: 'sensible@9' }, 'VERSION_NOT_FOUND', ['version']],
        [{ version: 'sensible@1' }, 'ALREADY_SERVED', ['version']],
        [{ version: 'other@1' }, 'INVALID_ARGUMENT', ['version']],
        [{ version: 'sensible@3' }, 'BREAKING_SIGNATURE', ['version']],
        [{ canary: { steps: [] } }, 'INVALID_ARGUMENT', ['canary', 'steps']],
        [{ canary: { steps: [{ weight: 0 }] } }, 'INVALID_ARGUMENT', ['canary', 'steps', '0', 'weight']],
        [
          { canary: { steps: [{ weight: 50 }, { weight: 40 }] } },
          'INVALID_ARGUMENT',
          ['canary', 'steps', '1', 'weight'],
        ],
        [
          { canary: { steps: [{ weight: 5, dwellMs: -1 }] } },
          'INVALID_ARGUMENT',
          ['canary', 'steps', '0', 'dwellMs'],
        ],
        [{ canary: { mirrorShare: 2 } }, 'INVALID_ARGUMENT', ['canary', 'mirrorShare']],
        [{ shadow: { share: 0.5 } }, 'INVALID_ARGUMENT', ['shadow']],
        [{ guards: { confidence: 1 } }, 'INVALID_ARGUMENT', ['guards', 'confidence']],
        [{ keepWarmMs: -1 }, 'INVALID_ARGUMENT', ['keepWarmMs']],
        [{ waitMs: -1 }, 'INVALID_ARGUMENT', ['waitMs']],
        [{ reason: 'x'.repeat(100_000) }, 'INVALID_ARGUMENT', ['reason']],
      ];
      for (const [wrong, code, field] of cases) {
        const input = { ...valid, ...wrong };
        expect(await refusal(app, MIGRATE, { input })).toMatchObject({ code, field });
      }
      for (const mutation of [PAUSE, RESUME, ABORT])
        expect(await refusal(app, mutation, { input: { deployment: 'sensible' } })).toMatchObject({
          code: 'MIGRATION_NOT_FOUND',
        });
      expect(await refusal(app, ROLL_BACK, { input: { deployment: 'sensible' } })).toMatchObject({
        code: 'NO_EARLIER_TARGET',
      });
      expect(await refusal(app, ROLL_BACK, { input: { deployment: 'sensible', revision: 7 } })).toMatchObject(
        {
          code: 'REVISION_NOT_FOUND',
          field: ['revision'],
        },
      );
      expect(await served(app, 'sensible')).toEqual(before);
    },
    PATIENT_MS,
  );

  it(
    'lets nothing come in the way of a migration',
    async () => {
      await setUp('single', 2, 3, 4);
      const target = { deployment: 'single', strategy: 'BLUE_GREEN', waitMs: PATIENT_MS };
      const codes = await Promise.all(
        [2, 3].map(async (version) => {
          const input = { ...target, version: `single@${version}` };
          const { migrateDeployment } = await ask<{ migrateDeployment: { userErrors: { code: string }[] } }>(
            app,
            MIGRATE,
            { input },
          );
          return migrateDeployment.userErrors[0]?.code ?? 'accepted';
        }),
      );
      expect(codes.sort()).toEqual(['MIGRATION_IN_PROGRESS', 'accepted']);
      const before = await served(app, 'single');
      const attempts: [string, object][] = [
        [MIGRATE, { ...target, version: 'single@3' }],
        [ROLL_BACK, { deployment: 'single', revision: 1 }],
      ];
      for (const [mutation, input] of attempts)
        expect(['MIGRATION_IN_PROGRESS', 'ALREADY_SERVED']).toContain(
          (await refusal(app, mutation, { input })).code,
        );
      const deployment = 'userErrors { field code message }';
      for (const mutation of [
        `mutation { deployVersion(input: {name: "single", version: "single@3"}) { ${deployment} } }`,
        `mutation { updateDeployment(input: {name: "single", limits: {maxQueue: 7}}) { ${deployment} } }`,
        `mutation { setTraffic(input: {deployment: "single", shares: [{version: "single@3", weight: 1}]}) { ${deployment} } }`,
      ])
        expect(await refusal(app, mutation)).toMatchObject({ code: 'MIGRATION_IN_PROGRESS' });
      expect(await served(app, 'single')).toEqual(before);
      // Undeploying ends it.
      await ask(app, 'mutation { undeploy(input: {name: "single"}) { userErrors { code } } }');
      const gone = await served(app, 'single');
      expect(gone).toMatchObject({
        state: 'STOPPED',
        migration: { state: 'ABORTED', stateReason: 'Undeployed' },
      });
      expect(gone.traffic).toEqual([]);
    },
    PATIENT_MS,
  );
});
