import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../src/onnx/index.js';
import { ask } from '../api/support/ask.js';
import { deploy, IN_THREAD, publish, register, serve } from '../api/support/catalog-steps.js';
import { scalingModel } from '../api/support/own-models.js';
import { identity, slowChain } from '../onnx/awkward-models.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { eventsOfRequest } from './serving-calls.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ kind: 'embedded' });
  await serve(app, 'scale', scalingModel(2));
  await publish(app, 'scale', scalingModel(10));
  await ask(
    app,
    'mutation { setAlias(input: { model: "scale", alias: "canary", version: "scale@2" }) { userErrors { code } } }',
  );
  await deploy(app, 'renamed', 'scale@1');
  await register(app, 'undeployed');
  await publish(app, 'undeployed', scalingModel(5));
  await serve(app, 'pair', pair());
  await serve(app, 'price', regressor());
  await serve(app, 'kind', identity('FP32', ['N', 3]));
  for (const datatype of ['BOOL', 'INT64', 'FP16', 'FP64', 'BYTES'] as const)
    await serve(app, `copy-${datatype.toLowerCase()}`, identity(datatype, ['N']), IN_THREAD);
  await serve(app, 'scalar', identity('FP32', []));
  await serve(app, 'cube', identity('FP32', ['A', 'B', 2]));
});
afterAll(() => app.close());

/** sum = a + b over rows, and the number of rows. */
function pair(): Uint8Array {
  const graph = new GraphBuilder('pair', { opset: 17 });
  graph.input('a', 'FP32', ['N', 2]);
  graph.input('b', 'FP32', ['N']);
  graph.constant('axis', 'INT64', [1], [1n]);
  graph.node('Add', ['a', graph.node('Unsqueeze', ['b', 'axis'])], {}, ['sum']);
  graph.node('Identity', ['b'], {}, ['same']);
  graph.output('sum', 'FP32', ['N', 2]);
  graph.output('same', 'FP32', ['N']);
  return graph.build();
}

/** 100 · rooms + area, FP32 [N,1]; rooms is [N,1] and area [N]. */
function regressor(): Uint8Array {
  const graph = new GraphBuilder('price', { opset: 17 });
  graph.input('rooms', 'FP32', ['N', 1]);
  graph.input('area', 'FP32', ['N']);
  graph.constant('axis', 'INT64', [1], [1n]);
  graph.constant('hundred', 'FP32', [], [100]);
  graph.node(
    'Add',
    [graph.node('Mul', ['rooms', 'hundred']), graph.node('Unsqueeze', ['area', 'axis'])],
    {},
    ['y'],
  );
  graph.output('y', 'FP32', ['N', 1]);
  return graph.build();
}

const get = async (path: string) => {
  const answer = await fetch(app.url + path);
  return { status: answer.status, body: (await answer.json()) as unknown };
};
const post = async (path: string, body: unknown) => {
  const answer = await fetch(app.url + path, {
    method: 'POST',
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const text = await answer.text();
  return { status: answer.status, text, requestId: answer.headers.get('x-request-id') };
};
const answered = async (path: string, body: unknown) => {
  const { status, text } = await post(path, body);
  expect([status, text]).toEqual([200, expect.anything()]);
  return JSON.parse(text) as unknown;
};
const deep = (levels: number) => '['.repeat(levels) + ']'.repeat(levels);
const ROWS = { instances: [[1, 2, 3, 4]] };

describe('the status of a model', () => {
  const available = (version: string) => ({
    model_version_status: [{ version, state: 'AVAILABLE', status: { error_code: 'OK', error_message: '' } }],
  });

  it.each([
    ['/v1/models/scale', '1'],
    ['/v1/models/renamed', '1'],
    ['/v1/models/undeployed', '1'],
    ['/v1/models/scale/versions/2', '2'],
    ['/v1/models/scale/labels/canary', '2'],
    ['/v1/models/renamed/labels/canary', '2'],
  ])('%s', async (path, version) => {
    expect(await get(path)).toEqual({ status: 200, body: available(version) });
  });

  it('ends with an undeploy', async () => {
    await serve(app, 'gone', scalingModel(7));
    await ask(app, 'mutation { undeploy(input: { name: "gone" }) { userErrors { code } } }');
    expect(await get('/v1/models/gone')).toMatchObject({
      status: 200,
      body: { model_version_status: [{ version: '1', state: 'END' }] },
    });
    expect(await post('/v1/models/gone:predict', ROWS)).toMatchObject({ status: 503 });
  });
});

it('describes the signature as TensorFlow does, with 64-bit integers as strings', async () => {
  const float = (name: string) => ({
    name,
    dtype: 'DT_FLOAT',
    tensor_shape: {
      dim: [
        { size: '-1', name: '' },
        { size: '4', name: '' },
      ],
      unknown_rank: false,
    },
  });
  for (const [path, name, version] of [
    ['/v1/models/scale/metadata', 'scale', '1'],
    ['/v1/models/scale/versions/2/metadata', 'scale', '2'],
    ['/v1/models/renamed/labels/canary/metadata', 'renamed', '2'],
  ] as const) {
    expect(await get(path)).toEqual({
      status: 200,
      body: {
        model_spec: { name, signature_name: '', version },
        metadata: {
          signature_def: {
            '@type': 'type.googleapis.com/tensorflow.serving.SignatureDefMap',
            signature_def: {
              serving_default: {
                inputs: { x: float('x') },
                outputs: { y: float('y') },
                method_name: 'tensorflow/serving/predict',
              },
            },
          },
        },
      },
    });
  }
});

describe('predict', () => {
  it('answers by deployment, default version, version and label', async () => {
    const ask = (path: string) => answered(`/v1/models/${path}:predict`, ROWS);
    expect(await ask('scale')).toEqual({ predictions: [[2, 4, 6, 8]] });
    expect(await ask('renamed')).toEqual({ predictions: [[2, 4, 6, 8]] });
    expect(await ask('undeployed')).toEqual({ predictions: [[5, 10, 15, 20]] });
    expect(await ask('scale/versions/2')).toEqual({ predictions: [[10, 20, 30, 40]] });
    expect(await ask('scale/labels/canary')).toEqual({ predictions: [[10, 20, 30, 40]] });
  });

  it('takes rows and columns, of one input by itself or by its name', async () => {
    const rows = [
      [1, 2, 3, 4],
      [0, 0, 0, 1],
    ];
    const doubled = [
      [2, 4, 6, 8],
      [0, 0, 0, 2],
    ];
    const path = '/v1/models/scale:predict';
    expect(await answered(path, { instances: rows })).toEqual({ predictions: doubled });
    expect(await answered(path, { instances: rows.map((x) => ({ x })) })).toEqual({ predictions: doubled });
    expect(await answered(path, { inputs: rows })).toEqual({ outputs: doubled });
    expect(await answered(path, { signature_name: 'serving_default', inputs: { x: rows } })).toEqual({
      outputs: doubled,
    });
  });

  it('names the outputs when there are several', async () => {
    const instances = [
      { a: [1, 2], b: 10 },
      { b: 20, a: [3, 4] },
    ];
    expect(await answered('/v1/models/pair:predict', { instances })).toEqual({
      predictions: [
        { sum: [11, 12], same: 10 },
        { sum: [23, 24], same: 20 },
      ],
    });
    const inputs = { a: [[1, 2]], b: [10] };
    expect(await answered('/v1/models/pair:predict', { inputs })).toEqual({
      outputs: { sum: [[11, 12]], same: [10] },
    });
  });

  it.each([
    ['bool', [true, false], '[true,false]'],
    ['int64', [1, '9007199254740993', -2], '[1,9007199254740993,-2]'],
    ['fp16', [0.5, -2], '[0.5,-2]'],
    ['fp64', [1e300, 0.1], '[1e+300,0.1]'],
    ['bytes', ['CCO', { b64: 'w6k=' }, ''], '["CCO","é",""]'],
  ])('carries %s', async (datatype, instances, expected) => {
    const { text } = await post(`/v1/models/copy-${datatype}:predict`, { instances });
    expect(text).toBe(`{"predictions":${expected}}`);
  });

  it('carries 64-bit integers with all their digits, as numbers', async () => {
    const instances = '[9007199254740993,-9223372036854775808]';
    const { status, text } = await post('/v1/models/copy-int64:predict', `{"instances": ${instances}}`);
    expect([status, text]).toEqual([200, `{"predictions":${instances}}`]);
  });

  it('writes FP32 with the fewest digits that read back to the same float', async () => {
    const { text } = await post('/v1/models/scale:predict', '{"instances": [[0.05, 1e-7, -3.3, 1]]}');
    expect(text).toBe('{"predictions":[[0.1,2e-7,-6.6,2]]}');
  });

  it('carries bare NaN and Infinity both ways', async () => {
    const { status, text } = await post(
      '/v1/models/scale:predict',
      '{"instances": [[NaN, Infinity, -Infinity, 1]]}',
    );
    expect([status, text]).toEqual([200, '{"predictions":[[NaN,Infinity,-Infinity,2]]}']);
  });

  it('carries scalars, three dimensions, and tensors without elements', async () => {
    expect(await answered('/v1/models/scalar:predict', { inputs: 5 })).toEqual({ outputs: 5 });
    const cube = [
      [
        [1, 2],
        [3, 4],
        [5, 6],
      ],
    ];
    expect(await answered('/v1/models/cube:predict', { instances: cube })).toEqual({ predictions: cube });
    expect(await answered('/v1/models/scale:predict', { inputs: [] })).toEqual({ outputs: [] });
    expect(await answered('/v1/models/cube:predict', { inputs: [[], []] })).toEqual({ outputs: [[], []] });
  });
});

describe('regress and classify', () => {
  it('answers one number an example, with what all share in the context', async () => {
    const path = '/v1/models/price:regress';
    const examples = [
      { rooms: 2, area: 30 },
      { rooms: [3], area: [40] },
    ];
    expect(await answered(path, { examples })).toEqual({ results: [230, 340] });
    const shared = { context: { area: 5 }, examples: [{ rooms: 1 }, { rooms: 2 }] };
    expect(await answered(path, shared)).toEqual({ results: [105, 205] });
  });

  it('answers the score of each class, without labels where the model has none', async () => {
    const examples = [{ x: [0.25, 0.5, 0.25] }, { x: [1, 0, 0] }];
    expect(await answered('/v1/models/kind:classify', { examples })).toEqual({
      results: [
        [
          ['', 0.25],
          ['', 0.5],
          ['', 0.25],
        ],
        [
          ['', 1],
          ['', 0],
          ['', 0],
        ],
      ],
    });
  });

  it.each([
    [
      'price:regress',
      { examples: [{ rooms: 1 }] },
      /feature "area" \(FP32 \[-1\]\) in examples\[0\], got an object of "rooms"/,
    ],
    [
      'price:regress',
      { examples: [{ rooms: 1, area: 2, sea: 3 }] },
      /Unknown feature "sea".*expected "rooms"/,
    ],
    [
      'price:regress',
      { examples: [{ rooms: [1, 2], area: 2 }] },
      /"rooms" .*to have 1 values an example, got 2/,
    ],
    ['price:regress', { context: { area: 1 }, examples: [{ rooms: 1, area: 2 }] }, /"area" .*in both/],
    ['price:regress', { examples: [] }, /at least one entry in "examples"/],
    ['price:regress', { examples: { rooms: 1 } }, /examples to be an array, got an object of "rooms"/],
    ['price:regress', ROWS, /examples to be an array, got nothing/],
    [
      'kind:classify',
      { examples: [{ x: [1, 2, 3] }, { x: [1] }] },
      /3 values of feature "x" in examples\[1\].*got 1/,
    ],
    [
      'scale:regress',
      { examples: [{ x: [1, 2, 3, 4] }] },
      /one number for each.*got "y" \(FP32 \[1,4\]\): call :predict/,
    ],
    ['pair:classify', { examples: [{ a: [1, 2], b: 1 }] }, /one output of scores.*got "sum"/],
    ['cube:classify', { examples: [{ x: [1, 2] }] }, /one output of scores.*got "y" \(FP32 \[1,1,2\]\)/],
  ])('refuses %s %j', async (path, body, message) => {
    const { status, text } = await post(`/v1/models/${path}`, body);
    expect(JSON.parse(text)).toEqual({ error: expect.stringMatching(message) });
    expect(status).toBe(400);
  });
});

describe('what is refused', () => {
  it('lists too deep for any tensor', async () => {
    for (const [body, message] of [
      [`{"inputs": ${deep(100_000)}}`, 'at most 64 deep'],
      [`{"instances": [1, ${deep(100_000)}]}`, 'got an array of 1'],
    ] as const)
      expect(await post('/v1/models/scale:predict', body)).toMatchObject({
        status: 400,
        text: expect.stringContaining(message),
      });
  });

  it.each<[string, unknown, RegExp]>([
    ['scale', '', /got an empty one/],
    ['scale', '{"instances": [1,', /not valid JSON/],
    ['scale', [1], /the body to be an object/],
    ['scale', {}, /exactly one of "instances" \(rows\) and "inputs" \(columns\), got neither/],
    ['scale', { instances: [[1]], inputs: [[1]] }, /got both/],
    ['scale', { instances: [] }, /at least one entry in "instances"/],
    ['scale', { instances: 5 }, /instances to be an array, got 5/],
    ['scale', { instances: [[1, 2, 3]] }, /expected shape \[-1,4\], got \[1,3\]/],
    ['scale', { instances: [[1, 2, 3, 4], [1]] }, /shape \[2,4\] needs 4 entries in data\[1\], got 1/],
    ['scale', { instances: [[1, 2, 3, 'x']] }, /expected a number.*got "x"/],
    ['scale', { instances: [[1, 2, 3, { b64: 'AAAA' }]] }, /expected a number.*got an object/],
    ['scale', { instances: [{ z: 1 }] }, /Unknown input "z" in instances: expected "x" \(FP32 \[-1,4\]\)/],
    ['scale', { instances: [{ x: [1, 2, 3, 4] }, 7] }, /instances\[1\] to be an object, got 7/],
    [
      'pair',
      { instances: [{ a: [1, 2], b: 1 }, { a: [1, 2] }] },
      /instances\[1\] to name the same inputs.*got an object of "a"/,
    ],
    ['pair', { instances: [[1, 2]] }, /instances\[0\] to be an object of "a" .*"b" .*got an array of 2/],
    ['pair', { inputs: { a: [[1, 2]] } }, /Missing input "b"/],
    ['scalar', { instances: [1] }, /expected shape \[\], got \[1\]/],
    ['scale', { signature_name: 'other', ...ROWS }, /signature_name to be "serving_default".*got "other"/],
    ['scale', { signature_name: 3, ...ROWS }, /signature_name to be a string, got 3/],
  ])('%s %j', async (model, body, message) => {
    const { status, text } = await post(`/v1/models/${model}:predict`, body);
    expect(JSON.parse(text)).toEqual({ error: expect.stringMatching(message) });
    expect(status).toBe(400);
  });

  it.each([
    ['POST', '/v1/models/nothing:predict', 404],
    ['POST', '/v1/models/No_Such:predict', 404],
    ['POST', '/v1/models/scale/versions/9:predict', 404],
    ['POST', '/v1/models/scale/labels/nothing:predict', 404],
    ['POST', '/v1/models/scale/versions/canary:predict', 400],
    ['POST', '/v1/models/scale/labels/2:predict', 400],
    ['POST', '/v1/models/scale:explain', 404],
    ['GET', '/v1/models/nothing', 404],
    ['GET', '/v1/models/nothing/metadata', 404],
    ['GET', '/v1/models/scale/versions/9', 404],
    ['GET', '/v1/nothing', 404],
    ['GET', '/v1/models/scale:predict', 405],
    ['POST', '/v1/models/scale', 405],
    ['DELETE', '/v1/models/scale', 405],
    ['POST', '/v1/models/scale/metadata', 405],
  ])('%s %s', async (method, path, status) => {
    const answer = await fetch(app.url + path, {
      method,
      ...(method === 'POST' && { body: JSON.stringify(ROWS) }),
    });
    expect(await answer.json()).toEqual({ error: expect.any(String) });
    expect(answer.status).toBe(status);
    expect(answer.headers.has('allow')).toBe(status === 405);
  });

  it('outputs that are not one row an instance, with the form that takes them', async () => {
    await serve(app, 'whole', slowChain(1, 2));
    const { status, text } = await post('/v1/models/whole:predict', {
      instances: [
        [1, 0],
        [0, 1],
      ],
    });
    expect([status, text]).toEqual([400, expect.stringMatching(/shape \[\].*not one row.*columnar/)]);
    expect(
      await answered('/v1/models/whole:predict', {
        inputs: [
          [1, 0],
          [0, 1],
        ],
      }),
    ).toEqual({ outputs: 0.5 });
  });

  it('becomes one event, with the model', async () => {
    const { requestId } = await post('/v1/models/scale:predict', { instances: [[1]] });
    expect(await eventsOfRequest(app, requestId)).toEqual([
      {
        kind: 'REQUEST_FAILED',
        message: expect.stringMatching(/^infer on scale failed: .*expected shape/),
        deployment: { name: 'scale' },
      },
    ]);
  });
});
