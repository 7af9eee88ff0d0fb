import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { esolGraph } from '../../examples/esol/graph.js';
import { esolPipeline } from '../../examples/esol/pipeline.js';
import { seededRandom } from '../../src/platform/seeded-random.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, succeed } from './support/ask.js';
import { PUBLISH, register } from './support/catalog-steps.js';
import {
  classifiedNuclides,
  classifiedPipeline,
  csvOf,
  ensembleModel,
  ensemblePipeline,
  linearNuclides,
  linearPipeline,
  nuclideRows,
} from './support/nuclide-data.js';

const PREDICT = /* GraphQL */ `
  mutation ($input: PredictInput!) {
    predict(input: $input) {
      predictions {
        id
        results {
          name
          value
          set
        }
        domain {
          inside
          measures {
            name
            value
            inside
          }
          nearest {
            instance
            measured
            similarity
          }
        }
        warnings {
          kind
        }
      }
      userErrors {
        message
      }
    }
  }
`;

const coefficients = {
  intercept: 0.16,
  clogP: -0.63,
  molecularWeight: -0.0062,
  rotatableBonds: 0.066,
  aromaticProportion: -0.74,
};

interface Predicted {
  readonly predictions: readonly {
    readonly id: string;
    readonly results: readonly { readonly name: string; readonly set: readonly string[] | null }[];
    readonly domain: {
      readonly inside: boolean;
      readonly measures: readonly {
        readonly name: string;
        readonly value: number;
        readonly inside: boolean;
      }[];
      readonly nearest: readonly {
        readonly instance: { smiles: string };
        readonly measured: number;
        readonly similarity: number;
      }[];
    };
    readonly warnings: readonly { readonly kind: string }[];
  }[];
}

describe('a version with data', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
  });
  afterAll(() => app.close());

  const publish = async (model: string, artifact: Uint8Array, more: object) => {
    await register(app, model);
    const { digest } = await app.upload(artifact);
    const input = { model, artifact: { digest }, ...more };
    return (await succeed<{ version: { ref: string } }>(app, PUBLISH, { input })).version.ref;
  };
  const predict = (version: string, instances: readonly unknown[], more: object = {}) =>
    succeed<Predicted>(app, PREDICT, { input: { version, instances, ...more } });

  it('gives a classifier the set of classes that cannot be excluded', async () => {
    const random = seededRandom(11);
    const rows = Array.from({ length: 400 }, () => {
      const z = 20 + Math.floor(random() * 21);
      const heavy = 1 / (1 + Math.exp(-0.4 * (z - 30)));
      return { z, n: z, kind: random() < heavy ? 'heavy' : 'light' };
    });
    const { digest } = await app.upload(csvOf(rows));
    const ref = await publish('classes', classifiedNuclides(), {
      pipeline: classifiedPipeline,
      attachments: [
        { role: 'CALIBRATION', digest, format: 'CSV', target: 'kind', options: { probabilities: {} } },
      ],
    });
    const nuclides = [20, 30, 40].map((z) => ({ z, n: z }));
    const { predictions } = await predict(ref, nuclides);
    const sets = predictions.map(({ results }) => results.find(({ name }) => name === 'label')?.set);
    expect(sets[0]).toEqual(['light']);
    expect(sets[1]?.toSorted()).toEqual(['heavy', 'light']);
    expect(sets[2]).toEqual(['heavy']);
    const sure = await predict(ref, nuclides, { level: 0.3 });
    expect(
      sure.predictions.flatMap(({ results }) => results.flatMap(({ set }) => set ?? [])).length,
    ).toBeLessThan(sets.flat().length);
  });

  it('goes by the spread of an ensemble', async () => {
    const random = seededRandom(12);
    const rows = Array.from({ length: 99 }, () => {
      const x = 1 + 9 * random();
      return { x, measured: 10 * x + x * (2 * random() - 1) };
    });
    const { digest } = await app.upload(csvOf(rows));
    const calibration = { role: 'CALIBRATION', digest, format: 'CSV', target: 'measured' };
    const options = { result: 'temperature.mean', difficulty: { result: 'temperature.spread' } };
    const ref = await publish('ensemble', ensembleModel(), {
      pipeline: ensemblePipeline,
      attachments: [{ ...calibration, options }],
    });
    const { predictions } = await ask<{
      predict: { predictions: { interval: { low: number; high: number } }[] };
    }>(
      app,
      `mutation ($input: PredictInput!) { predict(input: $input) { predictions { interval { low high } } } }`,
      { input: { version: ref, instances: [{ x: 1 }, { x: 8 }] } },
    ).then(({ predict: answer }) => answer);
    const [narrow, wide] = predictions.map(({ interval }) => interval.high - interval.low);
    expect(wide).toBeCloseTo(8 * (narrow ?? NaN), 3);
    const [first] = predictions;
    expect(((first?.interval.low ?? 0) + (first?.interval.high ?? 0)) / 2).toBeCloseTo(10, 4);
    // The error is uniform within ± x, and the spread is x.
    expect(narrow).toBeGreaterThan(1.6);
    expect(narrow).toBeLessThan(2);
  });

  it('compares molecules by their fingerprints', async () => {
    const file = await readFile(
      new URL('../../examples/data/delaney-solubility.csv', import.meta.url),
      'utf8',
    );
    const [header = '', ...lines] = file.trim().split('\n');
    const { digest } = await app.upload(Buffer.from([header, ...lines.slice(0, 60)].join('\n')));
    const ref = await publish('molecules', esolGraph(coefficients, 'a test'), {
      pipeline: esolPipeline,
      discloseTraining: true,
      attachments: [{ role: 'TRAINING', digest, format: 'CSV', target: 'log_s_measured_mol_per_l' }],
    });
    const known = (lines[0] ?? '').split(',')[1] ?? '';
    const { predictions } = await predict(ref, [
      known,
      '[Na+].[O-]S(=O)(=O)c1ccc(cc1)N=Nc1ccc(N(C)C)cc1',
      'C',
    ]);
    const [own, orange] = predictions;
    expect(own?.domain.measures.map(({ name }) => name)).toEqual([
      'declared',
      'ranges',
      'leverage',
      'distance',
      'similarity',
    ]);
    expect(own?.domain.nearest[0]).toMatchObject({ instance: { smiles: known }, similarity: 1 });
    expect(typeof own?.domain.nearest[0]?.measured).toBe('number');
    const similarity = orange?.domain.measures.find(({ name }) => name === 'similarity');
    expect(similarity?.value).toBeLessThan(0.5);
    expect(orange?.domain.nearest[0]?.similarity).toBe(similarity?.value);
  });

  it('says of logged predictions how often the truth lay in the interval', async () => {
    const { digest } = await app.upload(csvOf(nuclideRows(99, 5)));
    const ref = await publish('live', linearNuclides(), {
      pipeline: { ...linearPipeline, result: { energy: { output: 'energy' } } },
      attachments: [{ role: 'CALIBRATION', digest, format: 'CSV', target: 'energy' }],
    });
    await succeed(
      app,
      `mutation ($input: DeployVersionInput!) { deployVersion(input: $input) { deployment { state } userErrors { message } } }`,
      { input: { name: 'live', version: ref, predictionLog: { sampleRate: 1 } } },
    );
    const rows = nuclideRows(40, 6);
    const { predictions } = await succeed<Predicted>(app, PREDICT, {
      input: { deployment: 'live', instances: rows.map(({ z, n }) => ({ z, n })), level: 0.8 },
    });
    for (const [place, { id }] of predictions.entries())
      await succeed(
        app,
        `mutation ($input: RecordOutcomeInput!) { recordOutcome(input: $input) { userErrors { message } } }`,
        { input: { predictionId: id, value: rows[place]?.energy } },
      );
    const { deployment } = await ask<{ deployment: { liveError: { coverage: object; series: object[] } } }>(
      app,
      `{ deployment(name: "live") { liveError { coverage { count covered share level } series { coverage { count } } } } }`,
    );
    expect(deployment.liveError.coverage).toMatchObject({
      count: 40,
      level: expect.closeTo(0.8, 9) as unknown,
    });
    // Of 40 by chance 26 to 38 with a probability of 99.9 %; the seed makes it the same each time.
    const { covered } = deployment.liveError.coverage as { covered: number };
    expect(covered).toBeGreaterThanOrEqual(26);
    expect(covered).toBeLessThanOrEqual(39);
    expect(deployment.liveError.series).toEqual([{ coverage: { count: 40 } }]);
  });
});
