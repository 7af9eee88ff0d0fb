import { afterEach, describe, expect, it } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { registerSecurity, requestId, type SecurityConfig } from '../../src/security/index.js';

const KEY = 'correct-horse-battery-staple';
const running: FastifyInstance[] = [];

async function start(config: SecurityConfig): Promise<FastifyInstance> {
  const app = Fastify({ genReqId: requestId });
  running.push(app);
  registerSecurity(app, config);
  app.route({ method: ['GET', 'POST', 'DELETE'], url: '/who', handler: async (request) => request.caller });
  app.post('/graphql', async () => ({ data: {} }));
  return app;
}

afterEach(async () => {
  for (const app of running.splice(0)) await app.close();
});

describe('with a key', () => {
  const config = { host: '0.0.0.0', apiKey: KEY };

  it.each(['/who', '/graphql', '/graphiql', '/health', '/health/live/x', '/artifacts/x', '/nowhere', '/'])(
    'answers nothing at %s without it',
    async (url) => {
      const app = await start(config);
      for (const method of ['GET', 'POST', 'PUT', 'DELETE', 'OPTIONS'] as const) {
        const answer = await app.inject({ method, url });
        expect(answer.statusCode).toBe(401);
        expect(answer.headers['www-authenticate']).toEqual([
          expect.stringMatching(/^Basic /),
          expect.stringMatching(/^Bearer /),
        ]);
      }
    },
  );

  it('names the caller and repeats the request id', async () => {
    const app = await start(config);
    const answer = await app.inject({
      url: '/who',
      headers: { authorization: `Bearer ${KEY}`, 'x-request-id': 'abc-1' },
    });
    expect(answer.json()).toEqual({ actor: 'api-key', requestId: 'abc-1' });
    expect(answer.headers['x-request-id']).toBe('abc-1');
  });

  it('refuses in the shape of the path', async () => {
    const app = await start(config);
    const headers = { 'x-request-id': 'abc-2' };
    const graphql = await app.inject({ method: 'POST', url: '/graphql?x=1', headers });
    expect(graphql.json()).toEqual({
      errors: [
        {
          message: expect.stringContaining('API key'),
          extensions: { code: 'UNAUTHENTICATED', requestId: 'abc-2' },
        },
      ],
    });
    const rest = await app.inject({ url: '/who', headers });
    expect(rest.json()).toEqual({
      error: { code: 'UNAUTHENTICATED', message: expect.any(String), requestId: 'abc-2' },
    });
  });

  it('refuses a request another site made the browser send with a remembered Basic key, but not a Bearer one', async () => {
    const app = await start(config);
    const send = (authorization: string) =>
      app.inject({ method: 'POST', url: '/who', headers: { authorization, origin: 'http://evil.example' } });
    expect((await send(`Basic ${Buffer.from(`:${KEY}`).toString('base64')}`)).statusCode).toBe(403);
    expect((await send(`Bearer ${KEY}`)).statusCode).toBe(200);
  });
});

describe('without a key', () => {
  const config = { host: '127.0.0.1' };

  it('serves this machine under its own names only', async () => {
    const app = await start(config);
    expect((await app.inject({ url: '/who', headers: { host: 'localhost:4000' } })).json()).toMatchObject({
      actor: 'local',
    });
    const rebound = await app.inject({ url: '/who', headers: { host: 'evil.example:4000' } });
    expect(rebound.statusCode).toBe(403);
    expect(rebound.json()).toMatchObject({
      error: { code: 'FORBIDDEN', message: expect.stringContaining('evil.example:4000') },
    });
  });

  it.each([
    ['POST', 403],
    ['DELETE', 403],
    ['GET', 200],
  ] as const)('answers a %s from another site with %i', async (method, status) => {
    const app = await start(config);
    const answer = await app.inject({
      method,
      url: '/who',
      headers: { host: 'localhost:4000', origin: 'http://evil.example' },
    });
    expect(answer.statusCode).toBe(status);
  });

  it('forbids sniffing, framing and reading by other sites, and does not advertise itself', async () => {
    const app = await start(config);
    const { headers } = await app.inject('/who');
    expect(headers).toMatchObject({
      'x-content-type-options': 'nosniff',
      'content-security-policy': expect.stringContaining("frame-ancestors 'none'"),
      'cross-origin-resource-policy': 'same-origin',
    });
    expect(headers).not.toHaveProperty('x-powered-by');
    expect(headers).not.toHaveProperty('server');
  });
});
