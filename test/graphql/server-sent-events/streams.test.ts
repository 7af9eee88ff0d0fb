import { once } from 'node:events';
import { createServer, get, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-sse';
import { StreamFlow } from '../../../src/graphql/server-sent-events/stream-flow.js';
import { register } from '../../api/support/catalog-steps.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';
import { until } from '../../support/until.js';
import { StreamClient } from './stream-client.js';

const KEY = 'a-key-of-at-least-16-characters';
const WATCH = `subscription ($after: String, $model: String) {
  monitoringEvents(filter: {kinds: [MODEL_REGISTERED], model: $model, allowUnknown: true}, after: $after) { cursor modelName } }`;

describe('streams of server-sent events', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
  });
  afterAll(() => app.close());
  const post = (body: object | string, headers: Record<string, string> = {}) =>
    StreamClient.open(app.url, { body, headers });

  it('answer a query as one event, and tell that it was all', async () => {
    const client = await post({ query: '{ __typename }' });
    await client.ended;
    expect(client.response.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
      'x-content-type-options': 'nosniff',
    });
    expect(client.response.headers['content-encoding']).toBeUndefined();
    const requestId = client.response.headers['x-request-id'];
    expect(client.events).toEqual([
      { id: null, event: 'next', data: { data: { __typename: 'Query' }, extensions: { requestId } } },
      { id: null, event: 'complete', data: null },
    ]);
  });

  it('change what a mutation asks for, by POST alone', async () => {
    const query =
      'mutation { registerModel(input: {name: "by-stream", domain: GENERAL}) { model { name } userErrors { code } } }';
    const byGet = await StreamClient.open(app.url, { search: { query } });
    await byGet.ended;
    expect(byGet.events[0]?.data).toMatchObject({
      errors: [{ message: expect.stringContaining('Send it by POST'), extensions: { code: 'BAD_REQUEST' } }],
    });
    const byPost = await post({ query });
    await byPost.ended;
    expect(byPost.events[0]?.data).toMatchObject({
      data: { registerModel: { model: { name: 'by-stream' }, userErrors: [] } },
    });
  });

  it('bring events as they happen, and go on behind the last one when the client comes back', async () => {
    const variables = { model: 'followed' };
    const first = await StreamClient.open(app.url, {
      search: { query: WATCH, variables: JSON.stringify(variables) },
    });
    await until(() => first.comments > 0);
    // The subscription begins a moment after its answer does.
    await delay(100);
    await register(app, 'followed');
    const [seen] = await first.heard(1);
    expect(seen).toMatchObject({
      event: 'next',
      data: { data: { monitoringEvents: { modelName: 'followed' } } },
    });
    expect(seen?.id).toMatch(/^\d+$/);
    first.leave();

    await register(app, 'followed-2');
    const again = await StreamClient.open(app.url, {
      search: { query: WATCH, variables: JSON.stringify({ after: '0' }) },
      headers: { 'last-event-id': seen?.id ?? '' },
    });
    const [next] = await again.heard(1);
    expect(next?.data).toMatchObject({ data: { monitoringEvents: { modelName: 'followed-2' } } });
    again.leave();
  });

  it('are read by the client of the protocol', async () => {
    const client = createClient({ url: `${app.url}/graphql/stream`, retryAttempts: 0 });
    const names: unknown[] = [];
    for await (const { data } of client.iterate<{ monitoringEvents: { modelName: string } }>({
      query: WATCH,
      variables: { after: '0' },
    })) {
      names.push(data?.monitoringEvents.modelName);
      if (names.length === 2) break;
    }
    expect(names).toEqual(['by-stream', 'followed']);
    client.dispose();
  });

  it.each([
    { what: 'a malformed document', query: '{ nope ', code: 'GRAPHQL_PARSE_FAILED' },
    { what: 'an unknown field', query: '{ nope }', code: 'GRAPHQL_VALIDATION_FAILED' },
    {
      what: 'a document that is too deep',
      query: `{ models { edges { node ${'{ versions { edges { node { model '.repeat(4)} { name } ${'} } } }'.repeat(4)} } } }`,
      code: 'GRAPHQL_VALIDATION_FAILED',
    },
    {
      what: 'a document that costs too much',
      query:
        '{ models(first: 100) { edges { node { versions(first: 100) { edges { node { tags { name } aliases { name } } } } } } } }',
      code: 'QUERY_TOO_COSTLY',
    },
    {
      what: 'a cursor of the future',
      query: 'subscription { monitoringEvents(after: "999999") { cursor } }',
      code: 'CURSOR_INVALID',
    },
    {
      what: 'a cursor that is none',
      query: 'subscription { monitoringEvents(after: "x") { cursor } }',
      code: 'CURSOR_INVALID',
    },
  ])('tell what is wrong with $what, and end', async ({ query, code }) => {
    const client = await post({ query });
    await client.ended;
    expect(client.status).toBe(200);
    expect(client.events.map(({ event }) => event)).toEqual(['next', 'complete']);
    expect(client.events[0]?.data).toMatchObject({
      errors: [{ extensions: { code } }],
      extensions: { requestId: client.response.headers['x-request-id'] },
    });
  });

  it.each([
    { what: 'no JSON', body: '{"quer', headers: {}, status: 400, code: 'BAD_REQUEST', says: /JSON/ },
    { what: 'no object', body: '[]', headers: {}, status: 400, code: 'BAD_REQUEST', says: /JSON object/ },
    { what: 'no document', body: '{}', headers: {}, status: 400, code: 'BAD_REQUEST', says: /curl -N/ },
    {
      what: 'variables that are a list',
      body: '{"query":"{a}","variables":[]}',
      headers: {},
      status: 400,
      code: 'BAD_REQUEST',
      says: /"variables".*a list/,
    },
    {
      what: 'a client that takes no streams',
      body: '{"query":"{ __typename }"}',
      headers: { accept: 'application/json' },
      status: 400,
      code: 'BAD_REQUEST',
      says: /text\/event-stream/,
    },
    {
      what: 'a page of another site',
      body: '{"query":"{ __typename }"}',
      headers: { origin: 'https://evil.example' },
      status: 403,
      code: 'FORBIDDEN',
      says: /another site/,
    },
  ])('are refused with $status for $what', async ({ body, headers, status, code, says }) => {
    const refusal = await (await post(body, headers)).refusal();
    expect(refusal).toMatchObject({ status, code, message: expect.stringMatching(says) });
    expect(refusal.requestId).toBeTruthy();
  });

  it('refuse pages of other sites by GET, too: also those that send no Origin', async () => {
    for (const headers of [{ origin: 'https://evil.example' }, { 'sec-fetch-site': 'cross-site' }]) {
      const client = await StreamClient.open(app.url, { search: { query: '{ __typename }' }, headers });
      expect(await client.refusal()).toMatchObject({ status: 403, code: 'FORBIDDEN' });
    }
  });

  it('cost others nothing when a client does not read, and lose nothing for it', async () => {
    const many = Array.from({ length: 150 }, (_, index) => `m${index}: message`).join(' ');
    const slow = await post({
      query: `subscription { monitoringEvents(after: "0", filter: {kinds: [MODEL_REGISTERED]}) { cursor modelName ${many} } }`,
    });
    slow.response.pause();
    const quick = await post({ query: WATCH });
    await until(() => quick.comments > 0);
    await delay(100);
    const names = Array.from({ length: 60 }, (_, index) => `stalled-${index}`);
    for (const name of names) await register(app, name);
    await quick.heard(names.length);
    const namesIn = (client: StreamClient) =>
      client.events.map(
        ({ data }) =>
          (data as { data: { monitoringEvents: { modelName: string } } }).data.monitoringEvents.modelName,
      );
    expect(namesIn(quick)).toEqual(names);
    slow.response.resume();
    await until(() => slow.events.length >= names.length + 3);
    expect(namesIn(slow).slice(-names.length)).toEqual(names);
    slow.leave();
    quick.leave();
  });
});

describe('streams of a server with a key', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded', config: { apiKey: KEY, maxSockets: 2 } });
  });
  afterAll(() => app.close());
  const open = (authorization?: string) =>
    StreamClient.open(app.url, {
      body: { query: WATCH },
      headers: authorization === undefined ? {} : { authorization },
    });

  it('need it', async () => {
    for (const authorization of [undefined, 'Bearer another-key-of-16-characters'])
      expect(await (await open(authorization)).refusal()).toMatchObject({
        status: 401,
        code: 'UNAUTHENTICATED',
      });
    const client = createClient({
      url: `${app.url}/graphql/stream`,
      headers: { authorization: `Bearer ${KEY}` },
      retryAttempts: 0,
    });
    for await (const { data } of client.iterate({ query: '{ __typename }' }))
      expect(data).toEqual({ __typename: 'Query' });
    client.dispose();
  });

  it('have places among the WebSockets, and give them back when the client leaves', async () => {
    const [one, two] = [await open(`Bearer ${KEY}`), await open(`Bearer ${KEY}`)];
    const full = await open(`Bearer ${KEY}`);
    expect(full.response.headers['retry-after']).toBe('5');
    expect(await full.refusal()).toMatchObject({ status: 503, code: 'OVERLOADED' });
    one.leave();
    await until(async () => {
      const next = await open(`Bearer ${KEY}`);
      if (next.status !== 200) return false;
      next.leave();
      return true;
    });
    two.leave();
  });

  it('end with the server, and not as if that had been all', async () => {
    await until(async () => (await open(`Bearer ${KEY}`)).status === 200);
    const client = await until200(() => open(`Bearer ${KEY}`));
    await app.stop();
    await client.ended;
    expect(client.events).toEqual([]);
  });
});

describe('a stream on its way', () => {
  it('holds one message for a client that does not read', async () => {
    const made: number[] = [];
    let most = 0;
    const server = createServer((_request, response) => {
      const flow = new StreamFlow(response);
      void (async () => {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        for (let message = 0; !flow.closed; message += 1) {
          await flow.room();
          made.push(message);
          void flow.write(`event: next\ndata: ${'x'.repeat(50_000)}\n\n`);
          most = Math.max(most, response.writableLength);
        }
      })();
    });
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    const asked = get({ port, agent: false });
    const [response] = (await once(asked, 'response')) as [IncomingMessage];
    response.pause();
    // What the system takes between the two is all that is made.
    let before = -1;
    while (before !== made.length) {
      before = made.length;
      await delay(200);
    }
    expect(made.length).toBeLessThan(1_000);
    expect(most).toBeLessThan(150_000);
    const stalledAt = made.length;
    response.resume();
    await until(() => made.length > stalledAt + 100);
    asked.destroy();
    server.close();
    await once(server, 'close');
  });
});

async function until200(open: () => Promise<StreamClient>): Promise<StreamClient> {
  for (;;) {
    const client = await open();
    if (client.status === 200) return client;
    client.leave();
  }
}
