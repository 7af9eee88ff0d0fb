import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { identity } from '../onnx/awkward-models.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { serve } from './support/catalog-steps.js';

const MIB = 1024 ** 2;
/** Of which two bodies of the largest size find no room together. */
const MEMORY = 48 * MIB;
const COUNT = 70_000;
const INFER =
  'mutation($input: InferInput!) { infer(input: $input) { outputs { shape data } userErrors { code message field } } }';

let app: TestApp;
beforeAll(async () => {
  app = await startTestApp({
    kind: 'embedded',
    config: { bodyMemoryBytes: MEMORY },
    largeJsonBytes: 262_144,
  });
  for (const datatype of ['FP32', 'FP64', 'INT64', 'BOOL', 'BYTES'] as const)
    await serve(app, `copy-${datatype.toLowerCase()}`, identity(datatype, ['N', 'M']));
});
afterAll(() => app.close());

interface Answer {
  readonly status: number;
  readonly retryAfter: string | null;
  readonly body: {
    readonly data?: {
      readonly infer: {
        readonly outputs: readonly { readonly shape: number[]; readonly data: unknown[] }[] | null;
        readonly userErrors: readonly { readonly code: string; readonly message: string }[];
      };
    };
    readonly outputs?: readonly { readonly data: unknown[] }[];
    readonly predictions?: unknown;
    readonly error?: string;
    readonly errors?: readonly { readonly message: string; readonly extensions: { readonly code: string } }[];
  };
}

async function post(path: string, text: string): Promise<Answer> {
  const answer = await fetch(app.url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: text,
  });
  return {
    status: answer.status,
    retryAfter: answer.headers.get('retry-after'),
    body: (await answer.json()) as Answer['body'],
  };
}
const graphql = (input: object) => post('/graphql', JSON.stringify({ query: INFER, variables: { input } }));
const tensor = (datatype: string, data: unknown, shape = [COUNT, 1]) => ({
  deployment: `copy-${datatype.toLowerCase()}`,
  inputs: [{ name: 'x', datatype, shape, data }],
});
const one = (value: unknown) => [value];
/** The first that is not what was sent; numbers as the floats they are. All of them would make a diff of a minute. */
const differing = (got: readonly unknown[] | undefined, wanted: readonly unknown[]): unknown => {
  if (got?.length !== wanted.length) return `${got?.length ?? 'no'} values`;
  const text = (value: unknown) =>
    [value]
      .flat()
      .map((part) => (typeof part === 'number' ? Math.fround(part) : part))
      .join();
  const place = wanted.findIndex((value, index) => text(got[index]) !== text(value));
  return place === -1 ? undefined : [place, got[place], wanted[place]];
};

describe('a tensor in a large body', () => {
  const floats = Array.from({ length: COUNT }, (_, index) => Math.fround((index - 35_000) / 13));

  it.each<[string, string, unknown[]]>([
    ['FP32', 'floats', floats],
    ['FP64', 'doubles', floats.map((value) => value * Math.PI)],
    ['FP64', 'words for what is no number', [...floats.slice(3), 'NaN', 'Infinity', '-Infinity']],
    ['INT64', 'integers', floats.map((_, index) => String(index - 35_000))],
    ['BOOL', 'booleans', floats.map((_, index) => index % 3 === 0)],
    ['BYTES', 'texts', floats.map((_, index) => `C${index}`)],
  ])('is the same over GraphQL, flat and nested: %s, %s', async (datatype, _, values) => {
    const sent = datatype === 'INT64' ? values.map(Number) : values;
    for (const data of [sent, sent.map(one)]) {
      const { body } = await graphql(tensor(datatype, data));
      expect(body.data?.infer.userErrors).toEqual([]);
      const [output] = body.data?.infer.outputs ?? [];
      expect(output?.shape).toEqual([COUNT, 1]);
      expect(differing(output?.data, values)).toBeUndefined();
    }
  });

  it('is the same over both serving protocols, also with bare words', async () => {
    const text = floats.join(',').replace(/^[^,]*/, 'NaN');
    const expected = ['NaN', ...floats.slice(1)];
    const v2 = await post(
      '/v2/models/copy-fp32/infer',
      `{"inputs":[{"data":[${text}],"name":"x","datatype":"FP32","shape":[${COUNT},1]}]}`,
    );
    expect(v2.body.error).toBeUndefined();
    expect(differing(v2.body.outputs?.[0]?.data, expected)).toBeUndefined();
    const rows = `[${floats.join('],[')}]`;
    for (const body of [`{"instances":[${rows}]}`, `{"inputs":[${rows}]}`, `{"inputs":{"x":[${rows}]}}`]) {
      const { body: answer } = await post('/v1/models/copy-fp32:predict', body);
      expect(differing((answer.predictions ?? answer.outputs) as unknown[], floats.map(one))).toBeUndefined();
    }
  });

  it('is told what is wrong with it in the same words as a small one', async () => {
    const messages = async (datatype: string, shape: number[], data: unknown) => {
      const answer = (await graphql(tensor(datatype, data, shape))).body.data?.infer;
      return answer?.userErrors.map(({ message }) => message);
    };
    const nested = floats.map(one);
    expect(await messages('FP32', [COUNT, 2], nested)).toEqual([
      `Input "x": shape [${COUNT},2] needs 2 entries in data[0], got 1`,
    ]);
    expect(await messages('FP32', [7, 1], nested)).toEqual([
      `Input "x": shape [7,1] needs 7 entries in data, got ${COUNT}`,
    ]);
    expect(await messages('FP32', [COUNT, 2], floats)).toEqual([
      `Input "x": shape [${COUNT},2] holds ${2 * COUNT} values, got ${COUNT}`,
    ]);
    const beyond = [...floats.slice(1), 1e39];
    expect(await messages('FP32', [COUNT, 1], beyond)).toEqual([
      expect.stringContaining(`1e+39 at index ${COUNT - 1} is outside FP32`),
    ]);
    expect(await messages('INT64', [COUNT, 1], [...beyond.slice(1), 0.5].map(Math.abs))).toEqual([
      expect.stringContaining('expected a whole number at index 0 for INT64'),
    ]);
    expect(await messages('BYTES', [COUNT, 1], floats)).toEqual([
      expect.stringContaining('expected a string at index 0'),
    ]);
  });
});

describe('a body that is made to hurt', () => {
  it.each([
    ['/graphql', 'objects', '{"query":"{ __typename }","extensions":{"a":[', '{},', '{}]}}'],
    ['/graphql', 'lists', '{"query":"{ __typename }","extensions":{"a":[', '[],', '[]]}}'],
    ['/graphql', 'texts', '{"query":"{ __typename }","extensions":{"a":[', '"",', '""]}}'],
    ['/v2/models/copy-fp32/infer', 'objects', '{"inputs":[', '{},', '{}]}'],
    ['/v1/models/copy-fp32:predict', 'objects', '{"instances":[', '{},', '{}]}'],
  ])(
    'is refused before it is parsed, and keeps nobody waiting: %s, millions of %s',
    async (path, _, head, part, tail) => {
      const large = post(path, head + part.repeat(10_000_000) + tail);
      const state = { refused: false };
      void large.then(() => (state.refused = true));
      let answered = 0;
      for (;;) {
        if (state.refused) break;
        expect((await post('/graphql', '{"query":"{ __typename }"}')).status).toBe(200);
        answered += 1;
      }
      const { status, body } = await large;
      expect(status).toBe(400);
      expect(body.error ?? body.errors?.[0]?.message).toMatch(
        /Expected a JSON body of at most [\d,]+ (objects|strings)/,
      );
      expect(answered).toBeGreaterThan(1);
    },
  );

  it('shares one memory with all others: beyond it the answer is 503 and when to come again', async () => {
    const { port } = new URL(app.url);
    const unfinished = (bytes: number) => {
      const sent = request({
        port,
        path: '/graphql',
        method: 'POST',
        headers: { 'content-type': 'application/json', 'content-length': bytes + 1 },
      });
      sent.on('error', () => undefined);
      return new Promise<typeof sent>((resolve) => sent.write(' '.repeat(bytes), () => resolve(sent)));
    };
    const held = await unfinished(30 * MIB);
    const small = '{"query":"{ __typename }"}';
    const second = `${small}${' '.repeat(17 * MIB)}`;
    let refused: Answer;
    do refused = await post('/graphql', second);
    while (refused.status === 200);
    expect(refused).toMatchObject({ status: 503, retryAfter: '1' });
    expect(refused.body.errors?.[0]).toMatchObject({
      message: expect.stringContaining('RETORT_BODY_MEMORY_BYTES'),
      extensions: { code: 'OVERLOADED' },
    });
    // What is small goes on, and what the other held is free when it has left.
    expect((await post('/graphql', small)).status).toBe(200);
    const gone = new Promise((resolve) => held.once('close', resolve));
    held.destroy();
    await gone;
    let again: Answer;
    do again = await post('/graphql', second);
    while (again.status === 503);
    expect(again.status).toBe(200);
  });
});
