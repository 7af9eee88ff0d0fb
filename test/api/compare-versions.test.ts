import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../src/onnx/index.js';
import { anyDatabaseKind } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, onlyError } from './support/ask.js';
import { publish, register, scale } from './support/catalog-steps.js';
import { scalingModel, slowModel } from './support/own-models.js';

const OUTPUTS = /* GraphQL */ `
  fragment Outputs on VersionComparison {
    outputs(sample: $sample, rows: $rows) {
      sample {
        source
        description
        rows
        seed
      }
      answeredRows
      refusedByBase
      refusedByTarget
      refusedByBoth
      refusals {
        row
        instance
        base
        target
      }
      outputs {
        name
        targetName
        unit
        obstacle
        differences {
          elements
          differing
          nonFinite
          otherShapes
          absolute {
            largest
            mean
            p50
            p90
            p99
          }
          relative {
            largest
            mean
          }
          rows {
            row
            instance
            element
            base
            target
            absolute
            relative
          }
        }
      }
    }
  }
`;
const COMPARE_OUTPUTS = `${OUTPUTS}
  query ($base: String!, $target: String!, $sample: ComparisonSampleInput, $rows: Int) {
    compareVersions(base: $base, target: $target) { ...Outputs }
  }`;

interface Outputs {
  readonly sample: { source: string; description: string; rows: number; seed: number | null };
  readonly answeredRows: number;
  readonly refusedByBase: number;
  readonly refusedByTarget: number;
  readonly refusedByBoth: number;
  readonly refusals: readonly {
    row: number;
    instance: unknown;
    base: string | null;
    target: string | null;
  }[];
  readonly outputs: readonly {
    name: string;
    targetName: string | null;
    unit: string | null;
    obstacle: string | null;
    differences: {
      elements: number;
      differing: number;
      nonFinite: number;
      otherShapes: number;
      absolute: Record<'largest' | 'mean' | 'p50' | 'p90' | 'p99', number> | null;
      relative: Record<'largest' | 'mean', number> | null;
      rows: readonly {
        row: number;
        instance: unknown;
        element: number;
        base: unknown;
        target: unknown;
        absolute: number | null;
        relative: number | null;
      }[];
    } | null;
  }[];
}

const tensor = (data: readonly unknown[], more: object = {}) => ({
  name: 'x',
  datatype: 'FP32',
  shape: [data.length / 4, 4],
  data,
  ...more,
});

describe.each(anyDatabaseKind)('compareVersions, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, examples: true });
    await register(app, 'scaling');
    for (const factor of [2, 3]) await publish(app, 'scaling', scalingModel(factor));
    await publish(app, 'scaling', reciprocalModel());
    await publish(app, 'scaling', narrowModel());
  });
  afterAll(() => app.close());

  const compare = async <Part>(base: string, target: string, part: string): Promise<Part> => {
    const { compareVersions } = await ask<{ compareVersions: Part }>(
      app,
      `query ($base: String!, $target: String!) { compareVersions(base: $base, target: $target) { ${part} } }`,
      { base, target },
    );
    return compareVersions;
  };
  const outputs = async (base: string, target: string, more: object = {}): Promise<Outputs> => {
    const variables = { base, target, rows: 10, ...more };
    const answer = await ask<{ compareVersions: { outputs: Outputs } }>(app, COMPARE_OUTPUTS, variables);
    return answer.compareVersions.outputs;
  };
  const refused = async (base: string, target: string, more: object = {}) =>
    onlyError(await app.graphql(COMPARE_OUTPUTS, { base, target, ...more }));

  it('finds the two solubility models to be called alike and to differ in their coefficients', async () => {
    const found = await compare<Record<string, unknown>>(
      'esol@1',
      'esol@2',
      `base { ref } target { ref } sameArtifact
       signature { compatibility differences { kind } }
       pipeline { compatibility differenceCount }
       size { baseBytes targetBytes bytesRatio baseParameters targetParameters parametersRatio }
       graph {
         operators { operator }
         nodeTotals { unchanged changed }
         initializers { change name base { datatype shape } difference { changed elements largest } }
         properties { name }
       }`,
    );
    expect(found).toMatchObject({
      base: { ref: 'esol@1' },
      target: { ref: 'esol@2' },
      sameArtifact: false,
      signature: { compatibility: 'IDENTICAL', differences: [] },
      pipeline: { compatibility: 'IDENTICAL', differenceCount: 0 },
      size: { baseParameters: 5, targetParameters: 5, parametersRatio: 1 },
      graph: {
        operators: [],
        nodeTotals: { unchanged: 1, changed: 0 },
        initializers: [
          {
            change: 'CHANGED',
            name: 'coefficients',
            base: { datatype: 'FP64', shape: [4, 1] },
            // −0.74 became −0.42624840.
            difference: { changed: 4, elements: 4, largest: expect.closeTo(0.3137516, 12) },
          },
          { change: 'CHANGED', name: 'intercept', difference: { largest: expect.closeTo(0.10121066, 12) } },
        ],
        properties: [{ name: 'metadata "source"' }],
      },
    });
  });

  it('says which of the shipped metrics improved', async () => {
    const { metrics } = await compare<{ metrics: Record<string, unknown>[] }>(
      'esol@1',
      'esol@2',
      'metrics { name unit base target change relativeChange higherIsBetter verdict note }',
    );
    expect(metrics).toMatchObject([
      { name: 'rmse', base: 1.0693, target: 0.9869, change: expect.closeTo(-0.0824, 9), verdict: 'BETTER' },
      { name: 'mae', higherIsBetter: false, verdict: 'BETTER' },
      { name: 'bias', higherIsBetter: null, verdict: null, note: expect.stringContaining('higherIsBetter') },
      {
        name: 'r2',
        higherIsBetter: true,
        verdict: 'BETTER',
        relativeChange: expect.closeTo(0.0406 / 0.7264, 9),
      },
    ]);
  });

  it('lays the answers to given molecules side by side, and one bad molecule spoils no other', async () => {
    const instances = ['c1ccccc1', 'not a molecule', { smiles: 'CCO' }];
    const found = await outputs('esol@1', 'esol@2', { sample: { instances } });
    expect(found).toMatchObject({
      sample: { source: 'GIVEN', rows: 3, seed: null },
      answeredRows: 2,
      refusedByBoth: 1,
      refusedByBase: 0,
      refusedByTarget: 0,
      refusals: [
        { row: 1, instance: 'not a molecule', base: expect.any(String), target: expect.any(String) },
      ],
    });
    const [logS] = found.outputs;
    expect(logS).toMatchObject({ name: 'log_s', targetName: null, unit: 'log10(mol/L)', obstacle: null });
    // Benzene −2.127 and −1.933, ethanol −0.125 and −0.042: see examples.test.ts.
    expect(logS?.differences).toMatchObject({
      elements: 2,
      differing: 2,
      absolute: { largest: expect.closeTo(0.194, 2), mean: expect.closeTo((0.194 + 0.083) / 2, 2) },
      rows: [
        {
          row: 0,
          instance: 'c1ccccc1',
          element: 0,
          base: expect.closeTo(-2.127, 2),
          target: expect.closeTo(-1.933, 2),
        },
        {
          row: 2,
          instance: { smiles: 'CCO' },
          base: expect.closeTo(-0.125, 2),
          target: expect.closeTo(-0.042, 2),
        },
      ],
    });
  });

  it('finds the other Coulomb term of the mass formulas, in the graph and in the answers', async () => {
    const { graph } = await compare<{ graph: Record<string, unknown> }>(
      'binding-energy@1',
      'binding-energy@2',
      'graph { operators { operator base target } nodes { change operator } initializerTotals { changed added } }',
    );
    expect(graph).toMatchObject({
      operators: [{ operator: 'Sub' }],
      nodes: [
        { change: 'CHANGED', operator: 'Mul' },
        { change: 'ADDED', operator: 'Sub' },
      ],
      initializerTotals: { changed: 5, added: 1 },
    });
    // Newman's ⁵⁸Ni is 497.562 MeV, Rohlf's ²⁰⁸Pb 1634.263 MeV (REFERENCES: semi-empirical mass formula).
    const found = await outputs('binding-energy@1', 'binding-energy@2', {
      sample: {
        instances: [
          { z: 28, n: 30 },
          { z: 82, n: 126 },
        ],
      },
    });
    const rows = found.outputs[0]?.differences?.rows.toSorted((a, b) => a.row - b.row);
    expect(rows?.[0]?.base).toBeCloseTo(497.562, 2);
    expect(rows?.[1]?.target).toBeCloseTo(1634.263, 2);
    expect(found.outputs[0]?.unit).toBe('MeV');
  });

  it.each([
    ['esol@1', 'esol@2', 'log_s'],
    ['binding-energy@1', 'binding-energy@2', 'binding_energy'],
    ['lennard-jones@1', 'lennard-jones@1', null],
  ])('makes rows up for %s and %s, and says so', async (base, target, output) => {
    const once = await outputs(base, target, { sample: { generated: { rows: 7, seed: 42 } } });
    expect(once).toMatchObject({ sample: { source: 'GENERATED', rows: 7, seed: 42 }, answeredRows: 7 });
    expect(once.sample.description).toMatch(/^Made up: 7 /);
    if (output !== null)
      expect(once.outputs).toMatchObject([{ name: output, differences: { elements: 7, differing: 7 } }]);
    else expect(once.outputs[0]?.differences).toMatchObject({ differing: 0, rows: [] });
    expect(await outputs(base, target, { sample: { generated: { rows: 7, seed: 42 } } })).toEqual(once);
    const other = await outputs(base, target, { sample: { generated: { rows: 7, seed: 43 } } });
    if (output !== null) expect(other.outputs).not.toEqual(once.outputs);
  });

  it('is identical to itself', async () => {
    const found = await compare<Record<string, unknown>>(
      'scaling@1',
      'scaling@1',
      `sameArtifact signature { compatibility } pipeline { compatibility } metrics { name }
       graph { nodeTotals { base unchanged } initializerTotals { base unchanged } nodes { name } initializers { name } }`,
    );
    expect(found).toEqual({
      sameArtifact: true,
      signature: { compatibility: 'IDENTICAL' },
      pipeline: { compatibility: 'IDENTICAL' },
      metrics: [],
      graph: {
        nodeTotals: { base: 1, unchanged: 1 },
        initializerTotals: { base: 1, unchanged: 1 },
        nodes: [],
        initializers: [],
      },
    });
    const { sample, outputs: pairs } = await outputs('scaling@1', 'scaling@1');
    expect(sample).toMatchObject({ source: 'GENERATED', rows: 48, seed: 1 });
    expect(pairs).toMatchObject([
      { name: 'y', differences: { elements: 192, differing: 0, absolute: { largest: 0, p99: 0 } } },
    ]);
  });

  it('measures how far tensors lie apart, row by row', async () => {
    const data = Array.from({ length: 400 }, (_, index) => index / 4);
    const found = await outputs('scaling@1', 'scaling@2', { sample: { inputs: [tensor(data)] }, rows: 2 });
    expect(found).toMatchObject({ sample: { source: 'GIVEN', rows: 100 }, answeredRows: 100 });
    // 3x − 2x = x, for x = 0, ¼, ½ … 99¾; half of all are at most the 200th, 49¾.
    expect(found.outputs).toEqual([
      {
        name: 'y',
        targetName: null,
        unit: null,
        obstacle: null,
        differences: {
          elements: 400,
          differing: 399,
          nonFinite: 0,
          otherShapes: 0,
          absolute: {
            largest: 99.75,
            mean: expect.closeTo(49.875, 9),
            p50: 49.75,
            p90: 89.75,
            p99: 98.75,
          },
          relative: { largest: 0.5, mean: expect.closeTo((399 / 400) * 0.5, 9) },
          rows: [
            {
              row: 99,
              instance: null,
              element: 3,
              base: 199.5,
              target: 299.25,
              absolute: 99.75,
              relative: 0.5,
            },
            {
              row: 98,
              instance: null,
              element: 3,
              base: 197.5,
              target: 296.25,
              absolute: 98.75,
              relative: 0.5,
            },
          ],
        },
      },
    ]);
  });

  it('counts what is not finite apart and never hides it', async () => {
    // 2x and 1/x: 0 becomes infinite in the target only, NaN stays NaN in both.
    const found = await outputs('scaling@1', 'scaling@3', { sample: { inputs: [tensor([0, 1, 'NaN', 2])] } });
    expect(found.outputs[0]?.differences).toMatchObject({
      elements: 4,
      differing: 3,
      nonFinite: 1,
      absolute: { largest: 3.5 },
      rows: [{ row: 0, element: 0, base: 0, target: 'Infinity', absolute: null, relative: null }],
    });
  });

  it('tells rows that one version refuses and the other takes', async () => {
    // The fourth version takes two rows at a time only.
    const found = await outputs('scaling@1', 'scaling@4', { sample: { inputs: [tensor([1, 2, 3, 4])] } });
    expect(found).toMatchObject({
      answeredRows: 0,
      refusedByTarget: 1,
      refusedByBase: 0,
      refusals: [{ row: 0, base: null, target: expect.stringContaining('expected shape [2,4], got [1,4]') }],
      outputs: [{ name: 'y', obstacle: 'No row was answered by both.', differences: null }],
    });
    const { signature } = await compare<{ signature: unknown }>(
      'scaling@1',
      'scaling@4',
      'signature { compatibility differences { side tensor kind severity reason base { shape } target { shape } } }',
    );
    expect(signature).toMatchObject({
      compatibility: 'BREAKING',
      differences: [
        {
          side: 'INPUT',
          tensor: 'x',
          kind: 'NARROWED',
          severity: 'BREAKING',
          base: { shape: [-1, 4] },
          target: { shape: [2, 4] },
        },
        { side: 'OUTPUT', tensor: 'y', kind: 'NARROWED', severity: 'BREAKING' },
      ],
    });
  });

  it('compares versions of different models, and numbers of different units never', async () => {
    const found = await outputs('esol@1', 'scaling@1', {
      sample: { inputs: [{ name: 'features', datatype: 'FP64', shape: [1, 4], data: [1, 2, 3, 4] }] },
    });
    expect(found).toMatchObject({ answeredRows: 0, refusedByTarget: 1 });
    expect(found.outputs).toMatchObject([
      {
        name: 'log_s',
        targetName: 'y',
        unit: null,
        obstacle: expect.stringMatching(/^The units differ: log10\(mol\/L\)/),
      },
    ]);
    const { signature, pipeline } = await compare<Record<string, unknown>>(
      'esol@1',
      'binding-energy@1',
      'signature { compatibility differences { kind base { unit } } } pipeline { compatibility differences { path part } }',
    );
    expect(signature).toMatchObject({ compatibility: 'BREAKING' });
    expect(pipeline).toMatchObject({
      compatibility: 'BREAKING',
      differences: expect.arrayContaining([{ path: 'instance.kind', part: 'INSTANCE' }]),
    });
    const instances = await outputs('esol@1', 'binding-energy@1', { sample: { instances: ['CCO'] } });
    expect(instances).toMatchObject({ answeredRows: 0, refusedByTarget: 1, refusedByBase: 0 });
  });

  it('measures single rows by turns', async () => {
    const { latency } = await compare<{ latency: Record<string, unknown> }>(
      'esol@1',
      'esol@2',
      `latency(sample: { instances: ["CCO", "c1ccccc1"] }) {
         reason rows ratio sample { source }
         base { medianMs p25Ms p75Ms runs deployment threads isolation }
         target { medianMs p25Ms p75Ms runs deployment }
       }`,
    );
    const side = { medianMs: expect.any(Number), runs: expect.any(Number) };
    expect(latency).toMatchObject({
      reason: null,
      rows: 2,
      sample: { source: 'GIVEN' },
      base: side,
      target: side,
    });
    const { base, target, ratio } = latency as {
      base: { medianMs: number; p25Ms: number; p75Ms: number; runs: number; threads: number };
      target: { medianMs: number; runs: number };
      ratio: number;
    };
    expect(base.runs).toBe(target.runs);
    expect(base.runs).toBeGreaterThanOrEqual(5);
    expect(base.p25Ms).toBeLessThanOrEqual(base.medianMs);
    expect(base.medianMs).toBeLessThanOrEqual(base.p75Ms);
    expect(base.threads).toBe(1);
    expect(ratio).toBeCloseTo(target.medianMs / base.medianMs, 9);
  });

  it('says why it measured no times', async () => {
    const { latency } = await compare<{ latency: Record<string, unknown> }>(
      'scaling@1',
      'scaling@4',
      'latency(sample: { generated: { rows: 1 } }) { base { runs } target { runs } ratio reason }',
    );
    expect(latency).toMatchObject({
      base: null,
      target: null,
      ratio: null,
      reason: expect.stringMatching(/^No row of the sample could be run by both versions: /),
    });
  });

  it.each<[string, string, string, object, string, RegExp]>([
    ['an unknown model', 'nothing@1', 'esol@1', {}, 'MODEL_NOT_FOUND', /No model is named "nothing"/],
    ['an unknown version', 'esol@1', 'esol@99', {}, 'VERSION_NOT_FOUND', /There is no "esol@99"/],
    ['a reference that is none', 'esol@1', 'esol@@', {}, 'INVALID_ARGUMENT', /Expected a version/],
    [
      'instances for a version without a pipeline',
      'esol@1',
      'scaling@1',
      { sample: { instances: ['CCO'] } },
      'NO_PIPELINE',
      /scaling@1 has no pipeline/,
    ],
    ['no rows', 'esol@1', 'esol@2', { sample: { instances: [] } }, 'INVALID_ARGUMENT', /1 to 1000 rows/],
    [
      'too many rows',
      'esol@1',
      'esol@2',
      { sample: { instances: new Array<string>(1_001).fill('C') } },
      'INVALID_ARGUMENT',
      /got 1001/,
    ],
    [
      'a made-up sample of no rows',
      'esol@1',
      'esol@2',
      { sample: { generated: { rows: 0 } } },
      'INVALID_ARGUMENT',
      /1 to 1000 rows/,
    ],
    [
      'a negative seed',
      'esol@1',
      'esol@2',
      { sample: { generated: { seed: -1 } } },
      'INVALID_ARGUMENT',
      /seed from 0/,
    ],
    ['too many rows to list', 'esol@1', 'esol@2', { rows: 101 }, 'INVALID_ARGUMENT', /1 to 100 rows/],
    [
      'instances neither takes',
      'esol@1',
      'esol@2',
      { sample: { instances: [{ z: 26, n: 30 }] } },
      'INVALID_INSTANCE',
      /^Neither version takes any of the 1 instances/,
    ],
    [
      'tensors neither takes',
      'scaling@1',
      'scaling@2',
      { sample: { inputs: [tensor([1, 2, 3, 4], { datatype: 'FP64' })] } },
      'INVALID_TENSOR',
      /^Neither version takes any of the 1 rows. scaling@1: Input "x": expected datatype FP32, got FP64; scaling@2:/,
    ],
    [
      'a tensor that contradicts itself',
      'scaling@1',
      'scaling@2',
      { sample: { inputs: [tensor([1, 2, 3, 4], { shape: [2, 4] })] } },
      'INVALID_TENSOR',
      /holds 8 values, got 4/,
    ],
    [
      'two samples at once',
      'scaling@1',
      'scaling@2',
      { sample: { instances: ['C'], generated: {} } },
      'BAD_USER_INPUT',
      /ComparisonSampleInput/,
    ],
  ])('refuses %s', async (_, base, target, more, code, message) => {
    const error = await refused(base, target, more);
    expect(error).toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('refuses numbers that no FP32 holds, in a sample as in a request', async () => {
    const inputs = [tensor([1, 2, 3, 1e39])];
    expect(await refused('scaling@1', 'scaling@2', { sample: { inputs } })).toMatchObject({
      code: 'INVALID_TENSOR',
    });
  });

  it('asks for at most as many comparisons as an operation may cost', async () => {
    const fields = Array.from(
      { length: 30 },
      (_, index) =>
        `c${index}: compareVersions(base: "esol@1", target: "esol@2") { outputs { answeredRows } }`,
    );
    expect(onlyError(await app.graphql(`{ ${fields.join(' ')} }`))).toMatchObject({
      code: 'QUERY_TOO_COSTLY',
    });
  });

  it('gives up when its time is over, and lets the next comparison begin', async () => {
    await register(app, 'slow');
    await publish(app, 'slow', slowModel());
    // Some 10 ms each: seconds in all.
    const inputs = [{ name: 'rounds', datatype: 'INT64', shape: [], data: [500] }];
    const answer = await app.graphql(
      `query ($sample: ComparisonSampleInput) {
        compareVersions(base: "slow@1", target: "slow@1") { outputs(sample: $sample, deadlineMs: 100) { answeredRows } }
      }`,
      { sample: { inputs } },
    );
    expect(onlyError(answer)).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(await outputs('scaling@1', 'scaling@2')).toMatchObject({ answeredRows: 48 });
  });

  it('is no request: what versions were asked for is counted without it', async () => {
    const asked = async () => {
      const response = await fetch(`${app.url}/v2/models/scaling/versions/1/stats`);
      const { model_stats } = (await response.json()) as { model_stats: { inference_count: number }[] };
      return model_stats[0]?.inference_count;
    };
    expect(await scale(app, { version: 'scaling@1' }, [1, 2, 3, 4])).toEqual([2, 4, 6, 8]);
    const before = await asked();
    expect(before).toBeGreaterThan(0);
    await outputs('scaling@1', 'scaling@2');
    expect(await asked()).toBe(before);
  });
});

/** y = 1 / x, with the names of a scaling model. */
function reciprocalModel(): Uint8Array {
  const graph = new GraphBuilder('reciprocal', { opset: 17 });
  graph.node('Reciprocal', [graph.input('x', 'FP32', ['rows', 4])], {}, ['y']);
  graph.output('y', 'FP32', ['rows', 4]);
  return graph.build();
}

/** Takes two rows, no more and no fewer. */
function narrowModel(): Uint8Array {
  const graph = new GraphBuilder('narrow', { opset: 17 });
  graph.node('Neg', [graph.input('x', 'FP32', [2, 4])], {}, ['y']);
  graph.output('y', 'FP32', [2, 4]);
  return graph.build();
}
