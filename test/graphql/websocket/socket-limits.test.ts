import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { clientAddressBehind } from '../../../src/security/index.js';
import { identity } from '../../onnx/awkward-models.js';
import { serve } from '../../api/support/catalog-steps.js';
import { startTestApp, type TestApp } from '../../support/test-app.js';

const KEY = 'a-key-of-at-least-16-characters';
const INFER =
  'mutation($input: InferInput!) { infer(input: $input) { outputs { shape data } userErrors { message } } }';

/** As long as many sockets wait for their handshakes as for their end. */
function open(app: TestApp, headers: Record<string, string> = {}): WebSocket {
  const socket = new WebSocket(`${app.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    headers,
  });
  socket.on('error', () => undefined);
  return socket;
}

/** The status of a refused upgrade, else the code of the close frame, or 1006 without one. */
const ended = (socket: WebSocket): Promise<number> =>
  new Promise((resolve) => {
    socket.once('unexpected-response', (_request, response) => resolve(response.statusCode ?? 0));
    socket.once('close', resolve);
  });

async function acknowledged(app: TestApp, authorization = `Bearer ${KEY}`): Promise<WebSocket> {
  const socket = open(app);
  await once(socket, 'open');
  socket.send(JSON.stringify({ type: 'connection_init', payload: { authorization } }));
  await once(socket, 'message');
  return socket;
}

interface Data {
  readonly infer?: { readonly outputs: readonly { readonly data: readonly number[] }[] };
}

/** The first number that is not the same as a float; a list of all of them would say no more. */
const differing = (got: readonly number[] | undefined, wanted: readonly number[]): unknown =>
  got?.length === wanted.length
    ? wanted.find((value, index) => Math.fround(Number(got[index])) !== Math.fround(value))
    : got;

/** The data of the first answer to an operation. */
const nextOf = (socket: WebSocket, id: string): Promise<Data> =>
  new Promise((resolve) => {
    socket.on('message', (data: Buffer) => {
      const message = JSON.parse(data.toString()) as { id: string; type: string; payload: { data: Data } };
      if (message.id === id && message.type === 'next') resolve(message.payload.data);
    });
  });

describe('sockets without a key', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({
      kind: 'embedded',
      largeJsonBytes: 262_144,
      config: { apiKey: KEY, maxSockets: 70, bodyMemoryBytes: 64 * 1024 ** 2, trustedProxies: ['127.0.0.1'] },
    });
    await serve(app, 'copy', identity('FP32', ['N']));
    await serve(app, 'copy-wide', identity('INT64', ['N']));
  });
  afterAll(() => app.close());

  it('cannot make the server hold their bytes: more than connection_init ends them', async () => {
    const socket = open(app);
    await once(socket, 'open');
    const end = ended(socket);
    // One message that never ends.
    for (let sent = 0; sent < 20 && socket.readyState === WebSocket.OPEN; sent += 1)
      socket.send(Buffer.alloc(16_384), { fin: false });
    expect([1009, 1006]).toContain(await end);
  });

  it('end when they do not say in time who they are, also when they do not answer the close frame', async () => {
    const raw = await rawSocket(app);
    // Hears the close frame, and does nothing.
    const closed = once(raw, 'close');
    await closed;
  });

  it('are limited by address, whatever they write there, and by the address a trusted proxy names', async () => {
    const many = Array.from({ length: 64 }, () => open(app, { 'x-forwarded-for': '203.0.113.1' }));
    await Promise.all(many.map((socket) => once(socket, 'open')));
    expect(await ended(open(app, { 'x-forwarded-for': '203.0.113.1' }))).toBe(503);
    expect(await ended(open(app, { 'x-forwarded-for': '198.51.100.9, 203.0.113.1' }))).toBe(503);
    const other = open(app, { 'x-forwarded-for': '203.0.113.2' });
    await once(other, 'open');
    const more = Array.from({ length: 5 }, () => open(app));
    await Promise.all(more.map((socket) => once(socket, 'open')));
    // Now there are 70, of three addresses.
    expect(await ended(open(app))).toBe(503);
    const gone = [...many, other, ...more].map((socket) => once(socket, 'close'));
    for (const socket of [...many, other, ...more]) socket.terminate();
    await Promise.all(gone);
    (await until(() => acknowledged(app))).terminate();
  });

  it('with the key may send what HTTP may, and get the same numbers back', async () => {
    const socket = await acknowledged(app);
    const values = Array.from({ length: 200_000 }, (_, index) => Math.fround(index / 3));
    const input = (data: unknown, datatype = 'FP32', deployment = 'copy') => ({
      id: datatype,
      type: 'subscribe',
      payload: {
        query: INFER,
        variables: { input: { deployment, inputs: [{ name: 'x', datatype, shape: [200_000], data }] } },
      },
    });
    const first = nextOf(socket, 'FP32');
    const second = nextOf(socket, 'small');
    socket.send(JSON.stringify(input(values)));
    socket.send(JSON.stringify({ id: 'small', type: 'subscribe', payload: { query: '{ __typename }' } }));
    expect(differing((await first).infer?.outputs[0]?.data, values)).toBeUndefined();
    expect(await second).toEqual({ __typename: 'Query' });
    const wide = values.map((_, index) => index * 1_000);
    const third = nextOf(socket, 'INT64');
    socket.send(JSON.stringify(input(wide, 'INT64', 'copy-wide')));
    expect(differing((await third).infer?.outputs[0]?.data, wide)).toBeUndefined();
    socket.terminate();
  });

  it('with the key share one memory for messages that are not whole', async () => {
    const sockets = await Promise.all([acknowledged(app), acknowledged(app), acknowledged(app)]);
    const ends = sockets.map(ended);
    const piece = Buffer.alloc(1024 ** 2);
    // Each within the limit of a message, all together beyond what may be held.
    for (let sent = 0; sent < 31; sent += 1)
      for (const socket of sockets)
        if (socket.readyState === WebSocket.OPEN) socket.send(piece, { fin: false });
    expect([1013, 1006]).toContain(await Promise.race(ends));
    for (const socket of sockets) socket.terminate();
    await Promise.all(ends);
    (await until(() => acknowledged(app))).terminate();
  });

  it('are told when a message is of too many parts, and of what is no JSON', async () => {
    const objects = await acknowledged(app);
    objects.send(
      `{"id":"1","type":"subscribe","payload":{"query":"{a}","extensions":{"a":[${'{},'.repeat(600_000)}{}]}}}`,
    );
    expect(await ended(objects)).toBe(1009);
    const malformed = await acknowledged(app);
    malformed.send(`${' '.repeat(300_000)}{"id":`);
    expect(await ended(malformed)).toBe(4400);
    const bytes = await acknowledged(app);
    bytes.send(Buffer.from([0x22, 0xff, 0x22]));
    expect(await ended(bytes)).toBe(4400);
  });
});

describe('the address of a caller', () => {
  const request = (remoteAddress: string, forwarded?: string) =>
    ({
      socket: { remoteAddress },
      headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    }) as never;

  it.each([
    [[], '192.0.2.1', '203.0.113.1', '192.0.2.1'],
    [['192.0.2.0/24'], '192.0.2.1', '203.0.113.1', '203.0.113.1'],
    [['192.0.2.0/24'], '192.0.2.1', '198.51.100.1, 203.0.113.1', '203.0.113.1'],
    [['192.0.2.0/24', '203.0.113.1'], '192.0.2.1', '198.51.100.1, 203.0.113.1', '198.51.100.1'],
    [['192.0.2.0/24'], '198.51.100.7', '203.0.113.1', '198.51.100.7'],
    [['192.0.2.0/24'], '192.0.2.1', undefined, '192.0.2.1'],
    [[], '::ffff:192.0.2.1', undefined, '192.0.2.1'],
    [[], '2001:db8:1:2:3:4:5:6', undefined, '2001:db8:1:2::/64'],
  ])('behind %j, from %s with %s, is %s', (trusted, remote, forwarded, address) => {
    expect(clientAddressBehind(trusted)(request(remote, forwarded))).toBe(address);
  });
});

/** A handshake by hand. */
async function rawSocket(app: TestApp): Promise<Socket> {
  const { port } = new URL(app.url);
  const socket = connect(Number(port), '127.0.0.1');
  socket.on('error', () => undefined);
  socket.write(
    `GET /graphql HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n` +
      'Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n' +
      'Sec-WebSocket-Protocol: graphql-transport-ws\r\n\r\n',
  );
  const [head] = (await once(socket, 'data')) as [Buffer];
  expect(head.toString()).toContain('101 Switching Protocols');
  socket.resume();
  return socket;
}

/** What was released is free when the server has noticed. */
async function until(work: () => Promise<WebSocket>): Promise<WebSocket> {
  for (;;) {
    const socket = await Promise.race([
      work(),
      new Promise<null>((resolve) => setTimeout(resolve, 1_000, null)),
    ]);
    if (socket) return socket;
  }
}
