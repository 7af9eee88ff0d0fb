import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { packageRoot } from '../../src/platform/package-root.js';
import { INFER, type Inferred } from '../api/support/catalog-steps.js';
import { succeed } from '../api/support/ask.js';
import { retortJson } from './support/run-retort.js';
import { startCliServer, type CliServer } from './support/shared-server.js';

describe('a model whose weights lie beside it, from the command line', () => {
  let server: CliServer;
  let folder: string;
  beforeAll(async () => {
    server = await startCliServer({ examples: false });
    folder = await mkdtemp(join(tmpdir(), 'retort-push-'));
    const packed = await readFile(join(packageRoot, 'test/fixtures/matmul-external-data.tar'));
    const at = packed.indexOf(Buffer.from('08073a8601', 'hex'));
    const weights = Float32Array.from({ length: 64 * 64 }, (_, index) => (index % 65 === 0 ? 3 : 0));
    await writeFile(join(folder, 'model.onnx'), packed.subarray(at, at + 145));
    await writeFile(join(folder, 'weights.bin'), weights);
    await writeFile(join(folder, 'unrelated.bin'), 'not sent');
  });
  afterAll(async () => {
    await server.close();
    await rm(folder, { recursive: true, force: true });
  });
  const push = (...args: string[]) =>
    retortJson(['push', ...args, '--no-source'], { url: server.app.url, cwd: folder });

  it('is pushed with the files that its graph names, and no others', async () => {
    const { code, document } = await push(
      'model.onnx',
      '--model',
      'matmul',
      '--register',
      '--domain',
      'general',
    );
    expect({ code, document }).toMatchObject({
      code: 0,
      document: { version: { ref: 'matmul@1' }, uploaded: true },
    });
    const inputs = [
      { name: 'x', datatype: 'FP32', shape: [1, 64], data: Array.from({ length: 64 }, () => 2) },
    ];
    const { outputs } = await succeed<Inferred>(server.app, INFER, {
      input: { version: 'matmul@1', inputs },
    });
    expect(outputs[0]?.data).toEqual(Array.from({ length: 64 }, () => 6));

    // The digest is known here before anything is sent.
    const again = await push('model.onnx', '--model', 'matmul');
    expect(again.document).toMatchObject({ version: { ref: 'matmul@2' }, uploaded: false });
    const { artifact } = (again.document as { version: { artifact: { digest: string } } }).version;
    const bytes = Buffer.from(
      await (await fetch(`${server.app.url}/artifacts/${artifact.digest}`)).arrayBuffer(),
    );
    expect(`sha256:${createHash('sha256').update(bytes).digest('hex')}`).toBe(artifact.digest);
    expect(bytes.includes('not sent')).toBe(false);
  });

  it('is not pushed without them', async () => {
    await mkdir(join(folder, 'alone'));
    await writeFile(join(folder, 'alone', 'model.onnx'), await readFile(join(folder, 'model.onnx')));
    const { code, document } = await push('alone/model.onnx', '--model', 'matmul');
    expect(code).toBe(2);
    expect(JSON.stringify(document)).toContain('weights.bin');
  });

  it('is sent whole when it is the folder of another framework, and not at all when it is none', async () => {
    await mkdir(join(folder, 'saved', 'variables'), { recursive: true });
    await writeFile(join(folder, 'saved', 'saved_model.pb'), 'a graph');
    await writeFile(join(folder, 'saved', 'variables', 'variables.index'), 'numbers');
    await writeFile(join(folder, 'saved', '.DS_Store'), 'not sent');
    for (const path of ['saved', 'saved/']) {
      const { code, document } = await push(path, '--model', 'matmul');
      expect(code).toBe(1);
      expect(document).toMatchObject({
        error: {
          code: 'CONVERTER_NOT_INSTALLED',
          message: expect.stringContaining('retort converters install tensorflow'),
        },
      });
    }
    const other = await push('saved/variables', '--model', 'matmul');
    expect(other).toMatchObject({
      code: 2,
      document: { error: { message: expect.stringContaining('Expected a folder with saved_model.pb') } },
    });
  });
});
