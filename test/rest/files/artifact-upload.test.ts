import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { request } from 'node:http';
import { connect } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { MAX_ARTIFACT_BYTES, startRest, type RestServer } from '../rest-server.js';

const OCTETS = { 'content-type': 'application/octet-stream' };
const hashOf = (bytes: Uint8Array) => createHash('sha256').update(bytes);
const digestOf = (bytes: Uint8Array) => `sha256:${hashOf(bytes).digest('hex')}`;

let server: RestServer;
beforeAll(async () => {
  server = await startRest();
});
afterAll(() => server.close());

const upload = (body: RequestInit['body'], headers: Record<string, string> = OCTETS, query = '') =>
  fetch(`${server.url}/artifacts${query}`, {
    method: 'POST',
    body: body ?? null,
    headers,
    ...({ duplex: 'half' } as object),
  });

async function eventually(check: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await check();
      return;
    } catch (error) {
      if (attempt === 50) throw error;
      await delay(20);
    }
  }
}

describe('POST /artifacts', () => {
  it('stores the bytes and answers their digest: 201 when new, 200 when they are there already', async () => {
    const bytes = randomBytes(300_000);
    const first = await upload(bytes);
    expect(first.status).toBe(201);
    expect(await first.json()).toEqual({ digest: digestOf(bytes), size: bytes.length });
    expect(first.headers.get('location')).toBe(`/artifacts/${digestOf(bytes)}`);
    const files = await server.storedFiles();
    const second = await upload(bytes, { 'content-type': 'application/x-onnx' });
    expect(second.status).toBe(200);
    expect(await second.json()).toEqual({ digest: digestOf(bytes), size: bytes.length });
    expect(await server.storedFiles()).toEqual(files);
  });

  it('puts a refused upload into the event log, once, with the request it was', async () => {
    const before = server.failures.length;
    const refused = await upload('text', { 'content-type': 'text/plain' });
    expect(server.failures.slice(before)).toEqual([
      expect.objectContaining({
        kind: 'REQUEST_FAILED',
        actor: 'local',
        requestId: refused.headers.get('x-request-id'),
        message: expect.stringMatching(/^upload failed: .*text\/plain/),
        data: expect.objectContaining({ operation: 'upload' }),
      }),
    ]);
  });

  it('takes a stream of unknown length', async () => {
    const bytes = randomBytes(200_000);
    const halves = new ReadableStream({
      start(controller) {
        controller.enqueue(bytes.subarray(0, 100_000));
        controller.enqueue(bytes.subarray(100_000));
        controller.close();
      },
    });
    expect(await (await upload(halves)).json()).toEqual({ digest: digestOf(bytes), size: bytes.length });
  });

  it.each(['query', 'header'])('checks a digest announced in the %s', async (where) => {
    const bytes = randomBytes(1000);
    const announce = (claimed: Uint8Array) =>
      where === 'query'
        ? upload(bytes, OCTETS, `?digest=${digestOf(claimed)}`)
        : upload(bytes, { ...OCTETS, 'content-digest': `sha-256=:${hashOf(claimed).digest('base64')}:` });
    const wrong = await announce(randomBytes(1000));
    expect(wrong.status).toBe(400);
    expect(await wrong.json()).toMatchObject({ error: { code: 'DIGEST_MISMATCH' } });
    expect(await server.storedFiles()).not.toContain(digestOf(bytes).slice(7));
    expect((await announce(bytes)).status).toBe(201);
  });

  it('reads other algorithms of Content-Digest as no announcement, and refuses a malformed or contradicting one', async () => {
    const bytes = randomBytes(10);
    expect((await upload(bytes, { ...OCTETS, 'content-digest': 'sha-512=:AAAA:' })).status).toBe(201);
    for (const [headers, query] of [
      [{ ...OCTETS, 'content-digest': 'sha-256=:AAAA:' }, ''],
      [OCTETS, '?digest=md5:abc'],
      [
        { ...OCTETS, 'content-digest': `sha-256=:${hashOf(bytes).digest('base64')}:` },
        `?digest=${digestOf(randomBytes(1))}`,
      ],
    ] as const) {
      const answer = await upload(bytes, headers, query);
      expect(answer.status).toBe(400);
      expect(await answer.json()).toMatchObject({
        error: { code: 'INVALID_ARGUMENT', requestId: expect.any(String) },
      });
    }
  });

  it.each([
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'text/plain',
    'application/json',
    'nonsense',
  ])('refuses %s, as a form of another site would send it, and says what to send', async (type) => {
    const answer = await upload('a=b', { 'content-type': type });
    expect(answer.status).toBe(415);
    expect(await answer.json()).toMatchObject({
      error: { code: 'UNSUPPORTED_MEDIA_TYPE', message: expect.stringContaining('application/octet-stream') },
    });
  });

  it('refuses an empty, an untyped and a compressed body', async () => {
    const empty = await upload(new Uint8Array());
    expect([empty.status, await empty.json()]).toEqual([
      400,
      { error: expect.objectContaining({ code: 'INVALID_ARGUMENT' }) },
    ]);
    expect((await fetch(`${server.url}/artifacts`, { method: 'POST' })).status).toBe(415);
    expect((await upload('x', { ...OCTETS, 'content-encoding': 'gzip' })).status).toBe(415);
  });

  it('refuses an announced length over the limit at once, before a byte of the body has come', async () => {
    const socket = connect(server.port, '127.0.0.1');
    socket.write(
      `POST /artifacts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: ${MAX_ARTIFACT_BYTES + 1}\r\n\r\n`,
    );
    const [answer] = (await once(socket, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1.1 413 /);
    expect(answer.toString()).toContain('ARTIFACT_TOO_LARGE');
    socket.destroy();
  });

  // Eight times the limit, so that the client is still sending when it is refused.
  it.each(['with', 'without'])(
    'lets a client %s Content-Length read why its upload was too large',
    async (given) => {
      const bytes = Buffer.alloc(MAX_ARTIFACT_BYTES * 8);
      const answer = await new Promise<{ status: number | undefined; body: string }>((resolve, reject) => {
        const outgoing = request(`${server.url}/artifacts`, {
          method: 'POST',
          headers: { ...OCTETS, ...(given === 'with' ? { 'content-length': bytes.length } : {}) },
        });
        outgoing.on('error', reject);
        outgoing.on('response', (incoming) => {
          incoming.setEncoding('utf8');
          let body = '';
          incoming.on('data', (text: string) => (body += text));
          incoming.on('end', () => resolve({ status: incoming.statusCode, body }));
        });
        outgoing.end(bytes);
      });
      expect(answer.status).toBe(413);
      expect(JSON.parse(answer.body)).toMatchObject({
        error: { code: 'ARTIFACT_TOO_LARGE', message: expect.stringContaining(String(MAX_ARTIFACT_BYTES)) },
      });
    },
  );

  it.each(['destroy', 'end'] as const)(
    'leaves nothing behind when the client goes half-way (%s)',
    async (leave) => {
      const before = await server.storedFiles();
      const socket = connect(server.port, '127.0.0.1');
      socket.on('error', () => undefined);
      socket.write(
        'POST /artifacts HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/octet-stream\r\nContent-Length: 500000\r\n\r\n',
      );
      socket.write(Buffer.alloc(250_000));
      await eventually(async () => expect((await server.storedFiles()).length).toBe(before.length + 1));
      socket[leave]();
      await eventually(async () => expect(await server.storedFiles()).toEqual(before));
      const bytes = randomBytes(10);
      expect((await upload(bytes)).status).toBe(201);
    },
  );
});

describe('GET /artifacts/:digest', () => {
  const bytes = randomBytes(100_000);
  const get = (headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${server.url}/artifacts/${digestOf(bytes)}`, { method, headers });
  beforeAll(async () => {
    await upload(bytes);
  });

  it('answers the very bytes, to be kept for ever', async () => {
    const answer = await get();
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes)).toBe(true);
    expect(Object.fromEntries(answer.headers)).toMatchObject({
      'content-length': String(bytes.length),
      'content-type': 'application/octet-stream',
      etag: `"${digestOf(bytes)}"`,
      'cache-control': expect.stringContaining('immutable'),
      'accept-ranges': 'bytes',
    });
  });

  it('answers a part', async () => {
    const answer = await get({ range: 'bytes=1000-1999' });
    expect(answer.status).toBe(206);
    expect(answer.headers.get('content-range')).toBe(`bytes 1000-1999/${bytes.length}`);
    expect(Buffer.from(await answer.arrayBuffer()).equals(bytes.subarray(1000, 2000))).toBe(true);
  });

  it('answers 416 beyond the end, and the whole when If-Range names other bytes', async () => {
    const beyond = await get({ range: `bytes=${bytes.length}-` });
    expect(beyond.status).toBe(416);
    expect(beyond.headers.get('content-range')).toBe(`bytes */${bytes.length}`);
    expect(await beyond.json()).toMatchObject({ error: { code: 'RANGE_NOT_SATISFIABLE' } });
    expect((await get({ range: 'bytes=0-1', 'if-range': '"other"' })).status).toBe(200);
    expect((await get({ range: 'bytes=0-1', 'if-range': `"${digestOf(bytes)}"` })).status).toBe(206);
  });

  it('answers HEAD without a body, and 304 to who has it', async () => {
    const head = await get({}, 'HEAD');
    expect(head.headers.get('content-length')).toBe(String(bytes.length));
    expect(await head.text()).toBe('');
    expect((await get({ 'if-none-match': `"other", "${digestOf(bytes)}"` })).status).toBe(304);
  });

  it('answers 404 for what is not stored and 400 for what is no digest, never a path', async () => {
    const missing = await fetch(`${server.url}/artifacts/${digestOf(randomBytes(1))}`);
    expect(missing.status).toBe(404);
    expect(await missing.json()).toMatchObject({ error: { code: 'ARTIFACT_NOT_FOUND' } });
    for (const bad of ['sha256:abc', 'sha256:..%2F..%2Fetc%2Fpasswd', '..%2f..%2fetc%2fpasswd', 'x']) {
      const answer = await fetch(`${server.url}/artifacts/${bad}`);
      expect(answer.status).toBe(400);
      expect(await answer.text()).not.toContain('retort-rest-');
    }
  });
});
