import { isDeepStrictEqual } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { DATA_TYPES, type DataType } from '../../src/tensors/index.js';
import { GraphBuilder } from '../../src/onnx/index.js';
import { identity } from '../onnx/awkward-models.js';
import { isLongRun } from '../support/depth.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal, succeed } from './support/ask.js';
import { deploy, INFER, publish, register, serve, type Inferred } from './support/catalog-steps.js';
import { runAllDirectly, type DirectInput, type DirectTensor } from './support/direct-run.js';
import {
  copyAndCompute,
  copyAndComputeUnranked,
  EXTREMES,
  randomBytes,
  randomFiniteBytes,
} from './support/every-datatype.js';
import {
  elementsOf,
  jsonElements,
  type JsonElement,
  RUNTIME_TYPES,
  stringBytes,
  withoutNegativeZeros,
  type ByteTensor,
} from './support/tensor-bytes.js';
import { ROUTES, type Answers, type Route } from './support/tensor-routes.js';
import { PATIENT_MS } from './support/serving-steps.js';

// More than one piece of what is written in pieces.
const LARGE = isLongRun ? 20_000 : 4_000;
const UNDEPLOY =
  'mutation ($name: String!) { undeploy(input: {name: $name}) { userErrors { code message } } }';

interface Subject {
  readonly model: Uint8Array;
  readonly tensors: readonly ByteTensor[];
}

const subjects = DATA_TYPES.flatMap((datatype) => [
  { key: `any ${datatype}`, model: copyAndComputeUnranked(datatype), tensors: shapesOf(datatype) },
  {
    key: `rows ${datatype}`,
    model: copyAndCompute(datatype, ['rows', 'columns']),
    tensors: crowdOf(datatype),
  },
]);
const expectedOf = new Map<string, readonly Record<string, DirectTensor>[]>();

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({ kind: 'embedded' });
  // One process for all of them: starting it takes longer than what it computes.
  const answers = await runAllDirectly(
    subjects.map(({ model, tensors }) => ({ model, requests: tensors.map(feedOf) })),
  );
  for (const [index, { key }] of subjects.entries()) expectedOf.set(key, answers[index] ?? []);
});
afterAll(() => app.close());

function shapesOf(datatype: DataType): ByteTensor[] {
  const extremes = EXTREMES[datatype];
  const [, second = Buffer.alloc(0)] = elementsOf(datatype, extremes);
  const tensor = (shape: number[], bytes: Buffer) => ({ datatype, shape, bytes });
  const none = Buffer.alloc(0);
  return [
    tensor([6], extremes),
    tensor([2, 3], extremes),
    tensor([1, 3, 1, 2], extremes),
    tensor([], second),
    tensor([1], second),
    tensor([0], none),
    tensor([2, 0, 3], none),
    tensor([LARGE], randomBytes(datatype, LARGE, 7)),
  ];
}

function crowdOf(datatype: DataType): ByteTensor[] {
  return Array.from({ length: 40 }, (_, index) => {
    const [rows, columns] = [1 + (index % 3), index % 5 === 4 ? 2 : 3];
    return {
      datatype,
      shape: [rows, columns],
      bytes: randomFiniteBytes(datatype, rows * columns, 100 + index),
    };
  });
}

function feedOf({ datatype, shape, bytes }: ByteTensor): DirectInput[] {
  return [{ name: 'x', type: RUNTIME_TYPES[datatype], dims: shape, data: bytes.toString('base64') }];
}

function subjectOf(key: string): Subject & { readonly expected: readonly Record<string, DirectTensor>[] } {
  const subject = subjects.find((one) => one.key === key);
  if (subject === undefined) throw new Error(`There is no subject ${key}`);
  return { ...subject, expected: expectedOf.get(key) ?? [] };
}

/** FP32 is written with the fewest digits that read back to the same float, at most nine. */
function asFloat(element: JsonElement): JsonElement {
  if (typeof element !== 'number') return element;
  const digits = element.toExponential().replace(/^-|e.*$|\./g, '');
  if (digits.length > 9) throw new Error(`Expected at most nine digits, got ${element}`);
  return Math.fround(element);
}

function expectEqual(
  route: Route,
  x: ByteTensor,
  got: Answers,
  expected: Record<string, DirectTensor>,
): void {
  const place = `${route.name}, ${x.datatype} [${x.shape.join(',')}]`;
  expect([place, Object.keys(got).sort()]).toEqual([place, ['computed', 'same']]);
  for (const [name, { dims, data }] of Object.entries(expected)) {
    const bytes = Buffer.from(data, 'base64');
    const answer = got[name];
    if (answer?.shape) {
      const described = [place, name, answer.datatype, answer.shape];
      expect(described).toEqual([place, name, x.datatype, dims]);
    }
    if (Buffer.isBuffer(answer?.content)) {
      expect([place, name, answer.content.toString('base64')]).toEqual([place, name, data]);
      continue;
    }
    const elements = jsonElements({ datatype: x.datatype, bytes });
    const wanted = route.negativeZero ? elements : withoutNegativeZeros(elements);
    const content = answer?.content ?? [];
    const elementsGot = x.datatype === 'FP32' ? content.map(asFloat) : content;
    // Both tell 0 from -0; jest takes a hundred times as long, and says where they differ.
    if (!isDeepStrictEqual(elementsGot, wanted))
      expect([place, name, elementsGot]).toEqual([place, name, wanted]);
  }
}

/** Joining knows nothing of where the graph runs: one type of each way to lie in memory goes on to a process, too. */
const JOINED = {
  THREAD: DATA_TYPES,
  PROCESS: isLongRun ? DATA_TYPES : ['BOOL', 'INT64', 'FP32', 'BYTES'],
} as const;

describe.each(['THREAD', 'PROCESS'] as const)('a graph in a %s', (isolation) => {
  it.each(DATA_TYPES)('answers %s like the runtime alone, by every way in and out', async (datatype) => {
    const name = `any-${datatype.toLowerCase()}-${isolation.toLowerCase()}`;
    const { model, tensors, expected } = subjectOf(`any ${datatype}`);
    await register(app, name);
    await publish(app, name, model);
    expect(
      await deploy(app, name, `${name}@1`, { waitMs: PATIENT_MS, runtime: { isolation } }),
    ).toMatchObject({
      state: 'READY',
    });
    for (const [index, x] of tensors.entries()) {
      // What comes in and goes out is the same for a process: each way in meets some of the shapes.
      const some = ROUTES.filter((_, way) => (index + way) % ROUTES.length < 2);
      for (const route of isolation === 'THREAD' || isLongRun ? ROUTES : some) {
        // Nothing inside an empty list says what it would hold.
        if (route.name === 'TensorFlow Serving' && x.shape.includes(0) && x.shape.length > 1) continue;
        expectEqual(route, x, await route.send(app, name, x), expected[index] ?? {});
      }
    }
    await succeed(app, UNDEPLOY, { name });
  });

  it.each(JOINED[isolation])('joins requests of %s without mixing them up', async (datatype) => {
    const name = `rows-${datatype.toLowerCase()}-${isolation.toLowerCase()}`;
    const { model, tensors, expected } = subjectOf(`rows ${datatype}`);
    await register(app, name);
    await publish(app, name, model);
    await deploy(app, name, `${name}@1`, { waitMs: PATIENT_MS, runtime: { isolation } });
    const batching = 'query ($name: String!) { deployment(name: $name) { batching { enabled } } }';
    expect(await ask(app, batching, { name })).toEqual({ deployment: { batching: { enabled: true } } });
    const requests = tensors.flatMap((x, index) => {
      const route = ROUTES[index % ROUTES.length];
      return route ? [{ route, x, wanted: expected[index] ?? {} }] : [];
    });
    const answers = await Promise.all(requests.map(({ route, x }) => route.send(app, name, x)));
    for (const [index, { route, x, wanted }] of requests.entries())
      expectEqual(route, x, answers[index] ?? {}, wanted);
    await succeed(app, UNDEPLOY, { name });
  });
});

describe('text', () => {
  const copy = (data: unknown, shape: readonly number[] = [1]) => ({
    deployment: 'text',
    inputs: [{ name: 'x', datatype: 'BYTES', shape, data }],
  });
  beforeAll(async () => {
    await serve(app, 'text', identity('BYTES', ['N']));
    await serve(app, 'repeat', repeating());
  });

  it.each([
    ['NUL, where the runtime would cut it off', ['a\0b'], 'NUL (character 1)'],
    ['half a surrogate pair, which the runtime would replace', ['a\ud83d'], 'U+D83D, character 1'],
    ['what is no text at all', [7], 'expected a string at index 0, got 7'],
    ['bytes that are no UTF-8', Buffer.from([1, 0, 0, 0, 0xff]).toString('base64'), 'not UTF-8'],
    ['NUL in base64', stringBytes(['a\0b']).toString('base64'), 'NUL (character 1)'],
    [
      'base64 that ends too early',
      stringBytes(['abc']).subarray(0, 5).toString('base64'),
      'end inside element 0',
    ],
    [
      'base64 of another number of strings',
      stringBytes(['a', 'b']).toString('base64'),
      'holds 1 values, got 2',
    ],
  ])('refuses %s', async (_, data, says) => {
    expect(await refusal(app, INFER, { input: copy(data) })).toMatchObject({
      code: 'INVALID_TENSOR',
      field: ['inputs', '0', 'data'],
      message: expect.stringContaining(says),
    });
    const { outputs } = await succeed<Inferred>(app, INFER, { input: copy(['é']) });
    expect(outputs[0]).toEqual({ name: 'y', datatype: 'BYTES', shape: [1], data: ['é'] });
  });

  it('is refused likewise by the serving protocols', async () => {
    const refused = async (path: string, body: object) => {
      const answer = await fetch(app.url + path, { method: 'POST', body: JSON.stringify(body) });
      return { status: answer.status, body: (await answer.json()) as unknown };
    };
    const nul = { status: 400, body: { error: expect.stringContaining('NUL (character 1)') } };
    const input = { name: 'x', datatype: 'BYTES', shape: [1], data: ['a\0b'] };
    expect(await refused('/v2/models/text/infer', { inputs: [input] })).toEqual(nul);
    expect(await refused('/v1/models/text:predict', { instances: ['a\0b'] })).toEqual(nul);
    const b64 = Buffer.from('a\0b').toString('base64');
    expect(await refused('/v1/models/text:predict', { instances: [{ b64 }] })).toEqual(nul);
    expect(await refused('/v1/models/text:predict', { instances: [{ b64: '/w==' }] })).toEqual({
      status: 400,
      body: { error: expect.stringContaining('UTF-8') },
    });
  });

  it('of an answer counts by its bytes, not by its strings', async () => {
    const input = {
      deployment: 'repeat',
      inputs: [
        { name: 'x', datatype: 'BYTES', shape: [1], data: ['x'.repeat(1_000_000)] },
        { name: 'shape', datatype: 'INT64', shape: [1], data: [40] },
      ],
    };
    expect(await refusal(app, INFER, { input })).toMatchObject({
      code: 'INVALID_ARGUMENT',
      field: ['outputs'],
      message: expect.stringContaining('at most 33554432 bytes of tensors, got 40000160'),
    });
  });
});

/** One string, as often as it is asked for. */
function repeating(): Uint8Array {
  const graph = new GraphBuilder('repeat', { opset: 17 });
  graph.input('x', 'BYTES', [1]);
  graph.input('shape', 'INT64', [1]);
  graph.node('Expand', ['x', 'shape'], {}, ['y']);
  graph.output('y', 'BYTES', ['N']);
  return graph.build();
}
