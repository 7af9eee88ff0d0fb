import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { ArtifactRecord } from '../../../src/catalog/index.js';
import { RowProofs } from '../../../src/deployments/rows/row-proofs.js';
import { GraphBuilder, RowProver, ROW_RULES, type RowProof } from '../../../src/onnx/index.js';
import { createLogger } from '../../../src/platform/logging.js';

const PROVEN: RowProof = { rules: ROW_RULES, proven: true, reason: null, tables: {} };

describe('what is known of the rows of an artifact', () => {
  let path: string;
  beforeAll(async () => {
    path = join(await mkdtemp(join(tmpdir(), 'retort-proofs-')), 'relu.onnx');
    const graph = new GraphBuilder('relu', { opset: 17 });
    graph.input('x', 'FP32', ['rows', 3]);
    graph.node('Relu', ['x'], {}, ['y']);
    graph.output('y', 'FP32', ['rows', 3]);
    await writeFile(path, graph.build());
  });
  afterAll(() => rm(join(path, '..'), { recursive: true, force: true }));

  const ORIGIN = { digest: 'sha256:1', rewrites: [] };

  /** A catalog that knows this much, and remembers what it is told. */
  function proofs(stored: RowProof | null | Error) {
    const kept: RowProof[] = [];
    const found = new RowProofs({
      catalog: {
        artifactsByDigests: () =>
          stored instanceof Error
            ? Promise.reject(stored)
            : Promise.resolve([{ rowProof: stored } as ArtifactRecord]),
        keepRowProof: (_digest, proof) => {
          kept.push(proof);
          return Promise.resolve();
        },
      },
      graphs: {
        open: ({ digest }) => Promise.resolve({ key: digest, files: () => Promise.resolve({ model: path }) }),
      },
      prover: new RowProver(),
      logger: createLogger('silent'),
    });
    return { found, kept };
  }

  it('is taken as it was found when it was published', async () => {
    const stored = { ...PROVEN, proven: false, reason: 'as stored' } as const;
    const { found, kept } = proofs(stored);
    expect(await found.of(ORIGIN)).toBe(stored);
    expect(kept).toEqual([]);
  });

  it.each([
    ['before anybody looked', null],
    ['by older rules', { ...PROVEN, rules: 0, proven: false, reason: 'older' } as const],
  ])('is found once, in a process of its own, for what was published %s', async (_name, stored) => {
    const { found, kept } = proofs(stored);
    expect(await found.of(ORIGIN)).toEqual(PROVEN);
    expect(await found.of(ORIGIN)).toEqual(PROVEN);
    expect(kept).toEqual([PROVEN]);
  });

  it('is found from the file while the database is away', async () => {
    expect(await proofs(new Error('away')).found.of(ORIGIN)).toEqual(PROVEN);
  });

  it('is nothing where the file is gone', async () => {
    const { found } = proofs(null);
    await rm(path);
    expect(await found.of(ORIGIN)).toMatchObject({ proven: false });
  });
});
