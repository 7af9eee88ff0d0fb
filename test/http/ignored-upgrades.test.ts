import { once } from 'node:events';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { createServer, type Server } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { asksForWebSocket, IgnoredUpgrades } from '../../src/http/ignored-upgrades.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

/** As Java's HttpClient sends them with every request. */
const H2C =
  'Connection: Upgrade, HTTP2-Settings\r\nUpgrade: h2c\r\nHTTP2-Settings: AAEAAEAAAAIAAAAAAAMAAAAAAAQBAAAAAAUAAEAAAAYABgAA\r\n';
const post = (path: string, body: string, more = H2C) =>
  `POST ${path} HTTP/1.1\r\nHost: localhost\r\n${more}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;
const get = (path: string, more = H2C) => `GET ${path} HTTP/1.1\r\nHost: localhost\r\n${more}\r\n`;

/** Sends all of it, and reads until the last of what is expected has come. */
async function talk(socket: Socket, parts: readonly string[], last: string): Promise<string> {
  let text = '';
  const heard = new Promise<void>((resolve) => {
    const take = (data: Buffer) => {
      text += data.toString('latin1');
      if (!text.includes(last)) return;
      socket.off('data', take);
      resolve();
    };
    socket.on('data', take);
  });
  for (const part of parts) {
    socket.write(part);
    await new Promise((resolve) => setImmediate(resolve));
  }
  await heard;
  return text;
}

describe('an upgrade to a protocol that is not served', () => {
  let server: Server;
  beforeAll(async () => {
    server = createServer((request, response) => {
      let bytes = 0;
      request.on('data', (chunk: Buffer) => (bytes += chunk.length));
      request.on('end', () => {
        const answer = () =>
          response.end(`<${request.url ?? ''} ${bytes} ${request.headers.upgrade ?? 'none'}>`);
        // The first is the slowest: its answer is to come first all the same.
        if (request.url === '/1') setTimeout(answer, 50);
        else answer();
      });
    });
    const ignored = new IgnoredUpgrades(server);
    server.on('upgrade', (request, socket, head) => {
      if (asksForWebSocket(request)) socket.end('HTTP/1.1 101 Switching Protocols\r\n\r\n');
      else ignored.ignore(request, socket, head);
    });
    await once(server.listen(0, '127.0.0.1'), 'listening');
  });
  afterAll(() => void server.close());

  const chunked = `POST /2 HTTP/1.1\r\nHost: localhost\r\n${H2C}Transfer-Encoding: chunked\r\n\r\n`;
  it.each<[string, string[], string[]]>([
    ['without a body', [get('/1')], ['/1 0']],
    ['with a body', [post('/1', 'hello')], ['/1 5']],
    ['one after the other', [post('/1', 'hello'), get('/2'), get('/3', '')], ['/1 5', '/2 0', '/3 0']],
    [
      'sent at once',
      [post('/1', 'hello') + get('/2') + get('/3', '') + post('/4', 'four')],
      ['/1 5', '/2 0', '/3 0', '/4 4'],
    ],
    ['behind another', [get('/1', '') + post('/2', 'hello') + get('/3', '')], ['/1 0', '/2 5', '/3 0']],
    [
      'with a chunked body',
      [chunked, '5\r\nhello\r\n', '3\r\nyou\r\n0\r\n\r\n', get('/3')],
      ['/2 8', '/3 0'],
    ],
    ['with a large body', [post('/2', 'x'.repeat(2_000_000)), post('/3', 'hello')], ['/2 2000000', '/3 5']],
    [
      'a hundred times',
      [Array.from({ length: 100 }, (_, index) => post(`/x${index}`, 'hello')).join('')],
      Array.from({ length: 100 }, (_, index) => `/x${index} 5`),
    ],
  ])('is ignored, and the request answered: %s', async (_, parts, expected) => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const text = await talk(socket, parts, `<${expected.at(-1) ?? ''} none>`);
    expect(
      [...text.matchAll(/<(\S+ \d+) (\S+)>/g)].map(([, what, upgrade]) => `${what ?? ''} ${upgrade ?? ''}`),
    ).toEqual(expected.map((what) => `${what} none`));
    socket.destroy();
  });

  it('leaves what else the Connection header says', async () => {
    const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
    const closed = once(socket, 'close');
    expect(
      await talk(socket, [get('/2', 'Connection: close, upgrade\r\nUpgrade: TLS/1.0\r\n')], '>'),
    ).toContain('/2 0');
    await closed;
  });
});

describe('a whole server', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
  });
  afterAll(() => app.close());

  it('answers a client that asks for h2c with every request, and serves WebSockets to others', async () => {
    const { port } = new URL(app.url);
    const socket = connect(Number(port), '127.0.0.1');
    const query = '{"query":"{ __typename }"}';
    const text = await talk(
      socket,
      [post('/graphql', query, `Content-Type: application/json\r\n${H2C}`), get('/health/live')],
      'live"}',
    );
    expect(text).toContain('{"__typename":"Query"}');
    expect(text.match(/HTTP\/1\.1 200/g)).toHaveLength(2);
    socket.destroy();
    const client = app.subscriber();
    const result = await new Promise((resolve, reject) => {
      client.subscribe(
        { query: '{ __typename }' },
        { next: resolve, error: reject, complete: () => undefined },
      );
    });
    expect(result).toMatchObject({ data: { __typename: 'Query' } });
  });
});
