import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../src/onnx/index.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

let server: TestApp;
beforeAll(async () => {
  server = await startTestApp({ kind: 'embedded' });
});
afterAll(() => server.close());

/** Donors and acceptors of hydrogen bonds: 1 and 1 in ethanol, 0 and 1 in dimethyl ether. */
const inputs = {
  x: { unit: '1', steps: [{ step: 'descriptors', names: ['NumHBD', 'NumHBA'] }] },
};
const pipeline = (outputs: object, more: object = {}) => ({
  format: 1,
  instance: { kind: 'molecule' },
  inputs,
  outputs,
  ...more,
});

async function publish(name: string, bytes: Uint8Array, declared: object): Promise<unknown> {
  const answer = await server.graphql(
    `mutation ($name: String!, $base64: String!, $pipeline: JSON) {
       registerModel(input: {name: $name, domain: CHEMISTRY}) { userErrors { message } }
       publishVersion(input: {model: $name, artifact: {base64: $base64}, pipeline: $pipeline}) {
         version { pipeline } userErrors { code message field } } }`,
    { name, base64: Buffer.from(bytes).toString('base64'), pipeline: declared },
  );
  return (answer.data as { publishVersion: unknown }).publishVersion;
}

async function predict(name: string, ...instances: unknown[]): Promise<readonly Record<string, unknown>[]> {
  const answer = await server.graphql(
    `mutation ($input: PredictInput!) { predict(input: $input) {
       predictions { value unit error { code message } } userErrors { code message } } }`,
    { input: { version: name, instances } },
  );
  const { predict: predicted } = answer.data as {
    predict: { predictions: Record<string, unknown>[]; userErrors: unknown[] };
  };
  expect(predicted.userErrors).toEqual([]);
  return predicted.predictions;
}

const zipMap = await readFile(new URL('../fixtures/graphs/classifier-with-zipmap.onnx', import.meta.url));

describe('A classifier in a pipeline', () => {
  it("answers its label and each class's probability by the class's own name, without a unit for the label", async () => {
    expect(await publish('solubility-class', zipMap, pipeline({ label: {}, prob: {} }))).toMatchObject({
      userErrors: [],
    });
    const [ether, ethanol] = await predict('solubility-class', 'COC', 'CCO');
    expect(ether).toMatchObject({ unit: 'prob: 1', error: null, value: { label: 'wet' } });
    const { dry, wet } = (ether?.value as { prob: { dry: number; wet: number } }).prob;
    expect(dry).toBeCloseTo(1 / (1 + Math.E), 6);
    expect(wet).toBeCloseTo(Math.E / (1 + Math.E), 6);
    expect(ethanol?.value).toMatchObject({ prob: { dry: 0.5, wet: 0.5 } });
  });

  it('by the names its author gives them', async () => {
    const declared = pipeline(
      { label: { classes: { dry: 'poorly soluble', wet: 'soluble' } }, prob: { unit: '1' } },
      {
        result: {
          class: { output: 'label' },
          share: { output: 'prob', columns: ['poorly soluble', 'soluble'] },
          percent: { output: 'prob', unit: '%', steps: [{ step: 'affine', multiply: 100 }] },
        },
      },
    );
    expect(await publish('renamed-classes', zipMap, declared)).toMatchObject({ userErrors: [] });
    const [ether] = await predict('renamed-classes', 'COC');
    expect(ether).toMatchObject({
      value: {
        class: 'soluble',
        share: {
          'poorly soluble': expect.closeTo(0.268941, 5) as unknown,
          soluble: expect.closeTo(0.731059, 5) as unknown,
        },
        percent: { dry: expect.closeTo(26.8941, 3) as unknown, wet: expect.closeTo(73.1059, 3) as unknown },
      },
      unit: 'share: 1, percent: %',
    });
  });

  it('whose labels are numbers answers names, and an error for a number that has none', async () => {
    const graph = new GraphBuilder('argmax', { opset: 17 });
    graph.node('ArgMax', [graph.input('x', 'FP32', ['n', 2])], { axis: 1n, keepdims: 0n }, ['label']);
    graph.output('label', 'INT64', ['n']);
    const bytes = graph.build();
    await publish('numbered-classes', bytes, pipeline({ label: { classes: ['donor', 'acceptor'] } }));
    expect(await predict('numbered-classes', 'COC', 'CCO')).toMatchObject([
      { value: 'acceptor', unit: null },
      { value: 'donor', unit: null },
    ]);
    await publish('half-named-classes', bytes, pipeline({ label: { classes: { 0: 'donor' } } }));
    expect(await predict('half-named-classes', 'COC', 'CCO')).toMatchObject([
      { value: null, error: { code: 'UNKNOWN_CLASS' } },
      { value: 'donor' },
    ]);
  });

  it.each<[string, object, RegExp]>([
    ['a number without a unit', { label: {}, prob: {}, other: {} }, /no output of this name/],
    ['too few names', { label: {}, prob: { columns: ['dry'] } }, /one name for each of the 2 columns.*got 1/],
    ['a name twice', { label: {}, prob: { columns: ['dry', 'dry'] } }, /each name once/],
  ])('is refused for %s', async (_, outputs, words) => {
    expect(await publish('refused', zipMap, pipeline(outputs))).toMatchObject({
      version: null,
      userErrors: [{ code: 'INVALID_PIPELINE', message: expect.stringMatching(words) as unknown }],
    });
  });

  it('still needs a unit for what is no label', async () => {
    const graph = new GraphBuilder('sum', { opset: 17 });
    graph.node('Relu', [graph.input('x', 'FP32', ['n', 2])], {}, ['y']);
    graph.output('y', 'FP32', ['n', 2]);
    expect(await publish('no-unit', graph.build(), pipeline({ y: {} }))).toMatchObject({
      userErrors: [
        {
          code: 'INVALID_PIPELINE',
          field: ['pipeline', 'outputs', 'y', 'unit'],
          message: expect.stringMatching(/a unit is needed/) as unknown,
        },
      ],
    });
    await publish('columns', graph.build(), pipeline({ y: { unit: '1', columns: ['donors', 'acceptors'] } }));
    expect(await predict('columns', 'COC')).toMatchObject([
      { value: { donors: 0, acceptors: 1 }, unit: '1' },
    ]);
  });
});

describe('A pipeline fills', () => {
  it.each(['FP16', 'INT64', 'UINT8'] as const)('%s behind descriptors and fingerprints', async (datatype) => {
    const graph = new GraphBuilder('identity', { opset: 17 });
    graph.node('Identity', [graph.input('x', datatype, ['n', 2])], {}, ['y']);
    graph.output('y', datatype, ['n', 2]);
    const name = `takes-${datatype.toLowerCase()}`;
    expect(await publish(name, graph.build(), pipeline({ y: { unit: '1' } }))).toMatchObject({
      userErrors: [],
    });
    expect(await predict(name, 'COC', 'OCC(O)CO')).toMatchObject([{ value: [0, 1] }, { value: [3, 3] }]);
    const bits = new GraphBuilder('count', { opset: 17 });
    const wide = bits.node('Cast', [bits.input('x', datatype, ['n', 167])], { to: 1n });
    bits.node('ReduceSum', [wide, bits.constant('axis', 'INT64', [1], [1n])], { keepdims: 0n }, ['y']);
    bits.output('y', 'FP32', ['n']);
    await publish(`maccs-${name}`, bits.build(), {
      ...pipeline({ y: { unit: '1' } }),
      inputs: { x: { unit: '1', steps: [{ step: 'fingerprint', type: 'maccs' }] } },
    });
    const [aspirin] = await predict(`maccs-${name}`, 'CC(=O)Oc1ccccc1C(=O)O');
    expect(aspirin).toMatchObject({ value: 21 });
  });

  it('no whole number with one that is none: that is the row’s error', async () => {
    const graph = new GraphBuilder('identity', { opset: 17 });
    graph.node('Identity', [graph.input('x', 'INT64', ['n', 1])], {}, ['y']);
    graph.output('y', 'INT64', ['n', 1]);
    await publish('log-p', graph.build(), {
      ...pipeline({ y: { unit: '1' } }),
      inputs: { x: { unit: '1', steps: [{ step: 'descriptors', names: ['clogP'] }] } },
    });
    expect(await predict('log-p', 'CCO')).toMatchObject([
      { value: null, error: { code: 'NOT_REPRESENTABLE' } },
    ]);
  });
});
