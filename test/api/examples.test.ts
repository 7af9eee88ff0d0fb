import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { examples } from '../../examples/index.js';
import type { DataType } from '../../src/tensors/index.js';
import { anyDatabaseKind } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, succeed } from './support/ask.js';
import { INFER, publish, register, type Inferred } from './support/catalog-steps.js';
import { runDirectly, type DirectInput, type RuntimeType } from './support/direct-run.js';
import { perceptronModel } from './support/own-models.js';

const PREDICT = /* GraphQL */ `
  mutation ($input: PredictInput!) {
    predict(input: $input) {
      predictions {
        value
        unit
        warnings {
          code
          message
        }
        error {
          code
          message
        }
      }
      version {
        ref
      }
      timing {
        totalMs
        batchSize
      }
      userErrors {
        field
        code
        message
      }
    }
  }
`;

interface Predicted {
  readonly predictions: readonly {
    value: number;
    unit: string | null;
    warnings: { code: string }[];
    error: unknown;
  }[];
  readonly version: { readonly ref: string };
  readonly timing: { readonly totalMs: number; readonly batchSize: number };
}

// Refit: REFERENCES of Walters' coefficients. Delaney: 0.16 − 0.63 clogP − 0.0062 MW + 0.066 RB − 0.74 AP by hand, with
// Crippen clogP (1.6866, −1.0293, 3.9930, 3.1538, −0.0014), molecular weight (78.114, 194.194, 178.234, 284.746,
// 46.069), rotatable bonds (1 in diazepam) and aromatic proportion (1, 9/14, 1, 12/20, 0).
const SOLUBILITIES = [
  { molecule: 'benzene', smiles: 'c1ccccc1', refit: -1.933, delaney: -2.127 },
  { molecule: 'caffeine', smiles: 'Cn1cnc2c1c(=O)n(C)c(=O)n2C', refit: -0.534, delaney: -0.871 },
  { molecule: 'anthracene', smiles: 'c1ccc2cc3ccccc3cc2c1', refit: -4.305, delaney: -4.201 },
  { molecule: 'diazepam', smiles: 'CN1C(=O)CN=C(c2ccccc2)c2cc(Cl)ccc21', refit: -4.213, delaney: -3.97 },
  { molecule: 'ethanol', smiles: 'CCO', refit: -0.042, delaney: -0.125 },
];

const little = (array: Float32Array | Float64Array | BigInt64Array) =>
  Buffer.from(array.buffer, array.byteOffset, array.byteLength).toString('base64');
const DATATYPES: Partial<Record<RuntimeType, DataType>> = {
  float32: 'FP32',
  float64: 'FP64',
  int64: 'INT64',
};

describe.each(anyDatabaseKind)('published answers through the API, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, examples: true });
  });
  afterAll(() => app.close());

  const predict = (target: { deployment: string } | { version: string }, instances: readonly unknown[]) =>
    succeed<Predicted>(app, PREDICT, { input: { ...target, instances } });

  it.each([
    { coefficients: 'refit', version: 'esol@2' },
    { coefficients: 'delaney', version: 'esol@1' },
  ] as const)(
    'predicts logS with the $coefficients coefficients to 0.005',
    async ({ coefficients, version }) => {
      const instances = SOLUBILITIES.map(({ smiles }) => ({ smiles }));
      const { predictions } = await predict({ version }, instances);
      const errors = predictions.map(({ value }, row) =>
        Math.abs(value - (SOLUBILITIES[row]?.[coefficients] ?? NaN)),
      );
      expect(errors).toHaveLength(SOLUBILITIES.length);
      expect(Math.max(...errors)).toBeLessThan(0.005);
      expect(new Set(predictions.map(({ unit }) => unit))).toEqual(new Set(['log10(mol/L)']));
    },
  );

  it('takes a SMILES string as such, and serves version 3 in production and under its own name', async () => {
    // One after the other: side by side they may run together, as a batch of two.
    const byAlias = await predict({ version: 'esol@production' }, ['CCO']);
    const byDeployment = await predict({ deployment: 'esol' }, [{ smiles: 'CCO' }]);
    expect(byAlias.version.ref).toBe('esol@3');
    expect(byDeployment.version.ref).toBe('esol@3');
    expect(byAlias.predictions[0]?.value).toBe(byDeployment.predictions[0]?.value);
    expect(byAlias.predictions[0]?.value).toBeCloseTo(1.096, 3);
    expect(byAlias.timing).toMatchObject({ batchSize: 1, totalMs: expect.any(Number) });
  });

  it.each([
    { nuclide: '58Ni', formula: 'Newman', version: 'binding-energy@1', z: 28, n: 30, mev: 497.562 },
    { nuclide: '56Fe', formula: 'Rohlf', version: 'binding-energy@2', z: 26, n: 30, mev: 495.384 },
    { nuclide: '208Pb', formula: 'Rohlf', version: 'binding-energy@2', z: 82, n: 126, mev: 1634.263 },
  ])("binds $nuclide by $mev MeV in $formula's formula", async ({ version, z, n, mev }) => {
    const { predictions } = await predict({ version }, [{ z, n }]);
    expect(predictions).toEqual([{ value: expect.closeTo(mev, 3), unit: 'MeV', warnings: [], error: null }]);
  });

  it.each([
    { cutoff: 3, energy: -16.79 },
    { cutoff: 4, energy: -17.06 },
  ])("gives NIST's configuration 4 the energy $energy at cutoff $cutoff", async ({ cutoff, energy }) => {
    const positions = await nistPositions();
    const { predictions } = await predict({ deployment: 'lennard-jones' }, [{ positions, box: 8, cutoff }]);
    expect(positions).toHaveLength(30);
    expect(predictions).toEqual([
      { value: expect.closeTo(energy, 3), unit: 'epsilon', warnings: [], error: null },
    ]);
  });

  it('puts two particles at the bottom of the well: U(2^(1/6)) = −1', async () => {
    const positions = [
      [0, 0, 0],
      [2 ** (1 / 6), 0, 0],
    ];
    const { predictions } = await predict({ version: 'lennard-jones' }, [{ positions }]);
    expect(predictions[0]?.value).toBeCloseTo(-1, 12);
  });

  it('warns of what lies outside the domain, and still answers', async () => {
    const { predictions } = await predict({ version: 'binding-energy' }, [{ z: 1, n: 1 }]);
    expect(predictions[0]?.value).toEqual(expect.any(Number));
    expect(new Set(predictions[0]?.warnings.map(({ code }) => code))).toEqual(new Set(['OUT_OF_DOMAIN']));
  });

  it('shows the fields of each pipeline in the order in which its author named them', async () => {
    const fields = (pipeline?: { readonly instance?: unknown }) => Object.keys(pipeline?.instance ?? {});
    for (const { name, versions } of examples) {
      const { version } = await ask<{ version: { pipeline: object } }>(
        app,
        `{ version(ref: "${name}@${versions.length}") { pipeline } }`,
      );
      expect(fields(version.pipeline)).toEqual(fields(versions.at(-1)?.pipeline));
    }
    expect(
      fields(examples.find(({ name }) => name === 'wine-cultivar')?.versions[0]?.pipeline).length,
    ).toBeGreaterThan(5);
  });

  it('describes an example well enough to use it: signature with units, card, tags, metrics, artifact', async () => {
    const { version } = await ask<{ version: unknown }>(
      app,
      `{ version(ref: "esol@v2.0.0") {
           ref number card notes createdBy
           model { name title domain labels }
           tags { name } aliases { name }
           metrics { name value unit dataset higherIsBetter }
           artifact { format producer opsets { domain version } operators { operator count } parameterCount }
           signature {
             inputs { name datatype shape dimensions unit description }
             outputs { name datatype shape dimensions unit description } } } }`,
    );
    expect(version).toMatchObject({
      ref: 'esol@2',
      number: 2,
      card: expect.stringMatching(/Delaney[^]*(mol\/L)/),
      model: { name: 'esol', domain: 'CHEMISTRY', labels: expect.arrayContaining(['solubility']) },
      tags: [{ name: 'v2.0.0' }],
      aliases: [],
      artifact: {
        format: 'ONNX',
        opsets: [{ domain: 'ai.onnx', version: 17 }],
        operators: [{ operator: 'Gemm', count: 1 }],
        parameterCount: 5,
      },
      signature: {
        inputs: [
          {
            name: 'features',
            datatype: 'FP64',
            shape: [-1, 4],
            dimensions: ['batch', null],
            unit: expect.stringContaining('g/mol'),
          },
        ],
        outputs: [{ name: 'log_s', datatype: 'FP64', shape: [-1, 1], unit: 'log10(mol/L)' }],
      },
    });
    expect(version).toHaveProperty(
      'metrics',
      expect.arrayContaining([expect.objectContaining({ name: 'rmse', value: expect.any(Number) })]),
    );
  });

  describe('infer equals the graph run directly, to the bit', () => {
    const cases: {
      ref: string;
      model: () => Uint8Array;
      inputs: () => Promise<DirectInput[]> | DirectInput[];
    }[] = [
      {
        ref: 'esol@1',
        model: graphOf('esol', 1),
        inputs: () => [
          {
            name: 'features',
            type: 'float64',
            dims: [2, 4],
            data: little(Float64Array.of(1.31, 180.159, 2, 6 / 13, -0.0014, 46.069, 0, 0)),
          },
        ],
      },
      {
        ref: 'binding-energy@2',
        model: graphOf('binding-energy', 2),
        inputs: () => [
          { name: 'z', type: 'int64', dims: [3], data: little(BigInt64Array.of(26n, 28n, 82n)) },
          { name: 'n', type: 'int64', dims: [3], data: little(BigInt64Array.of(30n, 30n, 126n)) },
        ],
      },
      {
        ref: 'lennard-jones@1',
        model: graphOf('lennard-jones', 1),
        inputs: async () => [
          {
            name: 'positions',
            type: 'float64',
            dims: [30, 3],
            data: little(Float64Array.from((await nistPositions()).flat())),
          },
          { name: 'box', type: 'float64', dims: [], data: little(Float64Array.of(8)) },
          { name: 'cutoff', type: 'float64', dims: [], data: little(Float64Array.of(3)) },
        ],
      },
      {
        ref: 'perceptron@1',
        model: perceptronModel,
        inputs: () => [
          {
            name: 'x',
            type: 'float32',
            dims: [5, 16],
            data: little(Float32Array.from({ length: 80 }, (_, i) => Math.cos(i))),
          },
        ],
      },
    ];

    beforeAll(async () => {
      await register(app, 'perceptron');
      await publish(app, 'perceptron', perceptronModel());
    });

    it.each(cases)('$ref', async ({ ref, model, inputs }) => {
      const direct = await inputs();
      const { outputs } = await succeed<Inferred>(app, INFER, {
        input: {
          version: ref,
          encoding: 'BASE64',
          inputs: direct.map(({ name, type, dims, data }) => ({
            name,
            datatype: DATATYPES[type],
            shape: dims,
            data,
          })),
        },
      });
      const answered = Object.fromEntries(outputs.map(({ name, data }) => [name, data]));
      expect(answered).toEqual(await runDirectly(model(), direct));
    });

    it('and JSON numbers carry the same doubles as base64', async () => {
      const input = {
        version: 'binding-energy@1',
        inputs: [
          { name: 'z', datatype: 'INT64', shape: [1], data: [28] },
          { name: 'n', datatype: 'INT64', shape: [1], data: ['30'] },
        ],
      };
      const json = await succeed<Inferred>(app, INFER, { input });
      const base64 = await succeed<Inferred>(app, INFER, { input: { ...input, encoding: 'BASE64' } });
      expect(little(Float64Array.from(json.outputs[0]?.data as number[]))).toBe(base64.outputs[0]?.data);
    });
  });
});

function graphOf(name: string, number: number): () => Uint8Array {
  return () => {
    const version = examples.find((example) => example.name === name)?.versions[number - 1];
    if (!version) throw new Error(`There is no example ${name}@${number}`);
    return version.build();
  };
}

/** The 30 particles of the file as NIST gives it: number, x, y, z. */
async function nistPositions(): Promise<number[][]> {
  const file = new URL('../../examples/data/nist-lj-configuration-4.xyz', import.meta.url);
  const lines = (await readFile(file, 'utf8')).trim().split('\n');
  return lines.map((line) => line.trim().split(/\s+/).slice(1).map(Number));
}
