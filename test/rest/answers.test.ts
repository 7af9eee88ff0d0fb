import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { BODY_LIMIT_BYTES, startRest, type RestServer } from './rest-server.js';

let ready = true;
let server: RestServer;
beforeAll(async () => {
  server = await startRest({
    readiness: async () => ({ ready, checks: { database: ready ? 'ok' : 'unreachable' } }),
  });
});
afterAll(() => server.close());

const post = (path: string, body: string, type = 'application/json') =>
  fetch(server.url + path, { method: 'POST', body, headers: { 'content-type': type } });

describe('health', () => {
  it('is live while it answers', async () => {
    const answer = await fetch(`${server.url}/health/live`);
    expect([answer.status, await answer.json()]).toEqual([200, { status: 'live' }]);
    expect(answer.headers.get('cache-control')).toBe('no-store');
  });

  it('is ready when every part is, and names the one that is not', async () => {
    ready = true;
    expect(await (await fetch(`${server.url}/health/ready`)).json()).toEqual({
      status: 'ready',
      checks: { database: 'ok' },
    });
    ready = false;
    const answer = await fetch(`${server.url}/health/ready`);
    expect([answer.status, await answer.json()]).toEqual([
      503,
      { status: 'not ready', checks: { database: 'unreachable' } },
    ]);
  });
});

describe('what no route takes', () => {
  it('is 404 with the known paths, in the one shape', async () => {
    const answer = await fetch(`${server.url}/nowhere?x=1`, { headers: { 'x-request-id': 'id-1' } });
    expect(answer.status).toBe(404);
    expect(await answer.json()).toEqual({
      error: {
        code: 'NOT_FOUND',
        message: expect.stringMatching(/\/nowhere\..*\/artifacts.*\/graphql.*\/health\/ready/),
        requestId: 'id-1',
      },
    });
  });

  it.each([
    ['PUT', '/artifacts', 'POST'],
    ['DELETE', '/artifacts/sha256:x', 'GET, HEAD'],
    ['POST', '/health/live', 'GET, HEAD'],
    ['DELETE', '/graphql?x=1', 'GET, HEAD, POST'],
  ])('is 405 for %s %s, with what is allowed', async (method, path, allow) => {
    const answer = await fetch(server.url + path, { method });
    expect(answer.status).toBe(405);
    expect(answer.headers.get('allow')).toBe(allow);
    expect(JSON.stringify(await answer.json())).toContain('METHOD_NOT_ALLOWED');
  });
});

describe('what cannot be read', () => {
  it('is refused in the shape GraphQL clients read on /graphql', async () => {
    const malformed = await post('/graphql', '{"query": ');
    expect(malformed.status).toBe(400);
    expect(await malformed.json()).toEqual({
      errors: [
        {
          message: expect.stringContaining('not valid JSON'),
          extensions: { code: 'BAD_REQUEST', requestId: expect.any(String) },
        },
      ],
    });
    const large = await post('/graphql', JSON.stringify({ query: ' '.repeat(BODY_LIMIT_BYTES) }));
    expect(large.status).toBe(413);
    expect(await large.json()).toMatchObject({ errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] });
    expect((await post('/graphql', '<a/>', 'application/xml')).status).toBe(415);
    expect((await post('/graphql', '')).status).toBe(400);
    expect((await post('/graphql', '{"__proto__": {"x": 1}}')).status).toBe(400);
  });

  it('lets a client that sends far too much read why', async () => {
    const answer = await post('/graphql', JSON.stringify({ query: ' '.repeat(10_000_000) }));
    expect(answer.status).toBe(413);
    expect(await answer.json()).toMatchObject({ errors: [{ extensions: { code: 'PAYLOAD_TOO_LARGE' } }] });
  });

  it('is refused in the plain shape for a URL that cannot be decoded', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.write('GET /%zz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    const [answer] = (await once(socket, 'data')) as [Buffer];
    socket.destroy();
    expect(answer.toString()).toMatch(/^HTTP\/1.1 400 /);
    expect(answer.toString()).toContain('"error":{"code":"BAD_REQUEST"');
  });

  it('still reads JSON on /graphql, whatever /artifacts reads', async () => {
    expect(await (await post('/graphql', '{"a":1}')).json()).toEqual({ data: { a: 1 } });
  });
});

it('answers a failure of the server without its reason', async () => {
  const answer = await fetch(`${server.url}/broken`, { headers: { 'x-request-id': 'id-2' } });
  expect(answer.status).toBe(500);
  const body = await answer.text();
  expect(JSON.parse(body)).toEqual({
    error: { code: 'INTERNAL', message: expect.any(String), requestId: 'id-2' },
  });
  expect(body).not.toMatch(/secret|ENOENT|retort-rest|at /);
});

it.each([
  ['code=OVERLOADED&ms=1', '1'],
  ['code=OVERLOADED&ms=1000', '1'],
  ['code=OVERLOADED&ms=1001', '2'],
  ['code=OVERLOADED', '1'],
  ['code=UNAVAILABLE&ms=30000', '30'],
  ['code=UNAVAILABLE', null],
])('answers 503 to %s and says to try again after %s seconds', async (query, seconds) => {
  const answer = await fetch(`${server.url}/refused?${query}`);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, seconds]);
});
