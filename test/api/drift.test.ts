import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../src/platform/seeded-random.js';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, onlyError, refusal, succeed, type UserError } from './support/ask.js';
import { deploy, publish, register } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';
import { until } from './support/serving-steps.js';

const SET = /* GraphQL */ `
  mutation ($input: SetReferenceDistributionInput!) {
    setReferenceDistribution(input: $input) {
      version {
        ref
      }
      reference {
        source
        rows
        unansweredRows
        createdBy
        reason
        features {
          name
          role
          operation
          unit
          rows
          missingRows
        }
      }
      userErrors {
        field
        code
        message
      }
    }
  }
`;
const DRIFT = /* GraphQL */ `
  query ($name: String!, $window: Duration! = "PT1H") {
    deployment(name: $name) {
      drift(window: $window) {
        deploymentName
        deployment {
          name
        }
        version {
          ref
        }
        since
        at
        verdict
        reason
        referenceSource
        incompleteSince
        features {
          name
          role
          operation
          unit
          referenceRows
          liveRows
          verdict
          reason
          statistics {
            name
            value
            threshold
            pValue
            exceeded
          }
          bins {
            from
            to
            category
            reference
            live
          }
        }
      }
    }
  }
`;
const PREDICT = /* GraphQL */ `
  mutation ($input: PredictInput!) {
    predict(input: $input) {
      predictions {
        value
      }
      userErrors {
        code
        message
      }
    }
  }
`;

interface Feature {
  readonly name: string;
  readonly role: string;
  readonly operation: string;
  readonly unit: string | null;
  readonly referenceRows: number;
  readonly liveRows: number;
  readonly verdict: string;
  readonly reason: string;
  readonly statistics: readonly {
    readonly name: string;
    readonly value: number;
    readonly threshold: number | null;
    readonly pValue: number | null;
    readonly exceeded: boolean;
  }[];
  readonly bins: readonly {
    readonly from: number | null;
    readonly reference: number;
    readonly live: number;
  }[];
}

interface Report {
  readonly version: { readonly ref: string };
  readonly since: string;
  readonly at: string;
  readonly verdict: string;
  readonly reason: string;
  readonly referenceSource: string | null;
  readonly incompleteSince: string | null;
  readonly features: readonly Feature[];
}

const CSV = readFileSync('examples/data/delaney-solubility.csv', 'utf8');
const SMILES = CSV.trim()
  .split('\n')
  .slice(1)
  .map((line) => line.split(',').at(-3) ?? '');

/** So many of the table, by chance but the same each time. */
function chosen(count: number, seed: number, from = SMILES): string[] {
  const random = seededRandom(seed);
  return Array.from({ length: count }, () => from[Math.floor(random() * from.length)] ?? 'C');
}

describe.each(databaseKinds)('drift, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, examples: true });
    await register(app, 'scaling');
    await publish(app, 'scaling', scalingModel(2));
    await publish(app, 'scaling', scalingModel(3));
  });
  afterAll(() => app.close());

  const setReference = (input: object) =>
    succeed<{ reference: { rows: number; features: Feature[] } }>(app, SET, { input });
  const drift = async (name: string, window?: string) =>
    (
      await ask<{ deployment: { drift: Report[] } }>(app, DRIFT, {
        name,
        ...(window !== undefined && { window }),
      })
    ).deployment.drift;
  const onlyReport = async (name: string, window?: string) => {
    const [report, ...more] = await drift(name, window);
    if (!report || more.length > 0) throw new Error('Expected exactly one report');
    return report;
  };
  const counted = (name: string, rows: number) =>
    until(
      () => onlyReport(name),
      ({ features }) => features.some(({ liveRows }) => liveRows >= rows),
    );
  const predict = (deployment: string, instances: readonly unknown[]) =>
    succeed(app, PREDICT, { input: { deployment, instances } });
  const infer = (deployment: string, rows: readonly (readonly number[])[]) =>
    succeed(
      app,
      'mutation ($input: InferInput!) { infer(input: $input) { outputs { name } userErrors { code message } } }',
      {
        input: {
          deployment,
          inputs: [{ name: 'x', datatype: 'FP32', shape: [rows.length, 4], data: rows.flat() }],
        },
      },
    );

  it('says of a version without a reference that it has none', async () => {
    const report = await onlyReport('lennard-jones');
    expect(report).toMatchObject({
      version: { ref: 'lennard-jones@1' },
      verdict: 'NOT_ENOUGH_DATA',
      reason: expect.stringContaining('setReferenceDistribution') as unknown,
      referenceSource: null,
      features: [],
    });
    expect(await ask(app, '{ version(ref: "lennard-jones@1") { reference { rows } } }')).toEqual({
      version: { reference: null },
    });
  });

  it('holds molecules against the training data, and tells those it was not made for', async () => {
    const { digest } = await app.upload(Buffer.from(CSV));
    const { reference } = await setReference({ version: 'esol@1', csv: digest, reason: 'Delaney’s table' });
    expect(reference).toMatchObject({
      source: 'TRAINING_DATA',
      rows: SMILES.length,
      unansweredRows: 0,
      reason: 'Delaney’s table',
    });
    const stored = await ask(
      app,
      '{ version(ref: "esol@1") { reference { source rows features { name role } } } }',
    );
    expect(stored).toMatchObject({ version: { reference: { rows: SMILES.length } } });
    await deploy(app, 'esol-alike', 'esol@1');
    await deploy(app, 'esol-other', 'esol@1');
    const descriptors = reference.features.filter(({ role }) => role === 'QUANTITY').map(({ name }) => name);
    expect(descriptors.length).toBeGreaterThan(3);

    await predict('esol-alike', chosen(190, 1));
    const alike = await counted('esol-alike', 190);
    expect(alike).toMatchObject({
      verdict: 'STABLE',
      referenceSource: 'TRAINING_DATA',
      incompleteSince: null,
    });
    // Nobody sent tensors: what only they show is left out.
    expect(alike.features.map(({ operation }) => operation)).not.toContain('INFER');
    expect(alike.features.map(({ name }) => name)).toEqual(expect.arrayContaining(descriptors));
    for (const { statistics, bins, liveRows, referenceRows } of alike.features) {
      expect([liveRows, referenceRows]).toEqual([190, SMILES.length]);
      expect(statistics.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['KS', 'CHI_SQUARE', 'PSI', 'JENSEN_SHANNON', 'WASSERSTEIN']),
      );
      expect(bins.reduce((sum, { live }) => sum + live, 0)).toBeCloseTo(1, 9);
      expect(bins.reduce((sum, { reference: share }) => sum + share, 0)).toBeCloseTo(1, 9);
    }

    // The longest are the heaviest and least soluble; two are no molecules and have no answer.
    const heavy = [...SMILES].sort((a, b) => b.length - a.length).slice(0, 150);
    await predict('esol-other', [...chosen(170, 2, heavy), ...Array.from({ length: 20 }, () => 'C1CC')]);
    const other = await counted('esol-other', 190);
    expect(other.verdict).toBe('DRIFTED');
    expect(other.reason).toMatch(/^\d+ of \d+ features drifted \(\d+ tests at 5 % together\): /);
    const answer = other.features.find(({ role }) => role === 'OUTPUT');
    expect(answer).toMatchObject({ verdict: 'DRIFTED', liveRows: 190, unit: 'log10(mol/L)' });
    const missing = answer?.statistics.find(({ name }) => name === 'MISSING_RATE');
    expect(missing).toMatchObject({ value: 20 / 190, exceeded: true });
    // What could not be read has no descriptors to be missing.
    expect(other.features.find(({ role }) => role === 'QUANTITY')).toMatchObject({ liveRows: 170 });
  });

  it('counts each version of a deployment by itself, and requests by tensors too', async () => {
    const random = seededRandom(5);
    const rows = (count: number, shift = 0) =>
      Array.from({ length: count }, () => [random() + shift, random(), 5, random()]);
    await setReference({ version: 'scaling@1', instances: rows(400).map((x) => ({ x })) });
    await setReference({ version: 'scaling@2', instances: rows(400) });
    await deploy(app, 'shared', 'scaling@1');
    await succeed(
      app,
      'mutation { setTraffic(input: {deployment: "shared", shares: [{version: "scaling@1", weight: 50}, {version: "scaling@2", weight: 50}]}) { userErrors { message } } }',
    );
    const inferOn = (pin: string, sent: readonly (readonly number[])[]) =>
      succeed(
        app,
        'mutation ($input: InferInput!) { infer(input: $input) { outputs { name } userErrors { code message } } }',
        {
          input: {
            deployment: 'shared',
            pin,
            inputs: [{ name: 'x', datatype: 'FP32', shape: [sent.length, 4], data: sent.flat() }],
          },
        },
      );
    await inferOn('scaling@1', rows(180));
    for (const row of rows(150, 0.5)) await inferOn('scaling@2', [row]);
    const reports = await until(
      () => drift('shared'),
      (all) => all.length === 2 && all.every(({ features }) => (features[0]?.liveRows ?? 0) >= 150),
    );
    const [one, two] = ['scaling@1', 'scaling@2'].map((ref) =>
      reports.find(({ version }) => version.ref === ref),
    );
    expect(one?.verdict).toBe('STABLE');
    expect(one?.features.map(({ name, role, operation }) => [name, role, operation])).toEqual([
      ...[0, 1, 2, 3].map((place) => [`x[${place}]`, 'INPUT', 'INFER']),
      ...[0, 1, 2, 3].map((place) => [`y[${place}]`, 'OUTPUT', 'INFER']),
    ]);
    const drifted = two?.features.filter(({ verdict }) => verdict === 'DRIFTED').map(({ name }) => name);
    expect(drifted).toEqual(['x[0]', 'y[0]']);
    expect(two?.features.find(({ name }) => name === 'x[2]')?.bins).toHaveLength(1);
  });

  it('goes on where it was after a restart, and begins anew with another reference', async () => {
    await setReference({ version: 'binding-energy@3', instances: nuclides(0) });
    await predict('binding-energy', nuclides(1).slice(0, 150));
    await counted('binding-energy', 150);
    await app.stop();
    const before = app;
    app = await startTestApp({
      kind,
      examples: true,
      reuse: { config: before.config, close: () => before.close() },
    });
    expect(await onlyReport('binding-energy')).toMatchObject({
      incompleteSince: expect.any(String) as unknown,
    });
    await predict('binding-energy', nuclides(2).slice(0, 40));
    const report = await counted('binding-energy', 190);
    expect(report.features.map(({ name, role }) => `${role} ${name}`)).toEqual(
      expect.arrayContaining(['INPUT z', 'INPUT n', 'QUANTITY asymmetry']),
    );
    for (const { liveRows } of report.features) expect(liveRows).toBe(190);

    await setReference({ version: 'binding-energy@3', fromExamples: true, reason: 'try' });
    const renewed = await onlyReport('binding-energy');
    expect(renewed).toMatchObject({ verdict: 'NOT_ENOUGH_DATA', referenceSource: 'EXAMPLES' });
    expect(renewed.features.every(({ liveRows }) => liveRows === 0)).toBe(true);
    expect(renewed.reason).toMatch(/^The reference has \d+ values, too few/);
    const { events } = await ask<{ events: { edges: { node: object }[] } }>(
      app,
      `{ events(filter: {kinds: [REFERENCE_DISTRIBUTION_SET]}, last: 1) { edges { node {
         actor modelName versionNumber message ... on VersionEvent { reason } } } } }`,
    );
    expect(events.edges[0]?.node).toMatchObject({
      modelName: 'binding-energy',
      versionNumber: 3,
      reason: 'try',
      message: expect.stringMatching(
        /^binding-energy@3 got a reference distribution of \d+ rows: try$/,
      ) as unknown,
    });
  });

  it('takes what a deployment recorded', async () => {
    await deploy(app, 'recording', 'scaling@1', { recording: { sampleRate: 1 } });
    const sent = Array.from({ length: 40 }, (_, index) => [index, 1, 2, 3]);
    await infer('recording', sent.slice(0, 25));
    await infer('recording', sent.slice(25));
    await until(
      () =>
        refusalOrRows({ version: 'scaling@2', recordedFrom: { deployment: 'recording', window: 'PT10M' } }),
      (found) => found === 40,
    );
    expect(await ask(app, '{ version(ref: "scaling@2") { reference { source rows } } }')).toEqual({
      version: { reference: { source: 'RECORDED_WINDOW', rows: 40 } },
    });
  });

  const refusalOrRows = async (input: object): Promise<number> => {
    const { setReferenceDistribution: payload } = await ask<{
      setReferenceDistribution: { reference: { rows: number } | null; userErrors: UserError[] };
    }>(app, SET, { input });
    return payload.reference?.rows ?? 0;
  };

  describe('refuses', () => {
    const upload = async (text: string) => (await app.upload(Buffer.from(text))).digest;

    it.each([
      {
        what: 'no rows at all',
        input: {},
        field: ['instances'],
        message: /^Expected exactly one of .*, got none\.$/,
      },
      {
        what: 'two kinds of rows',
        input: { instances: ['CCO'], fromExamples: true },
        field: ['instances'],
        message: /got instances and fromExamples/,
      },
      {
        what: 'an empty list',
        input: { instances: [] },
        field: ['instances'],
        message: /^Expected 1 to 10000/,
      },
      {
        what: 'rows of which it can answer none',
        input: { instances: ['nonsense', 7] },
        field: null,
        message: /got 2 of which it answers none/,
      },
      {
        what: 'recordings of a deployment that is not there',
        input: { recordedFrom: { deployment: 'nobody', window: 'P1D' } },
        field: ['recordedFrom', 'deployment'],
        message: /^There is no deployment "nobody"/,
      },
      {
        what: 'recordings of one that records nothing',
        input: { recordedFrom: { deployment: 'esol', window: 'P1D' } },
        field: ['recordedFrom'],
        message: /records no requests\. Switch it on with updateDeployment/,
      },
      {
        what: 'recordings of another model',
        input: { recordedFrom: { deployment: 'lennard-jones', window: 'P1D' } },
        field: ['recordedFrom', 'deployment'],
        message: /^Expected a deployment of esol/,
      },
      {
        what: 'a window of a year',
        input: { recordedFrom: { deployment: 'esol', window: 'P366D' } },
        field: ['recordedFrom', 'window'],
        message: /^Expected recordedFrom\.window from PT1M to P30D, got P366D\.$/,
      },
    ])('$what', async ({ input, field, message }) => {
      const error = await refusal(app, SET, { input: { version: 'esol@1', ...input } });
      expect(error.field).toEqual(field);
      expect(error.message).toMatch(message);
    });

    it.each([
      {
        what: 'a table without the columns',
        text: 'name,weight\na,1\n',
        message: /^Expected the columns smiles, or molblock, got "name", "weight"\.$/,
      },
      { what: 'a table without rows', text: 'smiles\n', message: /at least one row, got none/ },
      {
        what: 'what is no table',
        text: 'smiles\n"C',
        message: /^The table cannot be read in line 2: /,
      },
    ])('$what', async ({ text, message }) => {
      const error = await refusal(app, SET, { input: { version: 'esol@1', csv: await upload(text) } });
      expect(error).toMatchObject({ code: 'INVALID_ARGUMENT', field: ['csv'] });
      expect(error.message).toMatch(message);
    });

    it('a file that nobody uploaded, a version that is not there, and a table of particles', async () => {
      const unknown = `sha256:${'0'.repeat(64)}`;
      expect(await refusal(app, SET, { input: { version: 'esol@1', csv: unknown } })).toMatchObject({
        code: 'ARTIFACT_NOT_FOUND',
      });
      expect(await refusal(app, SET, { input: { version: 'esol@77', fromExamples: true } })).toMatchObject({
        code: 'VERSION_NOT_FOUND',
        field: ['version'],
      });
      const particles = { version: 'lennard-jones@1', csv: await upload('positions\n1\n') };
      expect((await refusal(app, SET, { input: particles })).message).toMatch(
        /^A table has no place for particles/,
      );
    });

    it('rows of tensors that do not fit, naming the row', async () => {
      const wrong = {
        version: 'scaling@1',
        instances: [
          [1, 2, 3, 4],
          [1, 2, 3],
        ],
      };
      expect(await refusal(app, SET, { input: wrong })).toMatchObject({
        code: 'INVALID_TENSOR',
        field: ['instances', '1', 'x', 'data'],
      });
    });

    it('a window that is too short, or no duration', async () => {
      const short = await app.graphql(DRIFT, { name: 'esol', window: 'PT1S' });
      expect(onlyError(short)).toMatchObject({ message: 'Expected window from PT1M to P30D, got PT1S.' });
      for (const window of ['P1Y', '1h', ''])
        expect(onlyError(await app.graphql(DRIFT, { name: 'esol', window })).message).toContain(
          'ISO 8601 duration',
        );
    });
  });
});

/** Nuclides near the valley of stability, other ones for each seed. */
function nuclides(seed: number): object[] {
  const random = seededRandom(seed);
  return Array.from({ length: 400 }, () => {
    const z = 10 + Math.floor(random() * 70);
    return { z, n: Math.round(z * (1.1 + 0.005 * z)) + Math.floor(random() * 3) };
  });
}
