import { once } from 'node:events';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { parseConfig } from '../../src/platform/config.js';
import { assertBindAllowed, WrongKeys } from '../../src/security/index.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const KEY = 'a-key-of-at-least-16-characters';
const PAGE = 'https://app.example.org';
const QUERY = { method: 'POST', body: '{"query":"{ __typename }"}' };
const JSON_TYPE = { 'content-type': 'application/json' };

/** How a handshake ends: 101, or the status of its refusal. */
async function handshake(app: TestApp, headers: Record<string, string>): Promise<number> {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers,
  });
  socket.on('error', () => undefined);
  const status = await new Promise<number>((resolve) => {
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.once('open', () => resolve(101));
  });
  socket.terminate();
  return status;
}

describe('a page of another origin, with a key', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded', config: { apiKey: KEY, allowedOrigins: [PAGE] } });
  });
  afterAll(() => app.close());

  const preflight = (path: string, origin: string, headers = 'authorization,content-type') =>
    fetch(app.url + path, {
      method: 'OPTIONS',
      headers: { origin, 'access-control-request-method': 'POST', 'access-control-request-headers': headers },
    });

  it.each([
    '/graphql',
    '/artifacts',
    '/archives',
    '/v1/models/a:predict',
    '/v2/models/a/infer',
    '/models/a/archive',
  ])('may ask before it sends, without the key, and then call %s', async (path) => {
    const asked = await preflight(path, PAGE);
    expect(asked.status).toBe(204);
    expect(asked.headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(asked.headers.get('vary')).toContain('Origin');
    expect(asked.headers.get('access-control-allow-methods')).toContain('POST');
    for (const header of ['authorization', 'content-type', 'inference-header-content-length'])
      expect(asked.headers.get('access-control-allow-headers')).toContain(header);
    expect(asked.headers.has('access-control-allow-credentials')).toBe(false);
  });

  it('reads answers and refusals', async () => {
    const answer = await fetch(`${app.url}/graphql`, {
      ...QUERY,
      headers: { ...JSON_TYPE, origin: PAGE, authorization: `Bearer ${KEY}` },
    });
    expect(await answer.json()).toMatchObject({ data: { __typename: 'Query' } });
    expect(answer.headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(answer.headers.get('access-control-expose-headers')).toContain('x-request-id');
    const refused = await fetch(`${app.url}/graphql`, { ...QUERY, headers: { ...JSON_TYPE, origin: PAGE } });
    expect(refused.status).toBe(401);
    expect(refused.headers.get('access-control-allow-origin')).toBe(PAGE);
    expect(await handshake(app, { origin: PAGE })).toBe(101);
  });

  it.each([
    'https://app.example.org.evil.test',
    'http://app.example.org',
    'https://app.example.org:8443',
    'https://APP.example.org',
    'https://sub.app.example.org',
    'null',
  ])('is told nothing when it is not the one: %s', async (origin) => {
    const asked = await preflight('/graphql', origin);
    expect(asked.status).toBe(401);
    const answer = await fetch(`${app.url}/graphql`, {
      ...QUERY,
      headers: { ...JSON_TYPE, origin, authorization: `Bearer ${KEY}` },
    });
    for (const { headers } of [asked, answer]) {
      expect(headers.has('access-control-allow-origin')).toBe(false);
      expect(headers.get('vary')).toContain('Origin');
    }
  });

  it('cannot use the key that the browser adds by itself', async () => {
    const basic = `Basic ${Buffer.from(`me:${KEY}`).toString('base64')}`;
    const headers = { ...JSON_TYPE, origin: PAGE, authorization: basic };
    expect((await fetch(`${app.url}/graphql`, { ...QUERY, headers })).status).toBe(403);
    expect(await handshake(app, { origin: PAGE, authorization: basic })).toBe(403);
  });
});

describe('a page of another origin, without a key', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded', config: { allowedOrigins: [PAGE] } });
  });
  afterAll(() => app.close());

  const call = (headers: Record<string, string>) =>
    fetch(`${app.url}/graphql`, { ...QUERY, headers: { ...JSON_TYPE, ...headers } });

  it('may call when it is named, and no other may', async () => {
    expect((await call({ origin: PAGE })).status).toBe(200);
    expect(await handshake(app, { origin: PAGE })).toBe(101);
    const refused = await call({ origin: 'https://evil.test' });
    expect(refused.status).toBe(403);
    expect(await refused.text()).toContain('RETORT_ALLOWED_ORIGINS');
    expect(await handshake(app, { origin: 'https://evil.test' })).toBe(403);
  });

  it('may not when it came by another name of this machine', async () => {
    expect(await handshake(app, { origin: PAGE, host: 'rebound.evil.test' })).toBe(403);
  });

  it('settings name exact origins, or * alone and with a key', () => {
    const origins = (text: string) => parseConfig({ RETORT_ALLOWED_ORIGINS: text }).allowedOrigins;
    expect(origins('https://a.test, http://localhost:5173')).toEqual([
      'https://a.test',
      'http://localhost:5173',
    ]);
    for (const wrong of [
      'https://a.test/',
      'https://a.test/app',
      'a.test',
      'null',
      '*,https://a.test',
      'https://*.a.test',
    ])
      expect(() => origins(wrong)).toThrow(/RETORT_ALLOWED_ORIGINS: expected/);
    expect(() => assertBindAllowed({ host: '127.0.0.1', allowedOrigins: origins('*') })).toThrow(
      /RETORT_API_KEY/,
    );
    expect(() => assertBindAllowed({ host: '127.0.0.1', apiKey: KEY, allowedOrigins: ['*'] })).not.toThrow();
  });
});

describe('whoever has not got the key', () => {
  let app: TestApp;
  const waits: { ms: number; over: () => void }[] = [];
  beforeAll(async () => {
    const wait = (ms: number) => new Promise<void>((over) => waits.push({ ms, over }));
    app = await startTestApp({
      kind: 'embedded',
      config: { apiKey: KEY, allowedOrigins: ['*'], trustedProxies: ['127.0.0.1'] },
      wrongKeys: new WrongKeys(wait),
    });
  });
  afterAll(() => app.close());

  it('is told by the health paths that the server is there and ready, and nothing else', async () => {
    for (const [path, body] of [
      ['/health/live', { status: 'live' }],
      ['/health/ready', { status: 'ready' }],
      ['/v2/health/live', { live: true }],
      ['/v2/health/ready', { ready: true }],
    ] as const) {
      for (const headers of [
        {},
        { authorization: 'Bearer wrong', 'x-forwarded-for': `203.0.113.9${path.length % 10}` },
      ]) {
        const answer = await fetch(app.url + path, { headers: headers as Record<string, string> });
        expect(answer.status).toBe(200);
        expect(await answer.json()).toEqual(body);
      }
      expect((await fetch(app.url + path, { method: 'POST' })).status).toBe(401);
    }
    const known = await fetch(`${app.url}/health/ready`, { headers: { authorization: `Bearer ${KEY}` } });
    expect(await known.json()).toMatchObject({ checks: { database: 'ok' } });
    expect((await fetch(`${app.url}/health/readyx`)).status).toBe(401);
  });

  it('may be a page of any origin, which has the key', async () => {
    const headers = { ...JSON_TYPE, origin: 'https://any.test', authorization: `Bearer ${KEY}` };
    const answer = await fetch(`${app.url}/graphql`, { ...QUERY, headers });
    expect(answer.headers.get('access-control-allow-origin')).toBe('*');
  });

  it('waits longer for each wrong key, while others at its address are answered', async () => {
    const attempt = (key: string, from = '203.0.113.7') =>
      fetch(`${app.url}/graphql`, {
        ...QUERY,
        headers: { ...JSON_TYPE, authorization: `Bearer ${key}`, 'x-forwarded-for': from },
      });
    for (let count = 0; count < 5; count += 1) expect((await attempt('wrong')).status).toBe(401);
    expect(waits).toEqual([]);
    const slowed: Promise<Response>[] = [];
    for (let count = 1; count <= 10; count += 1) {
      slowed.push(attempt('wrong'));
      while (waits.length < count) await new Promise((resolve) => setImmediate(resolve));
    }
    expect(waits.map(({ ms }) => ms)).toEqual([
      250, 500, 1_000, 2_000, 4_000, 8_000, 8_000, 8_000, 8_000, 8_000,
    ]);
    const refused = await attempt('wrong');
    expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '8']);
    expect(((await refused.json()) as { errors: unknown[] }).errors[0]).toMatchObject({
      extensions: { code: 'UNAUTHENTICATED' },
    });
    expect((await attempt(KEY)).status).toBe(200);
    expect((await attempt('wrong', '203.0.113.8')).status).toBe(401);
    for (const { over } of waits.splice(0)) over();
    for (const answer of slowed) expect((await answer).status).toBe(401);
  });

  it('waits over WebSocket too', async () => {
    const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
      headers: { 'x-forwarded-for': '203.0.113.7' },
    });
    await once(socket, 'open');
    socket.send('{"type":"connection_init","payload":{"authorization":"Bearer wrong"}}');
    while (waits.length === 0) await new Promise((resolve) => setImmediate(resolve));
    const closed = once(socket, 'close');
    waits.pop()?.over();
    expect((await closed)[0]).toBe(4403);
  });

  it('gets the security headers with every refusal, also of an address that is none', async () => {
    const { port } = new URL(app.url);
    const socket = connect(Number(port), '127.0.0.1');
    socket.write('GET /% HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
    let text = '';
    for await (const chunk of socket) text += String(chunk);
    expect(text).toContain('HTTP/1.1 400');
    for (const header of [
      'x-content-type-options: nosniff',
      'content-security-policy: ',
      'referrer-policy: ',
      'x-request-id: ',
    ])
      expect(text).toContain(header);
  });
});
