import { once } from 'node:events';
import { connect, type AddressInfo } from 'node:net';
import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import Fastify, { type FastifyInstance } from 'fastify';
import { callerIsGone } from '../../src/http/caller-gone.js';
import { answerError } from '../../src/rest/index.js';

const ERROR = 50;

interface Line {
  readonly level: number;
  readonly msg: string;
  readonly err?: { readonly message: string; readonly code?: string };
}

describe('a request that fails', () => {
  const lines: Line[] = [];
  const log = new Writable({
    write(chunk: Buffer, _encoding, done) {
      lines.push(JSON.parse(chunk.toString()) as Line);
      done();
    },
  });
  let app: FastifyInstance;
  let port: number;
  /** Set by a test: what happens once the answer is under way. */
  let underWay: () => void;

  beforeAll(async () => {
    app = Fastify({ logger: { level: 'trace', stream: log } });
    app.setErrorHandler(answerError);
    // More than any socket takes at once, so that the rest is written after its other end has closed.
    app.get('/endless', async (_request, reply) => {
      const blocks = (function* () {
        for (let block = 0; ; block += 1) {
          if (block === 1) underWay();
          yield Buffer.alloc(65_536);
        }
      })();
      reply.raw.writeHead(200);
      await pipeline(Readable.from(blocks), reply.raw);
    });
    app.get('/broken', async () => {
      throw Object.assign(new Error('The disk broke.'), { code: 'EIO', syscall: 'write' });
    });
    await app.listen({ host: '127.0.0.1', port: 0 });
    ({ port } = app.server.address() as AddressInfo);
  });
  afterAll(() => app.close());
  beforeEach(() => void lines.splice(0));

  const failure = async (): Promise<Line> => {
    for (;;) {
      const line = lines.find(({ msg }) => msg === 'request failed');
      if (line) return line;
      await new Promise((resolve) => setImmediate(resolve));
    }
  };

  it.each([{ how: 'resetAndDestroy' }, { how: 'destroy' }] as const)(
    'since its caller closed the socket while the answer was written is no error of the server: $how',
    async ({ how }) => {
      const socket = connect(port, '127.0.0.1');
      socket.on('error', () => undefined);
      underWay = () => void socket[how]();
      await once(socket, 'connect');
      socket.write('GET /endless HTTP/1.1\r\nHost: localhost\r\n\r\n');
      const { level, err } = await failure();
      expect(['EPIPE', 'ECONNRESET', 'ERR_STREAM_PREMATURE_CLOSE']).toContain(err?.code);
      expect(level).toBeLessThan(ERROR);
    },
  );

  it('since the server broke is one', async () => {
    const response = await fetch(`http://127.0.0.1:${port}/broken`);
    expect(response.status).toBe(500);
    expect(await failure()).toMatchObject({ level: ERROR, err: { message: 'The disk broke.' } });
  });
});

describe('the caller of a request that is still open', () => {
  const open = { raw: { destroyed: false, socket: { destroyed: false } } } as never;

  it.each([
    { error: { code: 'EPIPE', syscall: 'write' }, isGone: true },
    { error: { code: 'ECONNRESET', syscall: 'read' }, isGone: true },
    { error: { code: 'ERR_STREAM_DESTROYED' }, isGone: true },
    { error: { code: 'ECONNRESET', syscall: 'connect' }, isGone: false },
    { error: { code: 'EIO', syscall: 'write' }, isGone: false },
    { error: new Error('EPIPE'), isGone: false },
    { error: null, isGone: false },
  ])('is gone as the system says: $error.code of $error.syscall', ({ error, isGone }) => {
    expect(callerIsGone(open, error)).toBe(isGone);
  });
});
