import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { scalingModel } from '../api/support/own-models.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

interface Asked {
  readonly name: string;
  readonly query: unknown;
  readonly variables?: unknown;
  readonly operationName?: unknown;
  /** Whether the compiled path takes it; true unless said. */
  readonly compiled?: boolean;
}

const PAGE = `query Page($first: Int, $after: String, $titles: Boolean = true) {
  models(first: $first, after: $after, orderBy: { field: NAME, direction: DESC }) {
    totalCount
    edges { cursor node { __typename id name title @include(if: $titles) domain labels createdAt archivedAt
      aliases { name version { ref } } versions(first: 2) { totalCount edges { node { ref number signature { inputs { name datatype shape unit } } artifact { digest size opsets { domain version } } model { ...M } } } } } }
    pageInfo { hasNextPage endCursor }
  }
} fragment M on Model { name card again: name }`;
const INFER =
  'mutation Infer($input: InferInput!) { infer(input: $input) { outputs { name datatype shape data } version { ref } userErrors { field code message } } }';
const x = (data: unknown) => ({ name: 'x', datatype: 'FP32', shape: [1, 4], data });
const LONG_ROWS = 20_000;
const LONG_BASE64 = Buffer.from(Float32Array.from({ length: 4 * LONG_ROWS }, Math.cos).buffer).toString(
  'base64',
);
/** Long enough for what is done about long base64 only. */
const long = (data: string, shape = [LONG_ROWS, 4]) => ({
  version: 'm0',
  encoding: 'BASE64',
  inputs: [{ name: 'x', datatype: 'FP32', shape, data }],
});

const REQUESTS: readonly Asked[] = [
  { name: 'a page', query: PAGE, variables: { first: 2 } },
  { name: 'a page without some fields', query: PAGE, variables: { first: 2, titles: false } },
  { name: 'a condition that is null', query: PAGE, variables: { titles: null }, compiled: false },
  { name: 'an empty page', query: PAGE, variables: { first: 0 } },
  { name: 'a negative page', query: PAGE, variables: { first: -1 } },
  { name: 'a cursor of another list', query: PAGE, variables: { after: 'nonsense' } },
  {
    name: 'a page that is too costly',
    query: PAGE.replace('first: 2', 'first: 100').replace(
      'aliases',
      'a: versions(first: 100) { edges { node { tags { name } aliases { name } } } } aliases',
    ),
    variables: { first: 100 },
    compiled: false,
  },
  { name: 'a variable of the wrong type', query: PAGE, variables: { first: 'two' }, compiled: false },
  { name: 'a variable too many', query: '{ models { totalCount } }', variables: { first: 2 } },
  { name: 'no variables where one is needed', query: INFER, compiled: false },
  { name: 'variables that are no map', query: INFER, variables: [1], compiled: false },
  {
    name: 'two errors at once',
    query: '{ a: models(first: -1) { totalCount } b: models(last: -1) { totalCount } }',
  },
  {
    name: 'errors in their places of a list',
    query:
      'query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Model { name } ... on Deployment { state } } }',
    variables: { ids: ['x', 'TW9kZWw6MDAwMDAwMDAtMDAwMC03MDAwLTgwMDAtMDAwMDAwMDAwMDAw', 'y'] },
  },
  {
    name: 'one value for a list',
    query: 'query($ids: [ID!]!) { nodes(ids: $ids) { id } }',
    variables: { ids: 'x' },
  },
  {
    name: 'an interface',
    query:
      '{ events(first: 3) { edges { node { __typename cursor kind message ... on ModelEvent { model { name } } ... on DeploymentEvent { toState } } } } }',
  },
  { name: 'a missing model', query: '{ model(name: "nobody") { name } version(ref: "nobody@1") { ref } }' },
  {
    name: 'an enum that does not exist',
    query: 'query($o: ModelOrder) { models(orderBy: $o) { totalCount } }',
    variables: { o: { field: 'SIZE' } },
    compiled: false,
  },
  {
    name: 'a default inside an input',
    query: 'query($o: ModelOrder) { models(orderBy: $o) { edges { node { name } } } }',
    variables: { o: { field: 'NAME' } },
  },
  {
    name: 'two of a oneOf',
    query:
      'mutation($a: ArtifactInput!) { publishVersion(input: { model: "m1", artifact: $a }) { version { ref } userErrors { code } } }',
    variables: { a: { digest: 'a', base64: 'b' } },
    compiled: false,
  },
  {
    name: 'one of a oneOf',
    query:
      'mutation($a: ArtifactInput!) { publishVersion(input: { model: "m1", artifact: $a }) { version { ref } userErrors { field code message } } }',
    variables: { a: { base64: 'AAAA' } },
  },
  {
    name: 'a user error',
    query:
      'mutation { registerModel(input: { name: "m1", domain: GENERAL }) { model { id } userErrors { field code message } } }',
  },
  {
    name: 'mutations in their order',
    query:
      'mutation { a: updateModel(input: { name: "m2", title: "one" }) { model { title } } b: updateModel(input: { name: "m2", title: "two" }) { model { title card } } }',
  },
  { name: 'long base64', query: INFER, variables: { input: long(LONG_BASE64) } },
  {
    name: 'long base64 twice',
    query: INFER.replace('shape data', 'shape data again: data').replace(
      'version {',
      'timing { batchSize } version {',
    ),
    variables: { input: long(LONG_BASE64) },
  },
  { name: 'long base64 of another shape', query: INFER, variables: { input: long(LONG_BASE64, [1, 4]) } },
  {
    name: 'long base64, damaged',
    query: INFER,
    variables: { input: long(`${LONG_BASE64.slice(0, -4)}AA_=`) },
  },
  {
    name: 'long base64 where a name belongs',
    query: 'query($name: String!) { model(name: $name) { name } }',
    variables: { name: LONG_BASE64 },
  },
  {
    name: 'long base64 for an object',
    query: INFER,
    variables: { input: LONG_BASE64 },
    compiled: false,
  },
  { name: 'an infer', query: INFER, variables: { input: { version: 'm0', inputs: [x([1, 2, 3, 4])] } } },
  {
    name: 'an infer with a wrong tensor',
    query: INFER,
    variables: { input: { version: 'm0', inputs: [x([1])] } },
  },
  {
    name: 'an infer with a field too many',
    query: INFER,
    variables: { input: { version: 'm0', inputs: [], nonsense: 1 } },
    compiled: false,
  },
  {
    name: 'an infer whose deadline is none',
    query: INFER,
    variables: { input: { version: 'm0', inputs: [], deadlineMs: 0 } },
  },
  {
    name: 'an infer with its tensor in the document',
    query:
      'mutation { infer(input: { version: "m0", inputs: [{ name: "x", datatype: FP32, shape: [1, 4], data: [3, 4, 5, 6] }] }) { outputs { data } userErrors { code } } }',
  },
  {
    name: 'a chosen operation',
    query: 'query A { a: __typename } query B($n: Int) { models(first: $n) { totalCount } }',
    operationName: 'B',
  },
  {
    name: 'an operation that is not there',
    query: 'query A { a: __typename } query B { b: __typename }',
    operationName: 'C',
    compiled: false,
  },
  {
    name: 'no choice among two',
    query: 'query A { a: __typename } query B { b: __typename }',
    compiled: false,
  },
  { name: 'the introspection of GraphiQL', query: getIntrospectionQuery() },
  {
    name: 'a type by its name',
    query: '{ __type(name: "Tensor") { name fields { name type { kind ofType { name } } } } }',
  },
  {
    name: 'a name that objects have already',
    query: '{ __proto__: __typename constructor: __typename model(name: "m1") { toString: name } }',
  },
  { name: 'a syntax error', query: '{', compiled: false },
  { name: 'a field that does not exist', query: '{ nope }', compiled: false },
  { name: 'a query that is no text', query: { kind: 'Document' }, compiled: false },
  { name: 'a subscription', query: 'subscription { monitoringEvents { cursor } }', compiled: false },
];

/** Headers that tell of the moment or the connection. */
const OF_THE_MOMENT = new Set(['date', 'connection', 'keep-alive']);

describe('both paths over HTTP', () => {
  let app: TestApp;
  const paths: string[] = [];
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded', graphqlPaths: { onAnswer: (path) => paths.push(path) } });
    for (const name of ['m0', 'm1', 'm2'])
      await app.graphql(
        'mutation($name: String!) { registerModel(input: { name: $name, domain: GENERAL, labels: ["x"] }) { userErrors { code } } }',
        { name },
      );
    const { digest } = await app.upload(scalingModel(2));
    await app.graphql(
      'mutation($digest: String!) { publishVersion(input: { model: "m0", artifact: { digest: $digest } }) { userErrors { code } } }',
      { digest },
    );
    // Loaded on demand by its first call, which is like no other.
    await app.graphql(INFER, { input: { version: 'm0', inputs: [x([0, 0, 0, 0])] } });
  });
  afterAll(() => app.close());

  /** An Accept header of its own is one that Apollo has not chosen for before: it must answer. */
  let unheard = 0;
  const ask = async (asked: Asked, by: 'compiled' | 'apollo', mediaType: string) => {
    const { query, variables, operationName } = asked;
    const accept = by === 'apollo' ? `${mediaType}, text/unheard-${(unheard += 1)};q=0.1` : mediaType;
    const response = await fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept, 'x-request-id': 'the-same' },
      body: JSON.stringify({ query, variables, operationName }),
    });
    return {
      path: paths.at(-1),
      status: response.status,
      headers: [...response.headers].filter(([name]) => !OF_THE_MOMENT.has(name)),
      text: await response.text(),
    };
  };

  it.each(REQUESTS)('answer $name alike, to the byte', async (asked) => {
    for (const mediaType of ['application/json', 'application/graphql-response+json']) {
      // A mutation changes what the next query tells of it; asked once beforehand, it finds what it will leave.
      await ask(asked, 'apollo', mediaType);
      const { path: first, ...byApollo } = await ask(asked, 'apollo', mediaType);
      expect(first).toBe('apollo');
      const { path, ...compiled } = await ask(asked, 'compiled', mediaType);
      expect(path).toBe(asked.compiled === false ? 'apollo' : 'compiled');
      expect(compiled).toEqual(byApollo);
    }
  });
});
