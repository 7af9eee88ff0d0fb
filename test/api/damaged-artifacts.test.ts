import { randomBytes } from 'node:crypto';
import { appendFile, chmod, open, readFile, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { GraphBuilder } from '../../src/onnx/index.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask } from './support/ask.js';
import { publish, register } from './support/catalog-steps.js';
import { storedEvents } from './support/event-watch.js';
import { until } from '../support/until.js';

const DAMAGE = /* GraphQL */ `
  query ($ref: String!) {
    version(ref: $ref) {
      artifact {
        damagedAt
      }
    }
  }
`;

/** A few megabytes, which come in several pieces. */
function large(seed: number): Uint8Array {
  const graph = new GraphBuilder('large', { opset: 17 });
  const count = 2 ** 19;
  const weights = Float32Array.from({ length: count }, (_, index) => Math.sin(seed + index));
  const sum = graph.node('ReduceSum', [graph.constant('w', 'FP32', [count], weights)], { keepdims: 0n });
  graph.node('Add', [graph.input('x', 'FP32', ['n']), sum], {}, ['y']);
  graph.output('y', 'FP32', ['n']);
  return graph.build();
}

describe('a file that its disk has damaged', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
  });
  afterAll(() => app.close());

  const pathOf = (digest: string) =>
    join(app.config.dataDirectory, 'artifacts', 'sha256', digest.slice(7, 9), digest.slice(7));
  const get = (digest: string, headers: Record<string, string> = {}, method = 'GET') =>
    fetch(`${app.url}/artifacts/${digest}`, { method, headers });
  /** Flips a bit without that anything else tells. */
  const damage = async (digest: string, at: number) => {
    await chmod(pathOf(digest), 0o600);
    const file = await open(pathOf(digest), 'r+');
    const byte = Buffer.alloc(1);
    await file.read(byte, 0, 1, at);
    byte[0] = (byte[0] ?? 0) ^ 1;
    await file.write(byte, 0, 1, at);
    await file.close();
  };
  const damagedAt = async (ref: string) =>
    (await ask<{ version: { artifact: { damagedAt: string | null } } }>(app, DAMAGE, { ref })).version
      .artifact.damagedAt;
  const eventsOf = async (model: string) =>
    (await storedEvents(app)).filter(
      ({ kind, modelName }) => kind.startsWith('ARTIFACT_') && modelName === model,
    );
  const published = async (model: string, bytes: Uint8Array) => {
    await register(app, model);
    return (await publish(app, model, bytes)).artifact;
  };

  it('is never downloaded to its end, and its owner is told, until it is sent again', async () => {
    const bytes = large(1);
    const { digest } = await published('large', bytes);
    await damage(digest, 1_000_000);
    expect(await damagedAt('large@1')).toBeNull();

    const response = await get(digest);
    await expect(response.arrayBuffer()).rejects.toThrow();

    await until(async () => (await eventsOf('large')).length === 1);
    expect((await eventsOf('large'))[0]).toMatchObject({
      kind: 'ARTIFACT_DAMAGED',
      versionNumber: 1,
      message: expect.stringContaining(`Send the same file (${digest}) to POST /artifacts again`),
    });
    expect(await damagedAt('large@1')).not.toBeNull();
    for (const again of [
      await get(digest),
      await get(digest, { range: 'bytes=0-9' }),
      await get(digest, { 'if-none-match': `"${digest}"` }),
      await get(digest, {}, 'HEAD'),
    ]) {
      expect(again.status).toBe(500);
      expect(again.headers.get('cache-control')).toBe('no-store');
      await again.arrayBuffer();
    }
    expect(await (await get(digest)).json()).toMatchObject({ error: { code: 'ARTIFACT_CORRUPT' } });
    expect(await eventsOf('large')).toHaveLength(1);

    expect(await app.upload(bytes)).toMatchObject({ digest });
    const whole = await get(digest);
    expect(whole.headers.get('cache-control')).toContain('immutable');
    expect(Buffer.from(await whole.arrayBuffer()).equals(bytes)).toBe(true);
    expect(await damagedAt('large@1')).toBeNull();
    await until(async () => (await eventsOf('large')).length === 2);
    expect((await eventsOf('large')).map(({ kind }) => kind)).toContain('ARTIFACT_MENDED');
  });

  it('is answered with an error when it is small enough to be looked at first', async () => {
    const { digest } = await app.upload(randomBytes(1000));
    await damage(digest, 999);
    const response = await get(digest);
    expect(response.status).toBe(500);
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(await response.json()).toMatchObject({ error: { code: 'ARTIFACT_CORRUPT' } });
  });

  it('gives no part either, not even one that is whole', async () => {
    const { digest } = await app.upload(large(2));
    expect((await get(digest, { range: 'bytes=0-9' })).status).toBe(206);
    await damage(digest, 2_000_000);
    const response = await get(digest, { range: 'bytes=0-9' });
    expect(response.status).toBe(500);
    expect(await response.json()).toMatchObject({ error: { code: 'ARTIFACT_CORRUPT' } });
  });

  it('is noticed when it has become longer or shorter', async () => {
    const bytes = randomBytes(1000);
    const { digest } = await app.upload(bytes);
    await chmod(pathOf(digest), 0o600);
    await appendFile(pathOf(digest), 'more');
    expect((await get(digest)).status).toBe(500);
    // The operator puts the file back from a backup.
    await writeFile(`${pathOf(digest)}.restored`, bytes);
    await rename(`${pathOf(digest)}.restored`, pathOf(digest));
    expect((await get(digest)).status).toBe(200);
  });

  it('is still known after a restart', async () => {
    const { digest } = await published('kept', large(3));
    await damage(digest, 5);
    await (await get(digest)).arrayBuffer().catch(() => undefined);
    await app.stop();
    const stopped = app;
    app = await startTestApp({ kind: 'embedded', reuse: stopped });
    expect((await get(digest)).status).toBe(500);
    expect(await damagedAt('kept@1')).not.toBeNull();
    expect((await readFile(pathOf(digest))).length).toBeGreaterThan(2_000_000);
  });
});
