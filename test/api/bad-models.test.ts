import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { ONNX_ELEMENT_TYPES } from '../../src/tensors/data-types.js';
import { GraphBuilder } from '../../src/onnx/index.js';
import { rawModel, tensorType } from '../onnx/awkward-models.js';
import { anyDatabaseKind } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal, refusals } from './support/ask.js';
import { publish, PUBLISH, register, scale } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';
import { unfinishedUploads } from './support/stored-files.js';

describe.each(anyDatabaseKind)('files that cannot be served, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
    await register(app, 'candidate');
    await publish(app, 'candidate', scalingModel(2));
  });
  afterAll(() => app.close());
  afterEach(async () => {
    expect(await unfinishedUploads(app)).toEqual([]);
    expect(await ask(app, '{ model(name: "candidate") { versions { totalCount } } }')).toEqual({
      model: { versions: { totalCount: 1 } },
    });
    expect(await scale(app, { version: 'candidate@1' }, [1, 2, 3, 4])).toEqual([2, 4, 6, 8]);
  });

  const refused = async (bytes: Uint8Array, more: object = {}) => {
    const { digest } = await app.upload(bytes);
    const error = await refusal(app, PUBLISH, {
      input: { model: 'candidate', artifact: { digest }, ...more },
    });
    expect(error.message).not.toContain(app.config.dataDirectory);
    return error;
  };

  it.each([
    { file: 'text', bytes: () => Buffer.from('this is no model'), code: 'INVALID_MODEL' },
    { file: 'zeros', bytes: () => Buffer.alloc(4_096), code: 'INVALID_MODEL' },
    { file: 'a model cut short', bytes: () => scalingModel(2).subarray(0, 90), code: 'INVALID_MODEL' },
    { file: 'a page', bytes: () => Buffer.from('<!DOCTYPE html><html></html>'), code: 'INVALID_MODEL' },
    {
      file: 'a zip, as PyTorch saves',
      bytes: () => Buffer.from('PK\u0003\u0004 archive/data.pkl'),
      code: 'INVALID_MODEL',
    },
    {
      file: 'an operator nobody knows',
      bytes: () => oneNode('com.example.Frobnicate', { domains: { 'com.example': 1 } }),
      code: 'UNSUPPORTED_MODEL',
    },
    {
      file: 'an operator set of the future',
      bytes: () => oneNode('Relu', { opset: 99, irVersion: 8 }),
      code: 'UNSUPPORTED_MODEL',
    },
    { file: 'a graph that answers a list', bytes: listGraph, code: 'UNSUPPORTED_MODEL' },
    { file: 'a graph that answers dictionaries', bytes: dictionaryGraph, code: 'UNSUPPORTED_MODEL' },
    { file: 'a graph that takes what may be absent', bytes: optionalGraph, code: 'UNSUPPORTED_MODEL' },
    { file: 'a graph of complex numbers', bytes: complexGraph, code: 'UNSUPPORTED_MODEL' },
    { file: 'an output declared as what it is not', bytes: sequenceGraph, code: 'INVALID_MODEL' },
    { file: 'shapes that contradict each other', bytes: contradictoryGraph, code: 'INVALID_MODEL' },
  ])('$file', async ({ bytes, code }) => {
    const error = await refused(bytes());
    expect(error).toMatchObject({ code, message: expect.stringMatching(/\w{3,}/) });
    expect(error.field?.[0]).toBe('artifact');
  });

  it.each([
    { problem: 'nothing a pipeline is made of', pipeline: { hello: 'world' }, says: 'format' },
    { problem: 'an input the graph does not have', pipeline: nuclidePipeline('q'), says: 'q' },
    { problem: 'no unit', pipeline: { ...nuclidePipeline('x'), outputs: { y: {} } }, says: 'unit' },
  ])('a pipeline with $problem', async ({ pipeline, says }) => {
    const { digest } = await app.upload(scalingModel(3));
    const input = { model: 'candidate', artifact: { digest }, pipeline };
    // Everything that is wrong at once, each with its place.
    const errors = await refusals(app, PUBLISH, { input });
    expect(errors).toContainEqual(expect.objectContaining({ message: expect.stringContaining(says) }));
    for (const { code, field, message } of errors) {
      expect([code, field?.[0]]).toEqual(['INVALID_PIPELINE', 'pipeline']);
      expect(message).not.toContain(app.config.dataDirectory);
    }
  });

  it.each([
    { what: 'an input without a name', name: '', shape: ['n'], message: /^Input 1 of 1 has an empty name/ },
    {
      what: 'an input of a hundred dimensions',
      name: 'x',
      shape: Array<number>(100).fill(1),
      message: /^Input "x" has 100 dimensions, expected at most 64/,
    },
    {
      what: 'an input of more elements than a tensor may have',
      name: 'x',
      shape: [2 ** 20, 2 ** 20, 'n'],
      message: /^Input "x" has the shape \[1048576,1048576,-1\].*the most a tensor may have/,
    },
  ])('$what, which nobody could call', async ({ name, shape, message }) => {
    const graph = new GraphBuilder('uncallable', { opset: 17 });
    graph.input(name, 'FP32', shape);
    graph.constant('one', 'FP32', [1], [1]);
    graph.node('Identity', ['one'], {}, ['y']);
    graph.output('y', 'FP32', [1]);
    const { code, message: told } = await refused(graph.build());
    expect(code).toBe(name === '' ? 'INVALID_MODEL' : 'UNSUPPORTED_MODEL');
    expect(told).toMatch(message);
  });

  it('one metric twice for one data set', async () => {
    const metrics = [
      { name: 'rmse', value: 1, dataset: 'd' },
      { name: 'rmse', value: 2, dataset: 'd' },
    ];
    expect(await refused(scalingModel(3), { metrics })).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: ['metrics', '1'],
    });
  });

  it('a parent that does not exist', async () => {
    expect(
      await refused(scalingModel(3), { derivedFrom: [{ version: 'candidate@9', relation: 'PRUNED' }] }),
    ).toMatchObject({
      code: 'VERSION_NOT_FOUND',
      field: ['derivedFrom', '0', 'version'],
    });
  });
});

function oneNode(
  op: string,
  options: { domains?: Record<string, number>; opset?: number; irVersion?: number },
): Uint8Array {
  const graph = new GraphBuilder('one_node', { opset: 17, ...options });
  graph.input('x', 'FP32', [1]);
  graph.node(op, ['x'], {}, ['y']);
  graph.output('y', 'FP32', [1]);
  return graph.build();
}

const vector = tensorType(ONNX_ELEMENT_TYPES.FP32, [2]);

function listGraph(): Uint8Array {
  return rawModel('SequenceConstruct', vector, { sequence_type: { elem_type: vector } });
}

/** What scikit-learn's classifiers are exported with by default. */
function dictionaryGraph(): Uint8Array {
  const dictionary = { map_type: { key_type: ONNX_ELEMENT_TYPES.INT64, value_type: vector } };
  return rawModel('ZipMap', vector, { sequence_type: { elem_type: dictionary } });
}

function optionalGraph(): Uint8Array {
  return rawModel('OptionalGetElement', { optional_type: { elem_type: vector } }, vector);
}

function complexGraph(): Uint8Array {
  const complex64 = tensorType(14, [2]);
  return rawModel('Identity', complex64, complex64);
}

/** Declares a tensor and computes a sequence. */
function sequenceGraph(): Uint8Array {
  const graph = new GraphBuilder('sequence', { opset: 17 });
  graph.input('x', 'FP32', [1]);
  graph.node('SequenceConstruct', ['x'], {}, ['y']);
  graph.output('y', 'FP32', [1]);
  return graph.build();
}

function contradictoryGraph(): Uint8Array {
  const graph = new GraphBuilder('contradictory', { opset: 17 });
  graph.input('x', 'FP32', [2, 3]);
  graph.constant('w', 'FP32', [4, 5], Array<number>(20).fill(1));
  graph.node('MatMul', ['x', 'w'], {}, ['y']);
  graph.output('y', 'FP32', [2, 5]);
  return graph.build();
}

function nuclidePipeline(input: string): object {
  return {
    format: 1,
    instance: { kind: 'nuclide' },
    inputs: { [input]: { unit: '1', steps: [{ step: 'field', field: 'z' }] } },
    outputs: { y: { unit: '1' } },
  };
}
