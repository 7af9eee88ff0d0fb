import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DATA_TYPES, type DataType } from '../../src/tensors/index.js';
import { GraphBuilder } from '../../src/onnx/index.js';
import { deploy, IN_THREAD, publish, register, serve } from '../api/support/catalog-steps.js';
import { PATIENT_MS, serveWith } from '../api/support/serving-steps.js';
import { scalingModel, slowModel } from '../api/support/own-models.js';
import { identity } from '../onnx/awkward-models.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { binaryInfer, eventsOfRequest } from './serving-calls.js';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ kind: 'embedded' });
  await serve(app, 'scale', scalingModel(2));
  await publish(app, 'scale', scalingModel(10));
  await deploy(app, 'renamed', 'scale@1');
  await register(app, 'undeployed');
  await publish(app, 'undeployed', scalingModel(5));
  await serve(app, 'pair', pair());
  for (const datatype of DATA_TYPES)
    await serve(app, `copy-${datatype.toLowerCase()}`, identity(datatype, ['N']), IN_THREAD);
  await serve(app, 'scalar', identity('INT64', []));
});
afterAll(() => app.close());

/** sum = a + b, and a handed through. */
function pair(): Uint8Array {
  const graph = new GraphBuilder('pair', { opset: 17 });
  graph.input('a', 'FP32', ['N', 2]);
  graph.input('b', 'FP32', ['N', 2]);
  graph.node('Add', ['a', 'b'], {}, ['sum']);
  graph.node('Identity', ['a'], {}, ['same']);
  graph.output('sum', 'FP32', ['N', 2]);
  graph.output('same', 'FP32', ['N', 2]);
  return graph.build();
}

const get = async (path: string) => {
  const answer = await fetch(app.url + path);
  return { status: answer.status, body: (await answer.json()) as unknown };
};
const post = async (path: string, body?: unknown, headers: Record<string, string> = {}) => {
  const text = body === undefined || typeof body === 'string' ? body : JSON.stringify(body);
  const answer = await fetch(app.url + path, {
    method: 'POST',
    headers,
    ...(text !== undefined && { body: text }),
  });
  return {
    status: answer.status,
    headers: answer.headers,
    body: (await answer.json()) as Record<string, unknown>,
  };
};
const row = (data: unknown = [1, 2, 3, 4], shape: unknown = [1, 4]) => ({
  inputs: [{ name: 'x', datatype: 'FP32', shape, data }],
});
const scaled = (values: readonly number[]) => ({
  outputs: [{ name: 'y', datatype: 'FP32', shape: [1, 4], data: values }],
});

describe('the server', () => {
  it('tells who it is and what it speaks beyond the protocol', async () => {
    const expected = {
      name: 'retort',
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      extensions: [
        'binary_tensor_data',
        'model_configuration',
        'model_repository',
        'schedule_policy',
        'statistics',
      ],
    };
    expect(await get('/v2')).toEqual({ status: 200, body: expected });
    expect(await get('/v2/')).toEqual({ status: 200, body: expected });
  });

  it('is live and ready', async () => {
    expect((await get('/v2/health/live')).status).toBe(200);
    expect((await get('/v2/health/ready')).status).toBe(200);
  });
});

describe('a model', () => {
  it('describes the version that answers under its name', async () => {
    expect(await get('/v2/models/scale')).toEqual({
      status: 200,
      body: {
        name: 'scale',
        versions: ['1'],
        platform: 'onnx_onnxv1',
        inputs: [{ name: 'x', datatype: 'FP32', shape: [-1, 4] }],
        outputs: [{ name: 'y', datatype: 'FP32', shape: [-1, 4] }],
      },
    });
    expect((await get('/v2/models/scale/versions/2')).body).toMatchObject({ versions: ['2'] });
    expect((await get('/v2/models/undeployed')).body).toMatchObject({ name: 'undeployed', versions: ['1'] });
  });

  it.each(['/v2/models/scale', '/v2/models/scale/versions/2', '/v2/models/renamed', '/v2/models/undeployed'])(
    'is ready at %s',
    async (path) => {
      expect((await get(`${path}/ready`)).status).toBe(200);
    },
  );

  it.each(['/v2/models/nothing', '/v2/models/No_Such', '/v2/models/scale/versions/9'])(
    'is not found at %s, ready or not',
    async (path) => {
      for (const suffix of ['', '/ready'])
        expect(await get(path + suffix)).toEqual({ status: 404, body: { error: expect.any(String) } });
    },
  );
});

describe('infer with JSON', () => {
  it('answers by the deployment of the name, else by the model’s default version, or by the version asked for', async () => {
    // One is loaded only now.
    const parameters = { timeout: 1_000 * PATIENT_MS };
    const ask = async (path: string) =>
      (await post(`/v2/models/${path}/infer`, { id: 'q', parameters, ...row() })).body;
    const twice = scaled([2, 4, 6, 8]);
    expect(await ask('scale')).toEqual({ model_name: 'scale', model_version: '1', id: 'q', ...twice });
    expect(await ask('renamed')).toEqual({ model_name: 'renamed', model_version: '1', id: 'q', ...twice });
    expect(await ask('undeployed')).toMatchObject({ model_version: '1', ...scaled([5, 10, 15, 20]) });
    for (const path of ['scale/versions/2', 'renamed/versions/2'])
      expect(await ask(path)).toMatchObject({ model_version: '2', ...scaled([10, 20, 30, 40]) });
  });

  it('takes nested data, fields that are null, and no Content-Type but JSON', async () => {
    const nulls = { id: null, parameters: null, outputs: null };
    const { body } = await post('/v2/models/scale/infer', { ...nulls, ...row([[1, 2, 3, 4]]) });
    expect(body).toMatchObject(scaled([2, 4, 6, 8]));
    const form = { 'content-type': 'application/x-www-form-urlencoded' };
    expect((await post('/v2/models/scale/infer', row(), form)).body).toMatchObject(scaled([2, 4, 6, 8]));
  });

  it('leaves the id out when the caller gave none', async () => {
    const { body, headers } = await post('/v2/models/scale/infer', row());
    expect(body).not.toHaveProperty('id');
    expect(headers.get('x-request-id')).toMatch(/./);
  });

  it('writes FP32 with the fewest digits that read back to the same float', async () => {
    const text = JSON.stringify(row([0.05, 8_388_608.5, 1e-7, -3.3]));
    const answer = await fetch(`${app.url}/v2/models/scale/infer`, { method: 'POST', body: text });
    expect(await answer.text()).toContain('"data":[0.1,16777216,2e-7,-6.6]');
  });

  it('carries 64-bit integers with all their digits, as numbers', async () => {
    const digits = ['9007199254740993', '-9223372036854775808', '9223372036854775807', '-1'];
    const data = digits.join(', ');
    const body = `{"inputs":[{"name":"x","datatype":"INT64","shape":[4],"data":[${data}]}]}`;
    const answer = await fetch(`${app.url}/v2/models/copy-int64/infer`, { method: 'POST', body });
    expect(await answer.text()).toContain(`"data":[${digits.join(',')}]`);
    const beyond = body.replace('9007199254740993', '9223372036854775808');
    const refused = await post('/v2/models/copy-int64/infer', beyond);
    expect([refused.status, refused.body.error]).toEqual([
      400,
      expect.stringContaining('9223372036854775808 at index 0 is outside INT64'),
    ]);
  });

  it('takes an integer beyond 2^53 for the nearest float where floats are asked for, and for no text', async () => {
    const ask = (datatype: string, data: string) =>
      post(
        `/v2/models/copy-${datatype.toLowerCase()}/infer`,
        `{"inputs":[{"name":"x","datatype":"${datatype}","shape":[1],"data":[${data}]}]}`,
      );
    const float = await ask('FP64', '12345678901234567890');
    expect(float.body).toMatchObject({ outputs: [{ data: [12345678901234567000] }] });
    for (const datatype of ['INT32', 'UINT8', 'BOOL', 'BYTES'])
      expect((await ask(datatype, '9007199254740993')).body.error).toContain('9007199254740993');
  });

  it('answers the outputs asked for, in that order', async () => {
    const input = (name: string, data: number[]) => ({ name, datatype: 'FP32', shape: [1, 2], data });
    const inputs = [input('b', [10, 20]), input('a', [1, 2])];
    const ask = async (...names: string[]) =>
      (await post('/v2/models/pair/infer', { inputs, outputs: names.map((name) => ({ name })) })).body
        .outputs;
    expect(await ask('same')).toEqual([{ name: 'same', datatype: 'FP32', shape: [1, 2], data: [1, 2] }]);
    expect(await ask('same', 'sum')).toMatchObject([{ name: 'same' }, { name: 'sum', data: [11, 22] }]);
    expect(await ask()).toMatchObject([{ name: 'sum' }, { name: 'same' }]);
  });

  it('takes bare NaN and Infinity and answers them as strings, so that the answer is JSON', async () => {
    const text = JSON.stringify(row()).replace('[1,2,3,4]', '[NaN, Infinity, -Infinity, 1]');
    expect((await post('/v2/models/scale/infer', text)).body).toMatchObject({
      outputs: [{ data: ['NaN', 'Infinity', '-Infinity', 2] }],
    });
  });
});

/** Two elements of each type as JSON, and as the bytes the protocol says. */
const VALUES: Record<DataType, { json: readonly unknown[]; hex: string }> = {
  BOOL: { json: [true, false], hex: '0100' },
  UINT8: { json: [1, 255], hex: '01ff' },
  UINT16: { json: [1, 65_535], hex: '0100ffff' },
  UINT32: { json: [1, 4_294_967_295], hex: '01000000ffffffff' },
  UINT64: { json: [1, 18446744073709551615n], hex: '0100000000000000ffffffffffffffff' },
  INT8: { json: [1, -1], hex: '01ff' },
  INT16: { json: [1, -2], hex: '0100feff' },
  INT32: { json: [1, -2], hex: '01000000feffffff' },
  INT64: { json: [1, -9007199254740993n], hex: '0100000000000000ffffffffffffdfff' },
  FP16: { json: [1, -2], hex: '003c00c0' },
  FP32: { json: [1, -2], hex: '0000803f000000c0' },
  FP64: { json: [1, 'NaN'], hex: '000000000000f03f000000000000f87f' },
  BYTES: { json: ['aé', ''], hex: '0300000061c3a900000000' },
};

describe('the binary tensor extension', () => {
  it.each(DATA_TYPES)('carries %s both ways, alone or with JSON on the other', async (datatype) => {
    const path = `/v2/models/copy-${datatype.toLowerCase()}/infer`;
    const { json, hex } = VALUES[datatype];
    const bytes = Buffer.from(hex, 'hex');
    const shape = [json.length];
    const described = { name: 'x', datatype, shape };
    const asBytes = { ...described, parameters: { binary_data_size: bytes.length } };
    const outputs = [{ name: 'y', parameters: { binary_data: true } }];

    const there = await binaryInfer(app.url + path, { inputs: [asBytes] }, [bytes]);
    expect(there.json.outputs).toEqual([{ name: 'y', datatype, shape, data: json }]);
    const back = await binaryInfer(app.url + path, { inputs: [{ ...described, data: json }], outputs }, []);
    expect(back.tensors.y?.toString('hex')).toBe(hex);
    const both = await binaryInfer(app.url + path, { inputs: [asBytes], outputs }, [bytes]);
    expect(both.json.outputs).toEqual([
      { name: 'y', datatype, shape, parameters: { binary_data_size: bytes.length } },
    ]);
    expect(both.tensors.y?.toString('hex')).toBe(hex);
  });

  it('carries tensors without elements and scalars', async () => {
    const parameters = { binary_data_output: true };
    const empty = { name: 'x', datatype: 'FP32', shape: [0, 4], parameters: { binary_data_size: 0 } };
    const none = await binaryInfer(`${app.url}/v2/models/scale/infer`, { parameters, inputs: [empty] }, []);
    expect(none.json.outputs).toMatchObject([{ shape: [0, 4], parameters: { binary_data_size: 0 } }]);
    const one = { name: 'x', datatype: 'INT64', shape: [], parameters: { binary_data_size: 8 } };
    const bytes = Buffer.from('0700000000000000', 'hex');
    const scalar = await binaryInfer(`${app.url}/v2/models/scalar/infer`, { inputs: [one] }, [bytes]);
    expect(scalar.json.outputs).toEqual([{ name: 'y', datatype: 'INT64', shape: [], data: [7] }]);
  });

  it('mixes JSON and binary tensors, each output as it asks and the others as the request does', async () => {
    const bytes = Buffer.from(new Float32Array([10, 20]).buffer);
    const request = {
      parameters: { binary_data_output: true },
      inputs: [
        { name: 'a', datatype: 'FP32', shape: [1, 2], data: [1, 2] },
        { name: 'b', datatype: 'FP32', shape: [1, 2], parameters: { binary_data_size: 8 } },
      ],
      outputs: [{ name: 'sum' }, { name: 'same', parameters: { binary_data: false } }],
    };
    const { json, tensors } = await binaryInfer(`${app.url}/v2/models/pair/infer`, request, [bytes]);
    expect(json.outputs).toMatchObject([{ name: 'sum' }, { name: 'same', data: [1, 2] }]);
    expect([...new Float32Array(new Uint8Array(tensors.sum ?? []).buffer)]).toEqual([11, 22]);
  });

  const input = (size: unknown, more: object = {}) => ({
    inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], parameters: { binary_data_size: size }, ...more }],
  });
  it.each([
    ['too few bytes', input(16), 12, undefined, /expected 16 bytes of binary data.*got 12/],
    ['bytes nobody claims', input(16), 20, undefined, /Expected 16 bytes of binary data.*got 20/],
    ['a size that is not the shape’s', input(12), 12, undefined, /holds 16 bytes of FP32, got 12/],
    ['a size below zero', input(-1), 16, undefined, /binary_data_size to be a whole number.*got -1/],
    ['a size in text', input('16'), 16, undefined, /binary_data_size to be a whole number.*got "16"/],
    ['data and bytes', input(16, { data: [1, 2, 3, 4] }), 16, undefined, /got both/],
    ['a header beyond the body', input(16), 16, '99999', /Inference-Header-Content-Length.*got "99999"/],
    ['a header that is no number', input(16), 16, 'x', /Inference-Header-Content-Length.*got "x"/],
    ['a header that ends inside the JSON', input(16), 16, '20', /not valid JSON/],
  ])('refuses %s', async (_what, request, bytes, header, message) => {
    const { status, json } = await binaryInfer(
      `${app.url}/v2/models/scale/infer`,
      request,
      [Buffer.alloc(bytes)],
      header,
    );
    expect(json).toEqual({ error: expect.stringMatching(message) });
    expect(status).toBe(400);
  });

  it('says where the length of the JSON belongs when the header is missing', async () => {
    const { body, status } = await post('/v2/models/scale/infer', input(16));
    expect([status, body.error]).toEqual([400, expect.stringContaining('Inference-Header-Content-Length')]);
  });
});

describe('what is refused', () => {
  const input = (more: object) => ({ inputs: [{ ...row().inputs[0], ...more }] });
  it.each<[string, unknown, number, RegExp]>([
    ['no body', undefined, 400, /got an empty one/],
    ['broken JSON', '{"inputs": [', 400, /not valid JSON/],
    ['a list', [], 400, /the body to be an object, got an array of 0/],
    ['no inputs', {}, 400, /inputs to be an array, got nothing/],
    ['an input that is no object', { inputs: [1] }, 400, /inputs\[0\] to be an object, got 1/],
    [
      'an input without a name',
      input({ name: undefined }),
      400,
      /inputs\[0\]\.name to be a string, got nothing/,
    ],
    ['an unknown name', input({ name: 'z' }), 400, /Unknown input "z": expected "x"/],
    ['an unknown type', input({ datatype: 'FP128' }), 400, /one of BOOL, .*BYTES, got "FP128"/],
    ['another type', input({ datatype: 'FP64' }), 400, /expected datatype FP32, got FP64/],
    ['a shape in text', input({ shape: '1,4' }), 400, /inputs\[0\]\.shape to be an array, got "1,4"/],
    ['a shape of text', input({ shape: ['1', 4] }), 400, /whole sizes of 0 or more.*got "1"/],
    ['another shape', input({ shape: [4] }), 400, /expected shape \[-1,4\], got \[4\]/],
    ['base64 for data', input({ data: 'AACAPwAAgD8AAIA/AACAPw==' }), 400, /data to be an array.*got "AACAP/],
    ['no data', input({ data: undefined }), 400, /data to be an array.*got nothing/],
    ['text for a number', input({ data: [1, 2, 'x', 4] }), 400, /expected a number.*index 2, got "x"/],
    ['a number as id', { id: 7, ...row() }, 400, /id to be a string, got 7/],
    [
      'parameters in a list',
      { parameters: [], ...row() },
      400,
      /parameters to be an object, got an array of 0/,
    ],
    [
      'a flag in text',
      { parameters: { binary_data_output: 'yes' }, ...row() },
      400,
      /true or false, got "yes"/,
    ],
    ['a timeout below zero', { parameters: { timeout: -1 }, ...row() }, 400, /timeout.*from 0 to .*got -1/],
    ['an unknown output', { ...row(), outputs: [{ name: 'z' }] }, 400, /Unknown output "z"/],
    ['an output twice', { ...row(), outputs: [{ name: 'y' }, { name: 'y' }] }, 400, /asked for twice/],
    ['a sequence', { parameters: { sequence_id: 3 }, ...row() }, 501, /sequence_id.*not supported/],
    [
      'classification',
      { ...row(), outputs: [{ name: 'y', parameters: { classification: 3 } }] },
      501,
      /classification/,
    ],
    [
      'shared memory',
      input({ data: undefined, parameters: { shared_memory_region: 'r' } }),
      501,
      /shared memory/,
    ],
  ])('%s', async (_what, request, status, message) => {
    const answer = await post('/v2/models/scale/infer', request);
    expect(answer.body).toEqual({ error: expect.stringMatching(message) });
    expect(answer.status).toBe(status);
  });

  it.each([
    ['POST', '/v2/models/scale', 'GET, HEAD'],
    ['GET', '/v2/models/scale/infer', 'POST'],
    ['DELETE', '/v2/repository/index', 'POST'],
  ])('%s %s', async (method, path, allow) => {
    const answer = await fetch(app.url + path, { method });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, allow]);
    expect(await answer.json()).toEqual({ error: expect.stringContaining(method) });
  });

  it.each([
    'v2/trace/setting',
    'v2/models/scale/trace/setting',
    'v2/logging',
    'v2/systemsharedmemory/status',
  ])('%s, as not supported', async (path) => {
    const unsupported = { error: expect.stringMatching(/does not support the .* extension/) };
    expect(await get(`/${path}`)).toEqual({ status: 501, body: unsupported });
    expect(await post(`/${path}`, {})).toMatchObject({ status: 501, body: unsupported });
  });

  it('what lies beyond the protocol, and a body in a coding that is not known', async () => {
    expect(await get('/v2/models/scale/trace')).toEqual({
      status: 404,
      body: { error: expect.any(String) },
    });
    const packed = await post('/v2/models/scale/infer', row(), { 'content-encoding': 'zstd' });
    expect([packed.status, packed.body.error]).toEqual([
      415,
      expect.stringContaining('Expected Content-Encoding gzip, deflate or none'),
    ]);
  });

  it('a deadline too short, as 504', async () => {
    await serve(app, 'slow', slowModel());
    const rounds = { name: 'rounds', datatype: 'INT64', shape: [], data: [200] };
    const answer = await post('/v2/models/slow/infer', { parameters: { timeout: 50_000 }, inputs: [rounds] });
    expect([answer.status, answer.body]).toEqual([
      504,
      { error: expect.stringContaining('No answer within 50 ms') },
    ]);
  });

  it('becomes one event, with the model when it got that far', async () => {
    const far = await post('/v2/models/scale/infer', row([1]));
    const near = await post('/v2/models/scale/infer', '{');
    expect(await eventsOfRequest(app, far.headers.get('x-request-id'))).toEqual([
      {
        kind: 'REQUEST_FAILED',
        message: expect.stringContaining('infer on scale'),
        deployment: { name: 'scale' },
      },
    ]);
    expect(await eventsOfRequest(app, near.headers.get('x-request-id'))).toEqual([
      {
        kind: 'REQUEST_FAILED',
        message: expect.stringMatching(/^\/v2\/models\/scale\/infer failed: .*JSON/),
        deployment: null,
      },
    ]);
  });
});

describe('the model repository extension', () => {
  it('unloads a deployment and brings its version back, whatever the default has become', async () => {
    await register(app, 'cycle');
    await publish(app, 'cycle', scalingModel(3));
    const asked = async () => (await post('/v2/models/cycle/infer', row())).status;
    expect(await post('/v2/repository/models/cycle/load')).toMatchObject({ status: 200, body: {} });
    await publish(app, 'cycle', scalingModel(4));
    expect((await post('/v2/models/cycle/infer', row())).body).toMatchObject(scaled([3, 6, 9, 12]));

    expect((await post('/v2/repository/models/cycle/unload', '{}')).status).toBe(200);
    expect([await asked(), (await get('/v2/models/cycle/ready')).status]).toEqual([503, 503]);
    expect((await post('/v2/repository/models/cycle/load')).status).toBe(200);
    expect((await get('/v2/models/cycle/ready')).status).toBe(200);
    expect((await post('/v2/models/cycle/infer', row())).body).toMatchObject(scaled([3, 6, 9, 12]));
    // What is loaded already stays as it is.
    expect((await post('/v2/repository/models/cycle/load')).status).toBe(200);
  });

  it('lists what is deployed and what could be', async () => {
    await register(app, 'empty');
    const { body } = await post('/v2/repository/index');
    const index = body as unknown as { name: string }[];
    const entry = (name: string) => index.filter((other) => other.name === name);
    expect(entry('renamed')).toEqual([{ name: 'renamed', version: '1', state: 'READY', reason: '' }]);
    expect(entry('undeployed')).toMatchObject([{ version: '1', state: 'UNAVAILABLE' }]);
    expect(entry('empty')).toEqual([]);
    const ready = (await post('/v2/repository/index', { ready: true })).body as unknown as {
      state: string;
    }[];
    expect(ready.length).toBeGreaterThan(2);
    expect(new Set(ready.map(({ state }) => state))).toEqual(new Set(['READY']));
  });

  it('says what cannot be loaded or unloaded', async () => {
    const call = async (path: string, body?: unknown) => {
      const answer = await post(`/v2/repository/${path}`, body);
      return [answer.status, answer.body.error];
    };
    expect(await call('models/nothing/load')).toEqual([404, expect.stringContaining('"nothing"')]);
    expect(await call('models/No_Such/load')).toEqual([404, expect.stringContaining('"No_Such"')]);
    expect(await call('models/nothing/unload')).toEqual([
      404,
      expect.stringContaining('no deployment "nothing"'),
    ]);
    expect(await call('models/scale/load', { parameters: { config: '{}' } })).toEqual([
      501,
      expect.stringContaining('parameters["config"]'),
    ]);
    expect(await call('index', { ready: 1 })).toEqual([400, expect.stringContaining('true or false, got 1')]);
  });
});

describe('the model configuration extension', () => {
  it('says what a load generator needs: batch, inputs and outputs without it, and how requests are joined', async () => {
    await serveWith(app, 'configured', scalingModel(2), {
      batching: { maxBatchSize: 16, preferredBatchSizes: [4, 8], maxDelayMicroseconds: 100 },
      runtime: { replicas: 2 },
    });
    const { status, body } = await get('/v2/models/configured/config');
    expect(status).toBe(200);
    expect(body).toMatchObject({
      name: 'configured',
      platform: 'onnxruntime_onnx',
      max_batch_size: 16,
      input: [{ name: 'x', data_type: 'TYPE_FP32', dims: [4] }],
      output: [{ name: 'y', data_type: 'TYPE_FP32', dims: [4] }],
      instance_group: [{ kind: 'KIND_CPU', count: 2 }],
      dynamic_batching: { preferred_batch_size: [4, 8], max_queue_delay_microseconds: 100 },
    });
    expect(await get('/v2/models/configured/versions/1/config')).toMatchObject({ status: 200 });
  });

  it('keeps every dimension where there is no batch', async () => {
    const { body } = await get('/v2/models/scalar/config');
    expect(body).toMatchObject({ max_batch_size: 0, input: [{ data_type: 'TYPE_INT64', dims: [] }] });
    expect(body).not.toHaveProperty('dynamic_batching');
  });
});

describe('the statistics extension', () => {
  type Stats = {
    model_stats: {
      name: string;
      version: string;
      inference_stats: Record<string, { count: number; ns: number }>;
    }[];
  };
  const stats = async (path: string) => ((await get(path)).body as Stats).model_stats;

  it('counts requests, rows and runs of each version under its name, failures apart', async () => {
    await serve(app, 'counted', scalingModel(2));
    const none = { count: 0, ns: 0 };
    expect((await stats('/v2/models/stats')).map(({ name }) => name)).toContain('counted');
    expect(await stats('/v2/models/counted/stats')).toEqual([
      {
        name: 'counted',
        version: '1',
        last_inference: 0,
        inference_count: 0,
        execution_count: 0,
        inference_stats: {
          success: none,
          fail: none,
          queue: none,
          compute_input: none,
          compute_infer: none,
          compute_output: none,
          cache_hit: none,
          cache_miss: none,
        },
      },
    ]);

    const before = Date.now();
    const twoRows = row([1, 2, 3, 4, 5, 6, 7, 8], [2, 4]);
    for (const body of [twoRows, twoRows, row(), row([1])]) await post('/v2/models/counted/infer', body);
    const [counted, ...more] = await stats('/v2/models/counted/stats');
    expect(more).toEqual([]);
    expect(counted).toMatchObject({
      name: 'counted',
      version: '1',
      inference_count: 5,
      execution_count: 3,
      inference_stats: {
        success: { count: 3 },
        fail: { count: 1 },
        queue: { count: 3 },
        compute_input: { count: 3 },
        compute_infer: { count: 3 },
        compute_output: { count: 3 },
        cache_hit: none,
        cache_miss: none,
      },
    });
    const { success, queue, compute_infer: infer } = counted?.inference_stats ?? {};
    expect(infer?.ns).toBeGreaterThan(0);
    expect(success?.ns).toBeGreaterThanOrEqual((queue?.ns ?? 0) + (infer?.ns ?? 0));
    expect(counted).toHaveProperty('last_inference', expect.any(Number));
    expect((counted as unknown as { last_inference: number }).last_inference).toBeGreaterThanOrEqual(before);
    expect(await stats('/v2/models/stats')).toContainEqual(counted);
    expect(await stats('/v2/models/counted/versions/1/stats')).toEqual([counted]);
  });

  it('counts a run that many requests shared once', async () => {
    // Held for company, since requests may also arrive one at a time.
    await serveWith(app, 'crowd', scalingModel(2), { batching: { maxDelayMicroseconds: 1_000_000 } });
    const requests = 64;
    const answers = await Promise.all(
      Array.from({ length: requests }, () => post('/v2/models/crowd/infer', row())),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
    const [crowd] = (await stats('/v2/models/crowd/stats')) as unknown as {
      inference_count: number;
      execution_count: number;
    }[];
    expect(crowd?.inference_count).toBe(requests);
    expect(crowd?.execution_count).toBeGreaterThan(0);
    expect(crowd?.execution_count).toBeLessThan(requests);
  });

  it('is not found for what does not exist', async () => {
    expect((await get('/v2/models/nothing/stats')).status).toBe(404);
    expect((await get('/v2/models/scale/versions/9/stats')).status).toBe(404);
  });
});
