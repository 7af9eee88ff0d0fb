import { once } from 'node:events';
import { request, type IncomingMessage } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { anyDatabaseKind } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, onlyError } from './support/ask.js';
import { publish, register } from './support/catalog-steps.js';
import { storedEvents, watchEvents } from './support/event-watch.js';
import { scalingModel } from './support/own-models.js';
import { storedArtifacts } from './support/stored-files.js';

const KEY = 'a-long-key-that-only-tests-know';
const WHOAMI = JSON.stringify({ query: '{ models { totalCount } }' });

/** With headers that fetch would not let a caller set, such as Host. */
async function send(
  url: string,
  {
    method = 'POST',
    headers = {},
    body = '',
  }: { method?: string; headers?: Record<string, string>; body?: string },
): Promise<{ status: number; headers: IncomingMessage['headers']; text: string }> {
  const sent = request(url, { method, headers: { 'content-type': 'application/json', ...headers } });
  sent.end(body);
  const [response] = (await once(sent, 'response')) as [IncomingMessage];
  let text = '';
  for await (const chunk of response.setEncoding('utf8')) text += String(chunk);
  return { status: response.statusCode ?? 0, headers: response.headers, text };
}

/** How a socket ends: the HTTP status of a refused upgrade, or the code it was closed with. */
function socketEnd(
  url: string,
  options: { headers?: Record<string, string>; init?: object },
): Promise<number> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers: options.headers ?? {},
  });
  return new Promise((resolve, reject) => {
    socket.on('unexpected-response', (_request, response) => {
      response.resume();
      resolve(response.statusCode ?? 0);
    });
    socket.on('error', reject);
    socket.on('open', () => socket.send(JSON.stringify({ type: 'connection_init', payload: options.init })));
    socket.on('close', (code) => resolve(code));
  });
}

describe.each(anyDatabaseKind)('with an API key, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, config: { apiKey: KEY } });
  });
  afterAll(() => app.close());

  it.each([
    { path: '/graphql', method: 'POST' },
    { path: '/graphql?query={__typename}', method: 'GET' },
    { path: '/artifacts', method: 'POST' },
    { path: `/artifacts/sha256:${'0'.repeat(64)}`, method: 'GET' },
    { path: '/graphiql', method: 'GET' },
    { path: '/metrics', method: 'GET' },
    { path: '/no/such/path', method: 'GET' },
  ])('$method $path needs it', async ({ path, method }) => {
    for (const authorization of [
      undefined,
      'Bearer wrong-key-of-some-length',
      `bearer-${KEY}`,
      `Bearer ${KEY}x`,
      'Bearer ',
    ]) {
      const { status, headers, text } = await send(`${app.url}${path}`, {
        method,
        headers: authorization === undefined ? {} : { authorization },
        body: method === 'POST' ? WHOAMI : '',
      });
      expect(status).toBe(401);
      expect(text).toContain('UNAUTHENTICATED');
      expect(text).not.toContain(KEY);
      expect(headers['www-authenticate']).toMatch(/Bearer/);
    }
    expect(await storedArtifacts(app)).toEqual([]);
  });

  it.each([`Bearer ${KEY}`, `bearer ${KEY}`, `Basic ${Buffer.from(`anyone:${KEY}`).toString('base64')}`])(
    '%s is let in',
    async (authorization) => {
      const { status, text } = await send(`${app.url}/graphql`, { headers: { authorization }, body: WHOAMI });
      expect({ status, body: JSON.parse(text) as unknown }).toMatchObject({
        status: 200,
        body: { data: { models: { totalCount: expect.any(Number) } } },
      });
    },
  );

  it('a socket without it is closed with 4403, with a wrong one too', async () => {
    expect(await socketEnd(app.url, {})).toBe(4403);
    expect(await socketEnd(app.url, { init: { authorization: 'Bearer wrong-key-of-some-length' } })).toBe(
      4403,
    );
    expect(await socketEnd(app.url, { init: { authorization: 42 } })).toBe(4403);
    expect(await socketEnd(app.url, { headers: { authorization: 'Bearer wrong-key-of-some-length' } })).toBe(
      401,
    );
  });

  it('a socket with it in connection_init streams, and events name who acted', async () => {
    const client = app.subscriber({ authorization: `Bearer ${KEY}` });
    const watch = watchEvents(client, { after: '0' });
    await register(app, 'guarded');
    await watch.until((events) => events.some(({ modelName }) => modelName === 'guarded'));
    expect(watch.events.find(({ modelName }) => modelName === 'guarded')?.actor).toBe('api-key');
    watch.stop();
  });

  it('a socket with it in the header of the upgrade streams too', async () => {
    class WithKey extends WebSocket {
      constructor(url: string, protocols: string) {
        super(url, protocols, { headers: { authorization: `Bearer ${KEY}` } });
      }
    }
    const client = createClient({
      url: `${app.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: WithKey,
      retryAttempts: 0,
    });
    const answer = await new Promise((resolve, reject) => {
      client.subscribe(
        { query: '{ models { totalCount } }' },
        { next: resolve, error: reject, complete: () => undefined },
      );
    });
    expect(answer).toMatchObject({ data: { models: { totalCount: expect.any(Number) } } });
    await client.dispose();
  });

  it('an operation before connection_init is refused with 4401', async () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    await once(socket, 'open');
    socket.send(
      JSON.stringify({ id: '1', type: 'subscribe', payload: { query: '{ models { totalCount } }' } }),
    );
    const [code] = (await once(socket, 'close')) as [number];
    expect(code).toBe(4401);
  });
});

describe.each(anyDatabaseKind)('without a key, on this machine only, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
    await register(app, 'kept');
  });
  afterAll(() => app.close());

  const archive = { query: 'mutation { archiveModel(input: {name: "kept"}) { userErrors { code } } }' };
  const untouched = async () => {
    expect(await ask(app, '{ model(name: "kept") { archivedAt } }')).toEqual({ model: { archivedAt: null } });
  };

  it.each(['text/plain', 'application/x-www-form-urlencoded', 'multipart/form-data; boundary=x'])(
    'a POST of %s, which any page can make a browser send, is refused',
    async (contentType) => {
      const { status, text } = await send(`${app.url}/graphql`, {
        headers: { 'content-type': contentType },
        body: JSON.stringify(archive),
      });
      expect(status).toBeGreaterThanOrEqual(400);
      expect(status).toBeLessThan(500);
      expect(JSON.parse(text)).toMatchObject({ errors: [{ message: expect.any(String) }] });
      await untouched();
    },
  );

  it('a GET without a header that a page cannot send is refused', async () => {
    const { status, text } = await send(`${app.url}/graphql?query={__typename}`, {
      method: 'GET',
      headers: { 'content-type': 'text/plain' },
    });
    expect(status).toBe(400);
    expect(text).toMatch(/CSRF|preflight/i);
  });

  it.each([
    { header: { origin: 'https://evil.example' }, says: 'Origin' },
    { header: { origin: 'null' }, says: 'Origin' },
    { header: { origin: 'http://127.0.0.1:1' }, says: 'Origin' },
    { header: { host: 'evil.example' }, says: 'Host' },
    { header: { host: '127.0.0.1.evil.example:80' }, says: 'Host' },
  ])('$header on a mutation, an upload and a socket', async ({ header, says }) => {
    const mutation = await send(`${app.url}/graphql`, { headers: header, body: JSON.stringify(archive) });
    expect(mutation.status).toBe(403);
    expect(JSON.parse(mutation.text)).toMatchObject({
      errors: [{ message: expect.stringContaining(says), extensions: { code: 'FORBIDDEN' } }],
    });
    const upload = await send(`${app.url}/artifacts`, {
      headers: { ...header, 'content-type': 'application/octet-stream' },
      body: 'bytes',
    });
    expect(upload.status).toBe(403);
    expect(await socketEnd(app.url, { headers: header })).toBe(403);
    expect(await storedArtifacts(app)).toEqual([]);
    await untouched();
  });

  it('a page of this very server is let in', async () => {
    const { status } = await send(`${app.url}/graphql`, { headers: { origin: app.url }, body: WHOAMI });
    expect(status).toBe(200);
  });

  it('repeats a plain request id, makes one otherwise, and gives it everywhere', async () => {
    const { headers, text } = await send(`${app.url}/graphql`, {
      headers: { 'x-request-id': 'my-request.1' },
      body: JSON.stringify({
        query: 'mutation { updateModel(input: {name: "kept", title: "T"}) { userErrors { code } } }',
      }),
    });
    expect(headers['x-request-id']).toBe('my-request.1');
    expect(JSON.parse(text)).toMatchObject({ extensions: { requestId: 'my-request.1' } });
    expect(await storedEvents(app, '0', { requestId: 'my-request.1' })).toHaveLength(1);
    const made = await send(`${app.url}/graphql`, {
      headers: { 'x-request-id': 'not plain; "quoted"' },
      body: WHOAMI,
    });
    expect(made.headers['x-request-id']).toMatch(/^[0-9a-f-]{23}-[0-9a-z]+$/);
  });

  it('no answer shows a path or a stack', async () => {
    const artifact = { base64: Buffer.from('no model').toString('base64') };
    await publish(app, 'kept', scalingModel(2));
    const queries: { query: string; variables?: object }[] = [
      { query: '{ nope }' },
      { query: '{' },
      { query: 'query ($x: Nope) { __typename }' },
      { query: '{ node(id: "x") { id } }' },
      { query: 'query ($n: Int) { models(first: $n) { totalCount } }', variables: { n: 'x' } },
      {
        query:
          'mutation ($a: ArtifactInput!) { publishVersion(input: {model: "kept", artifact: $a}) { userErrors { message } } }',
        variables: { a: artifact },
      },
      {
        query:
          'mutation { infer(input: {version: "kept", inputs: [{name: "x", datatype: FP32, shape: [1], data: {a: 1}}]}) { userErrors { message } } }',
      },
      { query: 'mutation { predict(input: {version: "kept", instances: [1]}) { userErrors { message } } }' },
      {
        query:
          'mutation { publishVersion(input: {model: "kept", artifact: {url: "https://no-such-host.invalid/x"}}) { userErrors { message } } }',
      },
    ];
    const texts = await Promise.all([
      ...queries.map(async (body) => (await send(`${app.url}/graphql`, { body: JSON.stringify(body) })).text),
      ...[
        '/artifacts/x',
        '/%zz',
        '/graphiql/../../package.json',
        '/graphiql/assets/..%2f..%2fpackage.json',
        '/nothing',
      ].map(async (path) => (await send(`${app.url}${path}`, { method: 'GET' })).text),
    ]);
    expect(texts).toHaveLength(queries.length + 5);
    expect(
      texts.filter(
        (text) =>
          /\n\s+at |node_modules|file:\/\/|\/src\/|\.ts:\d|"retort","version"/.test(text) ||
          text.includes(app.config.dataDirectory),
      ),
    ).toEqual([]);
    expect(onlyError(await app.graphql('{ nope }')).message).toContain('nope');
  });

  it('keeps its headers on every answer', async () => {
    for (const path of ['/graphql', '/health/live', '/nothing']) {
      const { headers } = await send(`${app.url}${path}`, { method: 'GET' });
      expect(headers).toMatchObject({
        'x-content-type-options': 'nosniff',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'x-request-id': expect.any(String),
      });
      expect(headers).not.toHaveProperty('x-powered-by');
    }
  });
});
