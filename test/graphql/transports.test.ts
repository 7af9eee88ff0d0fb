import { once } from 'node:events';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { startTestApp, type TestApp } from '../support/test-app.js';

const KEY = 'a-key-of-at-least-16-characters';
const REGISTER =
  'mutation($name: String!) { registerModel(input: { name: $name, domain: GENERAL }) { model { id name } userErrors { code } } }';
const WATCH =
  'subscription($after: String) { monitoringEvents(filter: { kinds: [MODEL_REGISTERED] }, after: $after) { cursor message model { name } } }';

type Message = { id?: string; type: string; payload?: unknown };

/** A socket that speaks the protocol by hand, to see what a client library hides. */
async function open(
  url: string,
  options: { headers?: Record<string, string>; path?: string; protocol?: string } = {},
) {
  const { headers = {}, path = '/graphql', protocol = 'graphql-transport-ws' } = options;
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, protocol, { headers });
  const messages: Message[] = [];
  const waiting: (() => void)[] = [];
  socket.on('message', (data: Buffer) => {
    messages.push(JSON.parse(data.toString()) as Message);
    waiting.shift()?.();
  });
  const closed = once(socket, 'close') as Promise<[number, Buffer]>;
  closed.catch(() => undefined);
  await once(socket, 'open');
  return {
    socket,
    closed,
    say: (message: Message) => socket.send(JSON.stringify(message)),
    async heard(): Promise<Message> {
      if (messages.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
      const message = messages.shift();
      if (!message) throw new Error('heard nothing');
      return message;
    },
  };
}

async function refusedStatus(
  url: string,
  headers: Record<string, string>,
  path = '/graphql',
): Promise<number> {
  const socket = new WebSocket(`${url.replace(/^http/, 'ws')}${path}`, 'graphql-transport-ws', { headers });
  const [, response] = (await once(socket, 'unexpected-response')) as [
    unknown,
    { statusCode: number; resume(): void },
  ];
  response.resume();
  socket.on('error', () => undefined);
  socket.terminate();
  return response.statusCode;
}

describe('GraphQL without a key', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
  });
  afterAll(() => app.close());

  const post = (body: unknown, headers: Record<string, string> = {}) =>
    fetch(`${app.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify(body),
    });

  it('names every answer by the id of its request, which the header has too', async () => {
    for (const [body, headers] of [
      [{ query: '{ __typename }' }, {}],
      [{ query: '{ nonsense }' }, {}],
      [{ query: '{' }, {}],
      [{ nonsense: 1 }, {}],
      [[{ query: '{ __typename }' }], {}],
      [{ query: '{ __typename }' }, { 'content-type': 'text/plain' }],
    ] as const) {
      const response = await post(body, { 'x-request-id': 'mine-1', ...headers });
      const answer = (await response.json()) as {
        extensions?: { requestId?: string };
        errors?: { extensions: { requestId?: string } }[];
      };
      expect(response.headers.get('x-request-id')).toBe('mine-1');
      expect(answer.extensions?.requestId ?? answer.errors?.[0]?.extensions.requestId).toBe('mine-1');
    }
  });

  it('answers queries over GET, and refuses mutations and cross-site forms there', async () => {
    const get = (query: string, headers: Record<string, string> = {}) =>
      fetch(`${app.url}/graphql?query=${encodeURIComponent(query)}`, { headers });
    const preflighted = { 'apollo-require-preflight': 'true' };
    expect(await (await get('{ __typename }', preflighted)).json()).toMatchObject({
      data: { __typename: 'Query' },
    });
    expect(
      (await get('mutation { undeploy(input: { name: "a" }) { userErrors { code } } }', preflighted)).status,
    ).toBe(405);
    // A program's request, or that of a page of this server; then those that any page can make a browser send.
    for (const headers of [{}, { 'sec-fetch-site': 'same-origin' }, { 'sec-fetch-site': 'none' }] as const)
      expect((await get('{ __typename }', headers)).status).toBe(200);
    for (const headers of [
      { 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site' },
      { 'content-type': 'text/plain' },
    ] as const) {
      const form = await get('{ __typename }', headers);
      expect(form.status).toBe(400);
      expect(await form.text()).toContain('CSRF');
    }
  });

  it('refuses documents that are too long, too large and too deep, each with its limit', async () => {
    const first = async (query: string) =>
      ((await (await post({ query })).json()) as { errors: { message: string }[] }).errors[0]?.message;
    expect(await first(`# ${'x'.repeat(10_000_000)}\n{ __typename }`)).toContain(
      'at most 1048576 characters',
    );
    expect(await first(`{ ${'__typename '.repeat(20_001)} }`)).toContain('at most 20000 tokens');
    expect(await first('{a'.repeat(9_000))).toContain('too deeply');
    expect(
      await first(`{ model(name: "a") { ${'version { model { '.repeat(24)}name${' } }'.repeat(24)} } }`),
    ).toContain('at most 15 levels deep, got 50');
    expect(await first('{ models(first: -1) { totalCount } }')).toBe('Expected first from 0 to 100, got -1.');
    expect((await post({ query: '{ __typename }' })).status).toBe(200);
  });

  it('reads a model again after a mutation in the same document', async () => {
    const answer = await app.graphql(`mutation {
      a: registerModel(input: { name: "twice", domain: GENERAL, title: "one" }) { model { card title } }
      b: updateModel(input: { name: "twice", title: "two", card: "new" }) { model { card title } }
    }`);
    expect(answer.data).toEqual({
      a: { model: { card: '', title: 'one' } },
      b: { model: { card: 'new', title: 'two' } },
    });
  });

  it('finds nodes again by their ids', async () => {
    const registered = await app.graphql(REGISTER, { name: 'noded' });
    const { id } = (registered.data as { registerModel: { model: { id: string } } }).registerModel.model;
    const answer = await app.graphql(
      'query($ids: [ID!]!) { nodes(ids: $ids) { __typename id ... on Model { name } } }',
      {
        ids: [id, Buffer.from('Model:00000000-0000-7000-8000-000000000000').toString('base64url'), 'garbage'],
      },
    );
    expect((answer.data as { nodes: unknown }).nodes).toEqual([
      { __typename: 'Model', id, name: 'noded' },
      null,
      null,
    ]);
    expect(answer.errors).toEqual([
      expect.objectContaining({ path: ['nodes', 2], message: expect.stringContaining('garbage') }),
    ]);
  });

  it('runs queries and mutations over the socket too, with the same limits', async () => {
    const client = await open(app.url);
    client.say({ type: 'connection_init' });
    expect(await client.heard()).toEqual({ type: 'connection_ack' });
    client.say({
      id: '1',
      type: 'subscribe',
      payload: { query: REGISTER, variables: { name: 'over-socket' } },
    });
    expect(await client.heard()).toMatchObject({
      id: '1',
      type: 'next',
      payload: {
        data: { registerModel: { model: { name: 'over-socket' } } },
        extensions: { requestId: expect.any(String) },
      },
    });
    expect(await client.heard()).toEqual({ id: '1', type: 'complete' });
    for (const [query, message, code] of [
      ['{ nonsense }', 'Cannot query field', 'GRAPHQL_VALIDATION_FAILED'],
      ['{', 'Syntax Error', 'GRAPHQL_PARSE_FAILED'],
      ['{a'.repeat(9_000), 'too deeply', 'GRAPHQL_PARSE_FAILED'],
      [
        `{ model(name: "a") { ${'version { model { '.repeat(24)}name${' } }'.repeat(24)} } }`,
        'got 50',
        'GRAPHQL_VALIDATION_FAILED',
      ],
      [
        '{ models(first: 100) { edges { node { versions(first: 100) { edges { node { ref number tags { name createdAt createdBy } } } } } } } }',
        'costs at most',
        'QUERY_TOO_COSTLY',
      ],
    ]) {
      client.say({ id: '2', type: 'subscribe', payload: { query } });
      expect(await client.heard()).toMatchObject({
        id: '2',
        type: 'error',
        payload: [
          {
            message: expect.stringContaining(message ?? ''),
            extensions: { code, requestId: expect.any(String) },
          },
        ],
      });
    }
    client.socket.close();
  });

  it('replays from the cursor and goes on live, without gap or repeat', async () => {
    await app.graphql(REGISTER, { name: 'before-1' });
    const newest = await app.graphql('{ events(last: 1) { edges { cursor } } }');
    const after = (newest.data as { events: { edges: { cursor: string }[] } }).events.edges[0]?.cursor;
    await app.graphql(REGISTER, { name: 'before-2' });
    const seen: string[] = [];
    const events = app
      .subscriber()
      .iterate<{ monitoringEvents: { model: { name: string } } }>({ query: WATCH, variables: { after } });
    for await (const event of events) {
      seen.push(event.data?.monitoringEvents.model.name ?? '');
      if (seen.length === 1) for (const name of ['live-1', 'live-2']) await app.graphql(REGISTER, { name });
      if (seen.length === 3) break;
    }
    expect(seen).toEqual(['before-2', 'live-1', 'live-2']);
  });

  it('refuses a cursor that is none, and one of the future, with their code', async () => {
    const client = await open(app.url);
    client.say({ type: 'connection_init' });
    await client.heard();
    for (const after of ['yesterday', '999999999']) {
      client.say({ id: '1', type: 'subscribe', payload: { query: WATCH, variables: { after } } });
      const { payload } = await client.heard();
      const [error] = (Array.isArray(payload) ? payload : (payload as { errors: unknown[] }).errors) as {
        extensions: { code: string };
      }[];
      expect(error?.extensions.code).toBe('CURSOR_INVALID');
      if (!Array.isArray(payload)) expect(await client.heard()).toEqual({ id: '1', type: 'complete' });
    }
    client.socket.close();
  });

  it('gives one socket a limited number of operations, and frees each when its client leaves it', async () => {
    const client = await open(app.url);
    client.say({ type: 'connection_init' });
    await client.heard();
    const watch = (id: string) => client.say({ id, type: 'subscribe', payload: { query: WATCH } });
    for (let number = 0; number < 100; number += 1) watch(`w${number}`);
    watch('one-more');
    expect(await client.heard()).toMatchObject({
      id: 'one-more',
      type: 'error',
      payload: [{ extensions: { code: 'OVERLOADED' } }],
    });
    client.say({ id: 'w0', type: 'complete' });
    client.say({ id: 'query', type: 'subscribe', payload: { query: '{ __typename }' } });
    expect(await client.heard()).toMatchObject({ id: 'query', type: 'next' });
    client.socket.close();
  });

  it('closes a socket that does not keep to the protocol, with the code for it', async () => {
    const early = await open(app.url);
    early.say({ id: '1', type: 'subscribe', payload: { query: '{ __typename }' } });
    expect((await early.closed)[0]).toBe(4401);
    const garbled = await open(app.url);
    garbled.socket.send('not json');
    expect((await garbled.closed)[0]).toBe(4400);
    const twice = await open(app.url);
    twice.say({ type: 'connection_init' });
    twice.say({ type: 'connection_init' });
    expect((await twice.closed)[0]).toBe(4429);
  });

  it('upgrades at /graphql only, and not for the page of another site', async () => {
    expect(await refusedStatus(app.url, {}, '/events')).toBe(404);
    expect(await refusedStatus(app.url, { origin: 'https://evil.example' })).toBe(403);
    expect(await refusedStatus(app.url, { host: 'evil.example' })).toBe(403);
  });
});

describe('GraphQL with a key', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({
      kind: 'embedded',
      config: { apiKey: KEY, introspection: false, bodyLimitBytes: 10_000 },
    });
  });
  afterAll(() => app.close());

  it('takes the key with the upgrade or with connection_init, and no wrong one', async () => {
    const byHeader = await open(app.url, { headers: { authorization: `Bearer ${KEY}` } });
    byHeader.say({ type: 'connection_init' });
    expect(await byHeader.heard()).toEqual({ type: 'connection_ack' });
    byHeader.socket.close();
    const byMessage = await open(app.url);
    byMessage.say({ type: 'connection_init', payload: { authorization: `Bearer ${KEY}` } });
    expect(await byMessage.heard()).toEqual({ type: 'connection_ack' });
    byMessage.say({ id: '1', type: 'subscribe', payload: { query: '{ models { totalCount } }' } });
    expect(await byMessage.heard()).toMatchObject({
      type: 'next',
      payload: { data: { models: { totalCount: 0 } } },
    });
    byMessage.socket.close();

    for (const payload of [undefined, { authorization: 'Bearer wrong' }, { authorization: 7 }]) {
      const client = await open(app.url);
      client.say({ type: 'connection_init', ...(payload && { payload }) });
      expect((await client.closed)[0]).toBe(4403);
    }
    expect(await refusedStatus(app.url, { authorization: 'Bearer wrong' })).toBe(401);
  });

  it('needs it over HTTP, and keeps the schema to itself when told to', async () => {
    expect(await app.graphql('{ __typename }', {}, { authorization: 'Bearer wrong' })).toMatchObject({
      errors: [{ extensions: { code: 'UNAUTHENTICATED' } }],
    });
    const { errors } = await app.graphql('{ __schema { description } }');
    expect(errors?.[0]?.message).toContain('introspection');
    const client = await open(app.url, { headers: { authorization: `Bearer ${KEY}` } });
    client.say({ type: 'connection_init' });
    await client.heard();
    client.say({ id: '1', type: 'subscribe', payload: { query: '{ __schema { description } }' } });
    expect(await client.heard()).toMatchObject({
      type: 'error',
      payload: [{ message: expect.stringContaining('introspection') }],
    });
    client.say({ id: '2', type: 'subscribe', payload: { query: `# ${'x'.repeat(20_000)}\n{ __typename }` } });
    expect((await client.closed)[0]).toBe(1009);
  });

  it('tells its sockets that it goes, and lets go of the port', async () => {
    const own = await startTestApp({ kind: 'embedded' });
    const client = await open(own.url);
    client.say({ type: 'connection_init' });
    await client.heard();
    client.say({ id: '1', type: 'subscribe', payload: { query: WATCH } });
    await own.close();
    expect((await client.closed)[0]).toBe(1001);
  });
});
