import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal, succeed } from './support/ask.js';
import { PUBLISH, register } from './support/catalog-steps.js';
import { csvOf, linearNuclides, linearPipeline, nuclideRows } from './support/nuclide-data.js';

const PREDICT = /* GraphQL */ `
  mutation ($input: PredictInput!) {
    predict(input: $input) {
      predictions {
        value
        interval {
          low
          high
          level
          unit
        }
        results {
          name
          value
          interval {
            low
            high
            level
            unit
          }
          set
        }
        domain {
          inside
          measures {
            name
            value
            limit
            inside
            message
          }
          nearest {
            instance
            measured
            similarity
          }
        }
        warnings {
          kind
          message
        }
        error {
          kind
          message
        }
      }
      timing {
        cacheHit
      }
      userErrors {
        field
        code
        message
      }
    }
  }
`;
const UPDATE = /* GraphQL */ `
  mutation ($input: UpdateDeploymentInput!) {
    updateDeployment(input: $input) {
      deployment {
        outOfDomain
      }
      userErrors {
        code
        message
      }
    }
  }
`;

interface Bounds {
  readonly low: number | null;
  readonly high: number | null;
  readonly level: number;
  readonly unit: string;
}

interface Predicted {
  readonly predictions: readonly {
    readonly value: { readonly energy: number; readonly log: number } | null;
    readonly interval: Bounds | null;
    readonly results: readonly {
      readonly name: string;
      readonly interval: Bounds | null;
      readonly set: readonly string[] | null;
    }[];
    readonly domain: {
      readonly inside: boolean;
      readonly measures: readonly {
        readonly name: string;
        readonly value: number;
        readonly limit: number;
        readonly inside: boolean;
        readonly message: string;
      }[];
      readonly nearest: readonly {
        readonly instance: unknown;
        readonly measured: number;
        readonly similarity: number;
      }[];
    } | null;
    readonly warnings: readonly { readonly kind: string; readonly message: string }[];
    readonly error: { readonly kind: string; readonly message: string } | null;
  }[];
  readonly timing: { readonly cacheHit: boolean };
}

/** The intervals of the results. */
function byName({ results }: Predicted['predictions'][number]): Readonly<Record<string, Bounds | null>> {
  return Object.fromEntries(results.map(({ name, interval }) => [name, interval]));
}

/** Of two results, the one that was measured. */
const OF_ENERGY = { options: { result: 'energy' } };
const training = nuclideRows(300, 1);
const calibration = nuclideRows(199, 2);

describe('predictions of a version with its data', () => {
  let app: TestApp;
  let model: string;
  const digests = new Map<string, string>();
  const attachment = (role: string, file: string, more: object = {}) => ({
    role,
    digest: digests.get(file),
    format: 'CSV',
    target: 'energy',
    ...more,
  });
  const publish = async (more: object) => {
    const { version } = await succeed<{ version: { ref: string } }>(app, PUBLISH, {
      input: publication(more),
    });
    return version.ref;
  };
  const publication = (more: object) => ({
    model: 'linear',
    artifact: { digest: model },
    pipeline: linearPipeline,
    ...more,
  });
  const predict = (input: object) => succeed<Predicted>(app, PREDICT, { input });

  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
    model = (await app.upload(linearNuclides())).digest;
    await register(app, 'linear');
    const files = {
      training: csvOf(training),
      calibration: csvOf(calibration),
      few: csvOf(calibration.slice(0, 12)),
      none: csvOf(calibration.slice(0, 3)),
      folds: csvOf(calibration.map((row) => ({ ...row, oof: row.energy + 100 }))),
      broken: Buffer.from('z,n,energy\n20,20,320\n20,x,1\n200,900,5\n21,21,nothing\n'),
    };
    for (const [name, bytes] of Object.entries(files)) digests.set(name, (await app.upload(bytes)).digest);
  });
  afterAll(() => app.close());

  it('have intervals at the level that is asked for, in the unit of each result, remembered for no other level', async () => {
    const ref = await publish({ attachments: [attachment('CALIBRATION', 'calibration', OF_ENERGY)] });
    const scores = calibration
      .map(({ z, n, energy }) => Math.abs(energy - 8 * (z + n)))
      .sort((a, b) => a - b);
    const ask90 = await predict({ version: ref, instances: ['Fe-56'] });
    const [first] = ask90.predictions;
    const iron = first && byName(first);
    // ⌈200 · 0.9⌉ = 180 of 199.
    const half = scores[179] ?? NaN;
    expect(iron?.energy?.low).toBeCloseTo(448 - half, 3);
    expect(iron?.energy?.high).toBeCloseTo(448 + half, 3);
    expect(iron?.energy).toMatchObject({ level: 0.9, unit: 'MeV' });
    expect(first?.interval).toEqual(first?.results[0]?.interval);
    const log = iron?.log;
    expect(log?.unit).toBe('log10(MeV)');
    expect(log?.low).toBeCloseTo(Math.log10(448 - half), 5);
    expect(log?.high).toBeCloseTo(Math.log10(448 + half), 5);
    expect(first?.domain).toBeNull();

    const { predictions } = await predict({ version: ref, instances: ['Fe-56'], level: 0.5 });
    expect(predictions[0] && byName(predictions[0]).energy?.high).toBeCloseTo(448 + (scores[99] ?? NaN), 3);
    expect(predictions[0]?.interval?.level).toBe(0.5);
  });

  it('have no bounds, and say so, where the calibration data is too small for the level', async () => {
    const ref = await publish({ attachments: [attachment('CALIBRATION', 'few', OF_ENERGY)] });
    const { predictions } = await predict({ version: ref, instances: ['Fe-56'], level: 0.99 });
    expect(predictions[0] && byName(predictions[0]).energy).toEqual({
      low: null,
      high: null,
      level: 0.99,
      unit: 'MeV',
    });
    expect(predictions[0]?.warnings).toEqual([
      expect.objectContaining({
        kind: 'CALIBRATION_TOO_SMALL',
        message: expect.stringMatching(/99 calibration rows, got 12/),
      }),
    ]);
    expect(
      (await predict({ version: ref, instances: ['Fe-56'] })).predictions[0]?.interval?.low,
    ).not.toBeNull();
  });

  it('go by out-of-fold predictions where the file has them', async () => {
    const ref = await publish({
      attachments: [
        attachment('CALIBRATION', 'folds', { ...OF_ENERGY, predicted: 'oof', columns: { z: 'Z' } }),
      ],
    });
    const { predictions } = await predict({ version: ref, instances: ['Fe-56'] });
    expect(predictions[0] && byName(predictions[0]).energy?.low).toBeCloseTo(348, 3);
  });

  it.each([0, 1, -0.1, 1.5])('are refused at the level %s', async (level) => {
    const ref = await publish({});
    const { field, message } = await refusal(app, PREDICT, {
      input: { version: ref, instances: ['Fe-56'], level },
    });
    expect(field).toEqual(['level']);
    expect(message).toMatch(/above 0 and below 1/);
  });

  it('say by which measure an instance is outside of the domain, and how far', async () => {
    const ref = await publish({ attachments: [attachment('TRAINING', 'training')] });
    const { predictions } = await predict({
      version: ref,
      instances: [
        { z: 30, n: 34 },
        { z: 92, n: 146 },
      ],
    });
    const [zinc, uranium] = predictions;
    expect(zinc?.domain?.inside).toBe(true);
    expect(zinc?.domain?.measures.map(({ name }) => name)).toEqual(['ranges', 'leverage', 'distance']);
    expect(zinc?.domain?.nearest).toEqual([]);
    expect(zinc?.warnings).toEqual([]);
    expect(uranium?.domain?.inside).toBe(false);
    const [ranges, leverage, distance] = uranium?.domain?.measures ?? [];
    const width = 39 - 20;
    expect(ranges).toMatchObject({ inside: false, limit: 0 });
    expect(ranges?.value).toBeGreaterThanOrEqual((92 - 39) / width - 1e-6);
    expect(ranges?.message).toMatch(/z is 92, outside 20 to 39/);
    expect(leverage).toMatchObject({ inside: false, limit: 9 / 300 });
    expect(distance?.inside).toBe(false);
    expect(uranium?.value?.energy).toBeCloseTo(8 * 238, 1);
    expect(uranium?.warnings.map(({ kind }) => kind)).toEqual([
      'OUT_OF_DOMAIN',
      'OUT_OF_DOMAIN',
      'OUT_OF_DOMAIN',
    ]);
    expect(uranium?.interval).toBeNull();
  });

  it('name training rows only where the publisher discloses them', async () => {
    const ref = await publish({ attachments: [attachment('TRAINING', 'training')], discloseTraining: true });
    const { predictions } = await predict({ version: ref, instances: [{ z: 30, n: 34 }] });
    const nearest = predictions[0]?.domain?.nearest ?? [];
    expect(nearest).toHaveLength(5);
    expect(nearest[0]?.instance).toEqual({ z: 30, n: 34 });
    expect(nearest[0]?.similarity).toBe(1);
    expect(training.map(({ energy }) => energy)).toContain(nearest[0]?.measured);
  });

  it('are wider far from the training rows where the distance says how hard they are', async () => {
    const ref = await publish({
      attachments: [
        attachment('TRAINING', 'training'),
        attachment('CALIBRATION', 'calibration', { options: { result: 'energy', difficulty: 'NEAREST' } }),
      ],
    });
    const { predictions } = await predict({
      version: ref,
      instances: [
        { z: 30, n: 34 },
        { z: 60, n: 84 },
      ],
    });
    const [near, far] = predictions.map(({ interval }) => (interval?.high ?? 0) - (interval?.low ?? 0));
    expect(near).toBeGreaterThan(0);
    expect(far).toBeGreaterThan(5 * (near ?? 0));
  });

  it('are refused outside of the domain where the deployment says so', async () => {
    const ref = await publish({ attachments: [attachment('TRAINING', 'training')] });
    await succeed(
      app,
      `mutation ($input: DeployVersionInput!) { deployVersion(input: $input) { deployment { state } userErrors { code message } } }`,
      { input: { name: 'strict', version: ref, outOfDomain: 'REFUSE', cache: { maxBytes: 100_000 } } },
    );
    const instances = [
      { z: 92, n: 146 },
      { z: 30, n: 34 },
    ];
    const refused = await predict({ deployment: 'strict', instances });
    expect(refused.predictions[0]).toMatchObject({ value: null, interval: null, domain: { inside: false } });
    expect(refused.predictions[0]?.error).toMatchObject({
      kind: 'OUT_OF_DOMAIN',
      message: expect.stringMatching(/by ranges: .*z is 92/),
    });
    expect(refused.predictions[1]?.error).toBeNull();
    await succeed(app, UPDATE, { input: { name: 'strict', outOfDomain: 'WARN' } });
    const warned = await predict({ deployment: 'strict', instances });
    expect(warned.predictions[0]?.error).toBeNull();
    expect(warned.predictions[0]?.warnings).toHaveLength(3);
    // What is remembered is the same at any level.
    expect((await predict({ deployment: 'strict', instances, level: 0.6 })).timing.cacheHit).toBe(true);
  });

  it('go by the declared ranges of a version without data', async () => {
    const pipeline = { ...linearPipeline, domain: { source: 'a test', ranges: { z: { min: 8, max: 50 } } } };
    const ref = await publish({ pipeline });
    const { predictions } = await predict({ version: ref, instances: ['Fe-56', 'U-238'] });
    expect(predictions.map(({ domain }) => domain?.inside)).toEqual([true, false]);
    expect(predictions[1]?.domain?.measures[0]).toMatchObject({ name: 'declared', value: 1 });
    expect(predictions[1]?.warnings).toHaveLength(1);
  });

  describe('are refused at publication', () => {
    const cases: readonly [
      string,
      { readonly role: string; readonly file: string } & Readonly<Record<string, unknown>>,
      RegExp,
    ][] = [
      [
        'rows that cannot be read, by their lines',
        { role: 'TRAINING', file: 'broken' },
        /line 3: .*line 4: .*line 5/s,
      ],
      [
        'too few rows',
        { role: 'CALIBRATION', file: 'none', ...OF_ENERGY },
        /at least 9 rows of CALIBRATION data, got 3/,
      ],
      [
        'a column that there is not',
        { role: 'TRAINING', file: 'training', columns: { z: 'protons' } },
        /no column "protons": it has "z", "n", "energy"/,
      ],
      [
        'a field that there is not',
        { role: 'TRAINING', file: 'training', columns: { smiles: 'z' } },
        /fields z, n, symbol, a, got one of "smiles"/,
      ],
      [
        'a target that there is not',
        { role: 'CALIBRATION', file: 'calibration', target: 'enegry', ...OF_ENERGY },
        /no column "enegry".*Did you mean "energy"/,
      ],
      [
        'calibration without a target',
        { role: 'CALIBRATION', file: 'calibration', target: null },
        /expected target/,
      ],
      ['an unknown option', { role: 'TRAINING', file: 'training', options: { neighbors: 3 } }, /neighbors/],
      [
        'a result that there is not',
        { role: 'CALIBRATION', file: 'calibration', options: { result: 'enrgy' } },
        /Did you mean "energy"/,
      ],
      [
        'distance without training rows',
        { role: 'CALIBRATION', file: 'calibration', options: { difficulty: 'NEAREST' } },
        /expected a TRAINING attachment/,
      ],
      [
        'a target of one of several results',
        { role: 'CALIBRATION', file: 'calibration' },
        /which of the results energy, log it is/,
      ],
      [
        'a format that is needed',
        { role: 'TRAINING', file: 'training', format: null },
        /Expected the format of the TRAINING file/,
      ],
    ];
    it.each(cases)('for %s', async (_, { file, role, ...more }, message) => {
      const { message: said, field } = await refusal(app, PUBLISH, {
        input: publication({ attachments: [attachment(role, file, more)] }),
      });
      expect(said).toMatch(message);
      expect(field?.slice(0, 2)).toEqual(['attachments', '0']);
    });

    it('for bytes that nobody uploaded', async () => {
      const { code, field } = await refusal(app, PUBLISH, {
        input: publication({
          attachments: [{ ...attachment('TRAINING', 'training'), digest: `sha256:${'0'.repeat(64)}` }],
        }),
      });
      expect([code, field?.[0]]).toEqual(['ARTIFACT_NOT_FOUND', 'attachments']);
    });
  });

  it('keep their files from being collected, and show them with the version', async () => {
    const ref = await publish({
      attachments: [attachment('TRAINING', 'training'), attachment('CALIBRATION', 'calibration', OF_ENERGY)],
    });
    await succeed(
      app,
      `mutation { collectArtifacts(input: {olderThanHours: 0}) { count userErrors { code message } } }`,
    );
    const { version } = await ask<{ version: { attachments: object[]; disclosesTraining: boolean } }>(
      app,
      `query ($ref: String!) { version(ref: $ref) { disclosesTraining attachments { role digest size format rows target columns options url } } }`,
      { ref },
    );
    expect(version.disclosesTraining).toBe(false);
    expect(version.attachments).toEqual([
      {
        role: 'TRAINING',
        digest: digests.get('training'),
        size: csvOf(training).length,
        format: 'CSV',
        rows: 300,
        target: 'energy',
        columns: {},
        options: {},
        url: `/artifacts/${digests.get('training')}`,
      },
      expect.objectContaining({ role: 'CALIBRATION', rows: 199 }),
    ]);
    const file = await fetch(`${app.url}/artifacts/${digests.get('training')}`);
    expect(Buffer.from(await file.arrayBuffer()).equals(csvOf(training))).toBe(true);
  });

  it('are told of in a report that names what is missing', async () => {
    const ref = await publish({
      attachments: [attachment('TRAINING', 'training'), attachment('CALIBRATION', 'calibration', OF_ENERGY)],
      metrics: [{ name: 'rmse', value: 5.8, unit: 'MeV', dataset: '5-fold cross-validation' }],
      notes: '# Notes\n\n## Mechanism\n\nEach nucleon is bound by its neighbours alone.\n',
    });
    await predict({ version: ref, instances: ['Fe-56'] });
    const report = async (format: string) => {
      const { version } = await ask<{ version: { report: string } }>(
        app,
        `query ($ref: String!, $format: ReportFormat!) { version(ref: $ref) { report(format: $format) } }`,
        { ref, format },
      );
      return version.report;
    };
    const markdown = await report('MARKDOWN');
    expect(markdown).toMatch(/OECD principle 3/);
    expect(markdown).toMatch(/Leverage, with h\* = 3p\/n/);
    expect(markdown).toMatch(/rmse = 5\.8 MeV \(5-fold cross-validation\)/);
    expect(markdown).toMatch(/Each nucleon is bound/);
    expect(markdown).toMatch(/90 %: ±/);
    expect(markdown).toMatch(/## What is missing\n\n(- .*\n)*- 3\.6 Experimental protocol/);
    expect(await report('QMRF')).toMatch(/3\.6\. Experimental protocol:\n {4}Not given/);
    const json = JSON.parse(await report('JSON')) as { sections: object[]; missing: { number: string }[] };
    expect(json.sections).toHaveLength(9);
    expect(json.missing.map(({ number }) => number)).toContain('7.7');
  });
});
