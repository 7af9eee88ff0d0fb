import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { esolPipeline } from '../../examples/esol/pipeline.js';
import { GraphBuilder } from '../../src/onnx/index.js';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, onlyError, refusal, succeed } from './support/ask.js';
import { publish, PUBLISH, register } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';

const x = (data: readonly unknown[], more: object = {}) => ({
  name: 'x',
  datatype: 'FP32',
  shape: [data.length / 4, 4],
  data,
  ...more,
});
const y = (data: readonly unknown[], more: object = {}) => x(data, { name: 'y', ...more });

const EXAMPLES = /* GraphQL */ `
  query ($ref: String!) {
    version(ref: $ref) {
      examples {
        name
        description
        instance
        expected
        inputs {
          name
          datatype
          shape
          data
        }
        expectedOutputs(encoding: BASE64) {
          name
          data
        }
      }
    }
  }
`;
const OUTPUTS = /* GraphQL */ `
  query ($base: String!, $target: String!, $sample: ComparisonSampleInput) {
    compareVersions(base: $base, target: $target) {
      outputs(sample: $sample) {
        sample {
          source
          description
          rows
          seed
          parts {
            origin
            firstRow
            rows
          }
        }
        answeredRows
        refusals {
          row
          origin
          target
        }
        outputs {
          name
          expectation {
            rows
            base {
              largest
              mean
            }
            target {
              largest
              mean
            }
          }
          differences {
            elements
            rows {
              row
              instance
              origin
              element
              base
              target
              expected
            }
          }
        }
      }
    }
  }
`;

/** features [batch, 4] to their sum, as esol's pipeline wants it. */
function sumModel(): Uint8Array {
  const graph = new GraphBuilder('sum', { opset: 17 });
  graph.input('features', 'FP64', ['batch', 4]);
  graph.constant('ones', 'FP64', [4, 1], [1, 1, 1, 1]);
  graph.node('MatMul', ['features', 'ones'], {}, ['log_s']);
  graph.output('log_s', 'FP64', ['batch', 1]);
  return graph.build();
}

describe.each(databaseKinds)('examples of versions, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
    await register(app, 'scaling');
    await publish(app, 'scaling', scalingModel(2), {
      examples: [
        { name: 'one row', description: 'The first.', inputs: [x([1, 2, 3, 4])] },
        {
          inputs: [x([1, 0, 0, 0, 2, 0, 0, 0])],
          expectedOutputs: [y([2, 0, 0, 0, 4, 0, 0, 1])],
        },
      ],
    });
    await publish(app, 'scaling', scalingModel(3), {
      examples: [{ name: 'the same row', inputs: [x([1, 2, 3, 4])], expectedOutputs: [y([3, 6, 9, 12])] }],
    });
    await publish(app, 'scaling', scalingModel(4));
    await register(app, 'sum');
    await publish(app, 'sum', sumModel(), {
      pipeline: esolPipeline,
      examples: [{ name: 'ethanol', instance: 'CCO', expected: 46 }, { instance: { smiles: 'c1ccccc1' } }],
    });
    await publish(app, 'sum', sumModel(), { pipeline: esolPipeline });
  });
  afterAll(() => app.close());

  const examples = async (ref: string) =>
    (await ask<{ version: { examples: readonly Record<string, unknown>[] } }>(app, EXAMPLES, { ref })).version
      .examples;
  const outputs = async (base: string, target: string, sample: object) => {
    const answer = await ask<{ compareVersions: { outputs: Record<string, unknown> } }>(app, OUTPUTS, {
      base,
      target,
      sample,
    });
    return answer.compareVersions.outputs;
  };

  it('are read as they were published', async () => {
    expect(await examples('sum@1')).toEqual([
      {
        name: 'ethanol',
        description: null,
        instance: 'CCO',
        expected: 46,
        inputs: null,
        expectedOutputs: null,
      },
      {
        name: null,
        description: null,
        instance: { smiles: 'c1ccccc1' },
        expected: null,
        inputs: null,
        expectedOutputs: null,
      },
    ]);
    expect(await examples('scaling@1')).toEqual([
      {
        name: 'one row',
        description: 'The first.',
        instance: null,
        expected: null,
        inputs: [x([1, 2, 3, 4])],
        expectedOutputs: [],
      },
      {
        name: null,
        description: null,
        instance: null,
        expected: null,
        inputs: [x([1, 0, 0, 0, 2, 0, 0, 0])],
        expectedOutputs: [
          { name: 'y', data: Buffer.from(Float32Array.of(2, 0, 0, 0, 4, 0, 0, 1).buffer).toString('base64') },
        ],
      },
    ]);
    expect(await examples('scaling@3')).toEqual([]);
  });

  it('are rows to compare versions on, which say where they come from and what they expect', async () => {
    const found = await outputs('scaling@1', 'scaling@2', { examples: {} });
    expect(found).toMatchObject({
      sample: {
        source: 'EXAMPLES',
        description: 'Examples: 1 of scaling@2, 1 of scaling@1',
        rows: 3,
        seed: null,
        parts: [
          { origin: 'example "the same row" of scaling@2', firstRow: 0, rows: 1 },
          { origin: 'example 2 of scaling@1', firstRow: 1, rows: 2 },
        ],
      },
      answeredRows: 3,
      outputs: [
        {
          name: 'y',
          // 2x and 3x of [1 2 3 4], [1 0 0 0] and [2 0 0 0]; the examples expect 3x of the first, and 2x and 1 more.
          expectation: {
            rows: 3,
            base: { largest: 4, mean: expect.closeTo(11 / 12, 9) },
            target: { largest: 2, mean: expect.closeTo(4 / 12, 9) },
          },
          differences: {
            elements: 12,
            rows: [
              {
                row: 0,
                instance: null,
                origin: 'example "the same row" of scaling@2',
                element: 3,
                base: 8,
                target: 12,
                expected: 12,
              },
              { row: 2, origin: 'example 2 of scaling@1', element: 0, base: 4, target: 6, expected: 4 },
              { row: 1, origin: 'example 2 of scaling@1', element: 0, base: 2, target: 3, expected: 2 },
            ],
          },
        },
      ],
    });
  });

  it('are taken of one version alone when so asked', async () => {
    expect(await outputs('scaling@1', 'scaling@3', { examples: { of: 'BASE' } })).toMatchObject({
      sample: { description: 'Examples: 2 of scaling@1', rows: 3 },
    });
    const refused = onlyError(
      await app.graphql(OUTPUTS, {
        base: 'scaling@1',
        target: 'scaling@3',
        sample: { examples: { of: 'TARGET' } },
      }),
    );
    expect(refused).toMatchObject({
      code: 'EMPTY_SAMPLE',
      message: 'scaling@3 was published without examples (publishVersion takes them). Give another sample.',
    });
  });

  it('go through both pipelines as instances, and time single rows', async () => {
    const found = await outputs('sum@1', 'sum@2', { examples: {} });
    expect(found).toMatchObject({
      sample: { rows: 2, parts: [{ origin: 'example "ethanol" of sum@1' }, { rows: 1 }] },
      outputs: [{ expectation: { rows: 1, base: { largest: expect.closeTo(0.068, 2) } } }],
    });
    const { compareVersions } = await ask<{ compareVersions: { latency: object } }>(
      app,
      '{ compareVersions(base: "sum@1", target: "sum@2") { latency(sample: { examples: {} }) { reason rows } } }',
    );
    expect(compareVersions.latency).toEqual({ reason: null, rows: 2 });
  });

  it('that are instances cannot be asked of a version without a pipeline', async () => {
    const variables = { base: 'sum@1', target: 'scaling@3', sample: { examples: {} } };
    expect(onlyError(await app.graphql(OUTPUTS, variables))).toMatchObject({
      code: 'NO_PIPELINE',
      message: expect.stringMatching(/^The examples are instances, and scaling@3 has no pipeline/),
    });
  });

  it.each<[string, object[], string, string[], RegExp]>([
    [
      'neither',
      [{ name: 'empty' }],
      'INVALID_ARGUMENT',
      ['0'],
      /exactly one of instance and inputs, got neither/,
    ],
    ['both', [{ instance: 'C', inputs: [x([1, 2, 3, 4])] }], 'INVALID_ARGUMENT', ['0'], /got both/],
    [
      'an instance without a pipeline',
      [{ instance: 'C' }],
      'NO_PIPELINE',
      ['0', 'instance'],
      /got an instance/,
    ],
    [
      'another datatype, in the second',
      [{ inputs: [x([1, 2, 3, 4])] }, { inputs: [x([1, 2, 3, 4], { datatype: 'FP64' })] }],
      'INVALID_TENSOR',
      ['1', 'inputs', '0', 'datatype'],
      /expected datatype FP32, got FP64/,
    ],
    [
      'fewer values than the shape',
      [{ inputs: [x([1, 2, 3, 4], { shape: [2, 4] })] }],
      'INVALID_TENSOR',
      ['0', 'inputs', '0', 'data'],
      /holds 8 values, got 4/,
    ],
    ['no input at all', [{ inputs: [] }], 'INVALID_TENSOR', ['0', 'inputs'], /Missing input "x"/],
    [
      'an output there is not',
      [{ inputs: [x([1, 2, 3, 4])], expectedOutputs: [x([1, 2, 3, 4])] }],
      'INVALID_TENSOR',
      ['0', 'expectedOutputs', '0', 'name'],
      /Unknown output "x": expected one of "y"/,
    ],
    [
      'an output of another shape',
      [{ inputs: [x([1, 2, 3, 4])], expectedOutputs: [y([1, 2, 3, 4], { shape: [4] })] }],
      'INVALID_TENSOR',
      ['0', 'expectedOutputs', '0', 'shape'],
      /Output "y": expected shape \[-1,4\], got \[4\]/,
    ],
    [
      'an output of wrong values',
      [{ inputs: [x([1, 2, 3, 4])], expectedOutputs: [y([1, 2, 3, 'four'])] }],
      'INVALID_TENSOR',
      ['0', 'expectedOutputs', '0', 'data'],
      /^Output "y": /,
    ],
    [
      'an output twice',
      [{ inputs: [x([1, 2, 3, 4])], expectedOutputs: [y([1, 2, 3, 4]), y([1, 2, 3, 4])] }],
      'INVALID_TENSOR',
      ['0', 'expectedOutputs', '1', 'name'],
      /came twice/,
    ],
    [
      'an expected value for tensors',
      [{ inputs: [x([1, 2, 3, 4])], expected: 3 }],
      'INVALID_ARGUMENT',
      ['0', 'expected'],
      /expected goes with an instance/,
    ],
    [
      'more than there may be',
      new Array<object>(101).fill({ inputs: [x([1, 2, 3, 4])] }),
      'INVALID_ARGUMENT',
      [],
      /at most 100 examples, got 101/,
    ],
    [
      'a name too long',
      [{ name: 'n'.repeat(201), inputs: [x([1, 2, 3, 4])] }],
      'INVALID_ARGUMENT',
      ['0', 'name'],
      /at most 200 characters/,
    ],
    [
      'more bytes than there may be',
      new Array<object>(2).fill({ inputs: [x(new Array<number>(100_000).fill(1))] }),
      'INVALID_ARGUMENT',
      [],
      /at most 1048576 bytes together .* got more with the first 2/,
    ],
  ])('refuses %s, and publishes nothing', async (_, given, code, field, message) => {
    const base64 = Buffer.from(scalingModel(7)).toString('base64');
    const input = { model: 'scaling', artifact: { base64 }, examples: given };
    expect(await refusal(app, PUBLISH, { input })).toEqual({
      code,
      field: ['examples', ...field],
      message: expect.stringMatching(message),
    });
    expect(await examples('scaling')).toEqual([]);
  });

  it.each<[string, object, string, RegExp]>([
    ['a molecule that is none', { instance: 'C1CC' }, 'instance', /^INVALID_SMILES: "C1CC"/],
    [
      'an instance of another kind',
      { instance: { z: 1 } },
      'instance',
      /^INVALID_INSTANCE: Unknown field "z"/,
    ],
    [
      'an answer that predict never gives',
      { instance: 'C', expected: { log_s: 1 } },
      'expected',
      /Expected a number/,
    ],
  ])('refuses %s in its place', async (_, example, part, message) => {
    const base64 = Buffer.from(sumModel()).toString('base64');
    const input = {
      model: 'sum',
      artifact: { base64 },
      pipeline: esolPipeline,
      examples: [{ instance: 'CCO' }, example],
    };
    expect(await refusal(app, PUBLISH, { input })).toEqual({
      code: 'INVALID_INSTANCE',
      field: ['examples', '1', part],
      message: expect.stringMatching(message),
    });
    const { version } = await ask<{ version: { number: number } }>(app, '{ version(ref: "sum") { number } }');
    expect(version.number).toBe(2);
  });

  it('are listed with one read for all versions of a page, and go with their model', async () => {
    await register(app, 'gone');
    await publish(app, 'gone', scalingModel(2), { examples: [{ inputs: [x([1, 2, 3, 4])] }] });
    const document =
      '{ model(name: "scaling") { versions(first: 3) { edges { node { number examples { name } } } } } }';
    const { model } = await ask<{
      model: { versions: { edges: { node: { number: number; examples: object[] } }[] } };
    }>(app, document);
    expect(model.versions.edges.map(({ node }) => [node.number, node.examples.length])).toEqual([
      [3, 0],
      [2, 1],
      [1, 2],
    ]);
    for (const mutation of [
      'archiveModel(input: { name: "gone", archived: true })',
      'deleteModel(input: { name: "gone" })',
    ])
      await succeed(app, `mutation { ${mutation} { userErrors { code message } } }`);
    expect(await app.graphql('{ version(ref: "gone@1") { ref } }')).toMatchObject({
      data: { version: null },
    });
  });
});
