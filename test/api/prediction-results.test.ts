import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, succeed } from './support/ask.js';
import { register } from './support/catalog-steps.js';
import { onBothPaths } from './support/graphql-paths.js';

const PREDICT = /* GraphQL */ `
  mutation ($input: PredictInput!) {
    predict(input: $input) {
      predictions {
        value
        unit
        results {
          name
          value
          unit
        }
        warnings {
          kind
          code
        }
        error {
          kind
          code
        }
      }
      userErrors {
        code
        message
      }
    }
  }
`;

interface Predicted {
  readonly predictions: readonly Record<string, unknown>[];
}

describe.each(onBothPaths)('results of predictions, %s database, compiled %s', (kind, compiled) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, graphqlPaths: { compiled }, examples: true });
  });
  afterAll(() => app.close());

  const predict = async (version: string, ...instances: unknown[]) =>
    (await succeed<Predicted>(app, PREDICT, { input: { version, instances } })).predictions;

  it('have a name, a value and a unit, and say by a kind what is doubtful or wrong', async () => {
    const [ethanol, salt, broken, nothing] = await predict(
      'esol@production',
      'CCO',
      '[Na+].CC(=O)[O-]',
      'C1CC',
      null,
    );
    expect(ethanol).toMatchObject({
      unit: 'log10(mol/L)',
      results: [{ name: 'log_s', value: ethanol?.value, unit: 'log10(mol/L)' }],
      warnings: [],
      error: null,
    });
    expect(ethanol?.value).toEqual(expect.any(Number));
    expect(salt?.warnings).toEqual(
      expect.arrayContaining([{ kind: 'MULTIPLE_FRAGMENTS', code: 'MULTIPLE_FRAGMENTS' }]),
    );
    for (const [prediction, code] of [
      [broken, 'INVALID_SMILES'],
      [nothing, 'INVALID_INSTANCE'],
    ] as const)
      expect(prediction).toEqual({
        value: null,
        unit: null,
        results: [],
        warnings: [],
        error: { kind: code, code },
      });
  });

  it('of another kind of science say so with its kinds', async () => {
    const [iron, none] = await predict('binding-energy', { z: 26, n: 30 }, { z: 500, n: 30 });
    expect(iron?.results).toEqual([{ name: 'binding_energy', value: iron?.value, unit: 'MeV' }]);
    expect(none?.error).toEqual({ kind: 'INVALID_NUCLIDE', code: 'INVALID_NUCLIDE' });
    const [boxed] = await predict('lennard-jones', { positions: [[0, 0, 0], [1.1, 0, 0]], box: 8 }); // prettier-ignore
    expect(boxed?.warnings).toEqual([{ kind: 'NO_CUTOFF', code: 'NO_CUTOFF' }]);
  });

  it('have each its own unit where there are several, in the order of the pipeline, and a label has none', async () => {
    const graph = await readFile(new URL('../fixtures/graphs/classifier-with-zipmap.onnx', import.meta.url));
    const pipeline = {
      format: 1,
      instance: { kind: 'molecule' },
      inputs: { x: { unit: '1', steps: [{ step: 'descriptors', names: ['NumHBD', 'NumHBA'] }] } },
      outputs: { label: {}, prob: { unit: '1' } },
      result: {
        percent: { output: 'prob', unit: '%', steps: [{ step: 'affine', multiply: 100 }] },
        class: { output: 'label' },
        share: { output: 'prob' },
      },
    };
    await register(app, 'wetness', { domain: 'CHEMISTRY' });
    const input = { model: 'wetness', artifact: { base64: graph.toString('base64') }, pipeline };
    await succeed(
      app,
      'mutation ($input: PublishVersionInput!) { publishVersion(input: $input) { userErrors { message } } }',
      { input },
    );

    const [ether] = await predict('wetness', 'COC');
    const value = ether?.value as Record<string, unknown>;
    expect(ether).toMatchObject({
      unit: 'percent: %, share: 1',
      results: [
        { name: 'percent', value: value.percent, unit: '%' },
        { name: 'class', value: 'wet', unit: null },
        { name: 'share', value: value.share, unit: '1' },
      ],
    });
    const { version } = await ask<{ version: { pipeline: { result: object } } }>(
      app,
      '{ version(ref: "wetness@1") { pipeline } }',
    );
    expect(Object.keys(version.pipeline.result)).toEqual(['percent', 'class', 'share']);
    expect(value.percent).toEqual({ dry: expect.closeTo(26.8941, 3), wet: expect.closeTo(73.1059, 3) });
  });
});
