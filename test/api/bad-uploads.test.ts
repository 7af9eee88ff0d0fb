import { execFileSync } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { request } from 'node:http';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { anyDatabaseKind } from '../support/databases.js';
import { mayMount } from '../support/may-mount.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, onlyError, refusal } from './support/ask.js';
import { publish, PUBLISH, register, scale } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';
import { storedArtifacts, unfinishedUploads } from './support/stored-files.js';

const LIMIT = 1_000_000;
const NO_SUCH_DIGEST = `sha256:${'0'.repeat(64)}`;

describe.each(anyDatabaseKind)('uploads that go wrong, %s database', (kind) => {
  let app: TestApp;
  let stored: string[];
  beforeAll(async () => {
    app = await startTestApp({ kind, config: { maxArtifactBytes: LIMIT } });
    await register(app, 'uploads');
    await publish(app, 'uploads', scalingModel(2));
    stored = await storedArtifacts(app);
  });
  afterAll(() => app.close());
  // Nothing half-written stays, nothing whole appeared, and the server still serves.
  afterEach(async () => {
    expect(await unfinishedUploads(app)).toEqual([]);
    expect((await storedArtifacts(app)).toSorted()).toEqual(stored.toSorted());
    expect(await ask(app, '{ model(name: "uploads") { versions { totalCount } } }')).toEqual({
      model: { versions: { totalCount: 1 } },
    });
    expect(await scale(app, { version: 'uploads@1' }, [1, 2, 3, 4])).toEqual([2, 4, 6, 8]);
  });

  const post = (body: BodyInit, headers: Record<string, string> = {}, query = '') =>
    fetch(`${app.url}/artifacts${query}`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream', ...headers },
      body,
    });

  const settled = async () => {
    while ((await unfinishedUploads(app)).length > 0) await delay(20);
  };

  it('one that breaks off half-way leaves nothing', async () => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    socket.write(
      'POST /artifacts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: 900000\r\n\r\n',
    );
    socket.write(Buffer.alloc(200_000, 1));
    while ((await unfinishedUploads(app))[0]?.size !== 200_000) await delay(10);
    expect(await unfinishedUploads(app)).toEqual([{ name: expect.any(String), size: 200_000 }]);
    socket.destroy();
    await settled();
  });

  it('one whose chunks stop without an end leaves nothing', async () => {
    const upload = request(`${app.url}/artifacts`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
    });
    upload.on('error', () => undefined);
    upload.write(Buffer.alloc(1_000, 1));
    while ((await unfinishedUploads(app)).length === 0) await delay(10);
    expect(await unfinishedUploads(app)).toHaveLength(1);
    upload.destroy();
    await settled();
  });

  it('one that announces more than the limit is refused before its bytes', async () => {
    const { hostname, port } = new URL(app.url);
    const socket = connect(Number(port), hostname);
    socket
      .setEncoding('utf8')
      .write(
        'POST /artifacts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: application/octet-stream\r\nContent-Length: 1000001\r\n\r\n',
      );
    let answer = '';
    for await (const text of socket) {
      answer += String(text);
      if (answer.includes('}}')) break;
    }
    socket.destroy();
    expect(answer).toMatch(/^HTTP\/1\.1 413 /);
    expect(answer).toContain('"ARTIFACT_TOO_LARGE"');
    expect(answer).toContain('Expected at most 1000000 bytes, got 1000001');
  });

  it('one that grows beyond the limit is stopped there', async () => {
    async function* chunks() {
      for (let sent = 0; sent <= LIMIT; sent += 50_000) yield Buffer.alloc(50_000, 1);
    }
    // Node's fetch takes an async iterable as a body, sent in chunks of unknown number; the types do not know.
    const response = await fetch(`${app.url}/artifacts`, {
      method: 'POST',
      headers: { 'content-type': 'application/octet-stream' },
      body: chunks() as unknown as BodyInit,
      duplex: 'half',
    } as RequestInit);
    expect(response.status).toBe(413);
    expect(await response.json()).toMatchObject({
      error: {
        code: 'ARTIFACT_TOO_LARGE',
        message: expect.stringContaining('Expected at most 1000000 bytes, got more'),
      },
    });
  });

  it('base64 in a mutation has the same limit', async () => {
    const base64 = Buffer.alloc(LIMIT + 1).toString('base64');
    expect(await refusal(app, PUBLISH, { input: { model: 'uploads', artifact: { base64 } } })).toMatchObject({
      code: 'ARTIFACT_TOO_LARGE',
      field: ['artifact', 'base64'],
      message: expect.stringContaining('Expected at most 1000000 bytes'),
    });
  });

  it.each([
    { problem: 'an empty one', body: '', status: 400, code: 'INVALID_ARGUMENT', says: 'got an empty upload' },
    {
      problem: 'one of another digest',
      body: 'bytes',
      query: `?digest=${NO_SUCH_DIGEST}`,
      status: 400,
      code: 'DIGEST_MISMATCH',
      says: `Expected bytes of digest ${NO_SUCH_DIGEST}, got sha256:`,
    },
    {
      problem: 'one with a digest that is none',
      body: 'bytes',
      query: '?digest=md5',
      status: 400,
      code: 'INVALID_ARGUMENT',
      says: '64 lower-case hexadecimal digits',
    },
    {
      problem: 'a form',
      body: 'bytes',
      headers: { 'content-type': 'text/plain' },
      status: 415,
      code: 'UNSUPPORTED_MEDIA_TYPE',
      says: 'Expected Content-Type application/octet-stream',
    },
    {
      problem: 'a compressed one',
      body: 'bytes',
      headers: { 'content-encoding': 'gzip' },
      status: 415,
      code: 'UNSUPPORTED_MEDIA_TYPE',
      says: 'got Content-Encoding "gzip"',
    },
  ])('$problem', async ({ body, headers, query, status, code, says }) => {
    const response = await post(body, headers, query);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({
      error: { code, message: expect.stringContaining(says), requestId: expect.any(String) },
    });
  });

  it.each([
    { digest: NO_SUCH_DIGEST, status: 404, code: 'ARTIFACT_NOT_FOUND' },
    { digest: 'sha256:nothex', status: 400, code: 'INVALID_ARGUMENT' },
    { digest: '..%2F..%2Fdatabase.initialised', status: 400, code: 'INVALID_ARGUMENT' },
  ])('a download of $digest', async ({ digest, status, code }) => {
    const response = await fetch(`${app.url}/artifacts/${digest}`);
    expect(response.status).toBe(status);
    expect(await response.json()).toMatchObject({ error: { code } });
  });

  it.each([
    { artifact: { digest: NO_SUCH_DIGEST }, code: 'ARTIFACT_NOT_FOUND', says: 'upload the file first' },
    { artifact: { digest: 'sha256:short' }, code: 'INVALID_ARGUMENT', says: 'Expected a digest of the form' },
    { artifact: { base64: 'not base64!' }, code: 'INVALID_ARGUMENT', says: 'base64' },
    { artifact: { url: 'file:///etc/passwd' }, code: 'INVALID_ARGUMENT', says: 'https' },
    { artifact: { url: 'https://127.0.0.1/model.onnx' }, code: 'INVALID_ARGUMENT', says: 'public internet' },
    { artifact: { url: 'https://[::1]/model.onnx' }, code: 'INVALID_ARGUMENT', says: 'public internet' },
    {
      artifact: { url: 'https://169.254.169.254/latest/meta-data' },
      code: 'INVALID_ARGUMENT',
      says: 'public internet',
    },
  ])('an artifact given as $artifact', async ({ artifact, code, says }) => {
    const error = await refusal(app, PUBLISH, { input: { model: 'uploads', artifact } });
    expect(error).toMatchObject({ code, message: expect.stringContaining(says) });
    expect(error.field?.[0]).toBe('artifact');
  });

  it.each([{}, { digest: NO_SUCH_DIGEST, base64: 'AAAA' }])(
    'an artifact given in no way or in two: %j',
    async (artifact) => {
      const { message } = onlyError(await app.graphql(PUBLISH, { input: { model: 'uploads', artifact } }));
      expect(message).toMatch(/ArtifactInput/);
    },
  );
});

// Only root can make a disk that is full; elsewhere this shows as skipped.
describe.each(anyDatabaseKind)('a full disk, %s database', (kind) => {
  (mayMount() ? it : it.skip)(
    'refuses uploads in words, keeps nothing, and takes them again once there is room',
    async () => {
      const app = await startTestApp({ kind });
      await register(app, 'crowded-disk');
      const folder = join(app.config.dataDirectory, 'artifacts');
      execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=256k', 'tmpfs', folder]);
      try {
        await Promise.all([mkdir(join(folder, 'tmp')), mkdir(join(folder, 'sha256'))]);
        const response = await fetch(`${app.url}/artifacts`, {
          method: 'POST',
          headers: { 'content-type': 'application/octet-stream' },
          body: Buffer.alloc(1_000_000, 1),
        });
        expect(response.status).toBe(507);
        const text = await response.text();
        expect(JSON.parse(text)).toMatchObject({
          error: { code: 'STORAGE_FULL', message: expect.stringContaining('nothing was kept') },
        });
        expect(text).not.toContain(app.config.dataDirectory);

        const base64 = Buffer.alloc(1_000_000, 1).toString('base64');
        const answer = await app.graphql(PUBLISH, { input: { model: 'crowded-disk', artifact: { base64 } } });
        expect(onlyError(answer)).toEqual({
          code: 'STORAGE_FULL',
          message: expect.stringContaining('The operator must free space'),
        });

        expect(await unfinishedUploads(app)).toEqual([]);
        expect(await storedArtifacts(app)).toEqual([]);
        expect(await publish(app, 'crowded-disk', scalingModel(2))).toMatchObject({ number: 1 });
        expect(await scale(app, { version: 'crowded-disk@1' }, [1, 0, 0, 0])).toEqual([2, 0, 0, 0]);
      } finally {
        await app.stop();
        execFileSync('umount', [folder]);
        await app.close();
      }
    },
  );
});
