import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packageRoot } from '../../src/platform/package-root.js';
import { tar } from '../api/support/packing.js';
import { retort, retortJson } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

describe('retort pull', () => {
  let server: CliServer;
  beforeAll(async () => {
    server = await startCliServer({ examples: false });
  });
  afterAll(() => server.close());
  const run = (...args: string[]) => retort(args, { url: server.app.url, cwd: server.folder });
  const register = ['--register', '--domain', 'general', '--no-source'];

  it('saves the model, the card and the signature of a version', async () => {
    const file = await server.model(2);
    expect(await run('push', file, '--model', 'scaling', ...register, '--tag', 'v1')).toMatchObject({
      code: 0,
    });
    const { code, document } = await retortJson(['pull', 'scaling@v1'], {
      url: server.app.url,
      cwd: server.folder,
    });
    const bytes = await readFile(file);
    expect({ code, document }).toMatchObject({
      code: 0,
      document: {
        version: 'scaling@1',
        files: ['card.md', 'model.onnx', 'signature.json'],
        digest: `sha256:${createHash('sha256').update(bytes).digest('hex')}`,
      },
    });
    const folder = join(server.folder, 'scaling-1');
    expect(await readFile(join(folder, 'model.onnx'))).toEqual(bytes);
    expect(JSON.parse(await readFile(join(folder, 'signature.json'), 'utf8'))).toMatchObject({
      inputs: [{ name: expect.any(String) }],
    });
    expect(await run('pull', 'scaling@1')).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('already'),
    });
    expect(await run('pull', 'scaling@9')).toMatchObject({
      code: 1,
      stderr: expect.stringContaining('There is no version'),
    });
    expect((await readdir(server.folder)).filter((name) => name.startsWith('.'))).toEqual([]);
  });

  it('unpacks a bundle to what can be pushed again, to the same bytes', async () => {
    const packed = await readFile(join(packageRoot, 'test/fixtures/matmul-external-data.tar'));
    const at = packed.indexOf(Buffer.from('08073a8601', 'hex'));
    await mkdir(join(server.folder, 'model'));
    await writeFile(join(server.folder, 'model', 'model.onnx'), packed.subarray(at, at + 145));
    await writeFile(join(server.folder, 'model', 'weights.bin'), new Float32Array(64 * 64).fill(2));
    expect(await run('push', 'model/model.onnx', '--model', 'matmul', ...register)).toMatchObject({
      code: 0,
    });
    expect(await run('pull', 'matmul@1', '--output', 'deep/er')).toMatchObject({ code: 0 });
    expect((await readdir(join(server.folder, 'deep/er'))).sort()).toEqual(
      ['card.md', 'model.onnx', 'signature.json', 'weights.bin'].sort(),
    );
    const again = await retortJson(['push', 'deep/er/model.onnx', '--model', 'matmul', '--no-source'], {
      url: server.app.url,
      cwd: server.folder,
    });
    expect(again.document).toMatchObject({ version: { ref: 'matmul@2' }, uploaded: false });
  });

  it.each<[string, string, Uint8Array, boolean]>([
    ['other bytes than those of the digest', 'ONNX', Buffer.from('something else'), false],
    ['a path out of the folder', 'ONNX_BUNDLE', tar([{ name: '../evil', bytes: Buffer.from('x') }]), true],
    [
      'an end before the end',
      'ONNX_BUNDLE',
      tar([{ name: 'a', bytes: Buffer.from('x') }]).subarray(0, 700),
      true,
    ],
  ])('keeps nothing of a server that sends %s', async (_, format, bytes, isHonest) => {
    const own = createHash('sha256').update(bytes).digest('hex');
    const digest = `sha256:${isHonest ? own : '0'.repeat(64)}`;
    const artifact = { digest, size: String(bytes.length), format };
    const version = {
      ref: 'm@1',
      artifact,
      signature: { inputs: [], outputs: [] },
      pipeline: null,
      card: '',
    };
    const other = createServer((request, response) => {
      if (request.url?.startsWith('/artifacts') === true) response.end(bytes);
      else response.setHeader('content-type', 'application/json').end(JSON.stringify({ data: { version } }));
    });
    await new Promise<void>((listening) => other.listen(0, '127.0.0.1', listening));
    try {
      const { port } = other.address() as { port: number };
      const before = await readdir(server.folder);
      const pulled = await retort(['pull', 'm@1', '--json'], {
        url: `http://127.0.0.1:${port}`,
        cwd: server.folder,
      });
      expect(pulled).toMatchObject({ code: 3, stdout: expect.stringContaining('"DAMAGED"') });
      expect(await readdir(server.folder)).toEqual(before);
    } finally {
      other.close();
    }
  });
});
