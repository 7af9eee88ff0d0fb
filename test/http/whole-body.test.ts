import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { Disconnection } from '../../src/platform/disconnection.js';
import { RequestBodies, shareRequestBodies } from '../../src/http/bodies/index.js';
import { parseWholeBodies, WholeBodyMessage } from '../../src/http/whole-body.js';

const LIMIT = 100_000;

describe('a body that is had whole', () => {
  let app: FastifyInstance;
  /** What became of requests that got as far as a handler, or were refused. */
  let seen: string[];
  let held: (() => void) | null;
  beforeEach(() => {
    seen = [];
    held = null;
  });
  beforeAll(async () => {
    app = Fastify({ bodyLimit: LIMIT, http: { IncomingMessage: WholeBodyMessage } });
    app.removeAllContentTypeParsers();
    parseWholeBodies(app, ['application/octet-stream', '*'], (_request, body, done) => done(null, body));
    app.setErrorHandler((error, _request, reply) => {
      const { code = 'none', statusCode = 500 } = error as { code?: string; statusCode?: number };
      seen.push(`refused ${code} ${statusCode}`);
      void reply.code(statusCode).send(code);
    });
    app.post('/echo', (request, reply) => {
      seen.push('read');
      void reply.send(request.body);
    });
    app.post('/hold', (request, reply) => {
      const disconnection = new Disconnection(reply.raw);
      const gone = () => seen.push('gone');
      disconnection.addEventListener('abort', gone);
      held = () => {
        disconnection.removeEventListener('abort', gone);
        void reply.send(request.body);
      };
      seen.push('held');
    });
    await app.register(async (scope) => {
      scope.removeAllContentTypeParsers();
      scope.addContentTypeParser('*', (_request, body, done) => done(null, body));
      scope.post('/stream', async (request) => {
        let bytes = 0;
        for await (const chunk of request.body as IncomingMessage) bytes += (chunk as Buffer).length;
        return String(bytes);
      });
    });
    app.post(
      '/late',
      { onRequest: async () => new Promise((resolve) => setImmediate(resolve)) },
      (request, reply) => reply.send(request.body),
    );
    await app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(() => app.close());

  const open = async (): Promise<Socket> => {
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    await once(socket, 'connect');
    return socket;
  };
  const head = (path: string, length: number | 'chunked') =>
    `POST ${path} HTTP/1.1\r\nhost: a\r\ncontent-type: application/octet-stream\r\n` +
    (length === 'chunked' ? 'transfer-encoding: chunked\r\n\r\n' : `content-length: ${length}\r\n\r\n`);
  /** Reads until the text has come so often. */
  const until = async (socket: Socket, text: string, times = 1): Promise<string> => {
    let got = '';
    for await (const chunk of socket.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
      got += chunk.toString('latin1');
      if (got.split(text).length > times) break;
    }
    return got;
  };
  const happened = async (what: string): Promise<void> => {
    while (!seen.includes(what)) await new Promise((resolve) => setTimeout(resolve, 1));
  };

  it('is the same in one piece, in many, in chunks and empty, over and over on one connection', async () => {
    const socket = await open();
    for (const path of ['/echo', '/late']) {
      const body = 'x'.repeat(5_000) + 'END';
      socket.write(head(path, body.length) + body);
      expect(await until(socket, 'END')).toContain(body);
      socket.write(head(path, body.length));
      for (let at = 0; at < body.length; at += 1_700) {
        await new Promise((resolve) => setTimeout(resolve, 2));
        socket.write(body.slice(at, at + 1_700));
      }
      expect(await until(socket, 'END')).toContain(body);
      socket.write(`${head(path, 'chunked')}3\r\nabc\r\n`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      socket.write('3\r\nEND\r\n0\r\n\r\n');
      expect(await until(socket, 'END')).toContain('abcEND');
      socket.write(head(path, 0));
      expect(await until(socket, '\r\n\r\n')).toContain('content-length: 0');
    }
    socket.destroy();
  });

  it('comes in order when several requests are sent at once', async () => {
    const socket = await open();
    socket.write(['one', 'two', 'six'].map((body) => head('/echo', 3) + body).join(''));
    const answers = await until(socket, 'six');
    expect(answers.indexOf('one')).toBeLessThan(answers.indexOf('two'));
    expect(answers.indexOf('two')).toBeLessThan(answers.indexOf('six'));
    socket.destroy();
  });

  it('is refused when it is too large, announced or not, and the rest of it is not in the way of the answer', async () => {
    const announced = await open();
    announced.write(head('/echo', LIMIT + 1));
    expect(await until(announced, 'FST_ERR_CTP_BODY_TOO_LARGE')).toContain('HTTP/1.1 413');
    announced.destroy();
    const chunked = await open();
    chunked.write(head('/echo', 'chunked'));
    const piece = `${(20_000).toString(16)}\r\n${'x'.repeat(20_000)}\r\n`;
    for (let sent = 0; sent <= LIMIT; sent += 20_000) chunked.write(piece);
    expect(await until(chunked, 'FST_ERR_CTP_BODY_TOO_LARGE')).toContain('HTTP/1.1 413');
    chunked.destroy();
    expect(seen).toEqual([
      'refused FST_ERR_CTP_BODY_TOO_LARGE 413',
      'refused FST_ERR_CTP_BODY_TOO_LARGE 413',
    ]);
  });

  it('never reaches a handler when the caller leaves in the middle', async () => {
    const socket = await open();
    socket.write(head('/echo', 10) + 'half');
    await new Promise((resolve) => setTimeout(resolve, 5));
    socket.destroy();
    await happened('refused ECONNRESET 400');
    expect(seen).toEqual(['refused ECONNRESET 400']);
  });

  it('leaves a request to be read as a stream where it is', async () => {
    const socket = await open();
    for (let time = 0; time < 3; time += 1) {
      socket.write(head('/stream', 50_000) + 'x'.repeat(50_000));
      expect(await until(socket, '50000')).toContain('HTTP/1.1 200');
    }
    socket.destroy();
  });

  it('lets the departure of the caller be noticed, by the request it left and by no other', async () => {
    const socket = await open();
    for (let time = 0; time < 3; time += 1) {
      socket.write(head('/hold', 3) + 'END');
      await happened('held');
      held?.();
      await until(socket, 'END');
      seen.length = 0;
    }
    socket.write(head('/hold', 3) + 'END');
    await happened('held');
    socket.destroy();
    await happened('gone');
    expect(seen).toEqual(['held', 'gone']);
  });

  it('lets the departure be noticed by a request that waits behind another of its connection', async () => {
    const socket = await open();
    socket.write(head('/hold', 3) + 'one' + head('/hold', 3) + 'two');
    while (seen.length < 2) await new Promise((resolve) => setTimeout(resolve, 1));
    socket.destroy();
    while (seen.length < 4) await new Promise((resolve) => setTimeout(resolve, 1));
    expect(seen).toEqual(['held', 'held', 'gone', 'gone']);
  });
});

describe('a body that does not end', () => {
  const PACE = { stallMs: 200, graceMs: 400, leastBytesPerSecond: 1_000_000 };
  let app: FastifyInstance;
  let bodies: RequestBodies;
  beforeAll(async () => {
    bodies = new RequestBodies({ pace: PACE });
    app = Fastify({ bodyLimit: LIMIT, http: { IncomingMessage: WholeBodyMessage } });
    shareRequestBodies(app, bodies);
    app.removeAllContentTypeParsers();
    parseWholeBodies(app, ['*'], (_request, body, done) => done(null, body));
    app.post('/echo', async (request) => request.body);
    await app.listen({ port: 0, host: '127.0.0.1' });
  });
  afterAll(() => app.close());

  it.each([
    ['says nothing more', 0],
    ['goes on byte by byte', 20],
  ])('is given up, and what it held is free: one that %s', async (_, everyMs) => {
    const socket = connect((app.server.address() as AddressInfo).port, '127.0.0.1');
    socket.on('error', () => undefined);
    socket.write(
      `POST /echo HTTP/1.1\r\nHost: localhost\r\nContent-Length: 90000\r\n\r\n${'x'.repeat(20_000)}`,
    );
    const trickle = everyMs > 0 ? setInterval(() => socket.write('x'), everyMs) : undefined;
    const [answer] = (await once(socket, 'data')) as [Buffer];
    clearInterval(trickle);
    expect(answer.toString()).toContain('HTTP/1.1 408');
    expect(bodies.memory.held).toBe(0);
    socket.destroy();
  });
});
