import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { ArtifactStore } from '../../src/artifacts/index.js';
import { GraphComparisons } from '../../src/comparison/index.js';
import { GraphBuilder, GraphDifferencer } from '../../src/onnx/index.js';

const never = new AbortController().signal;

let directory: string;
let artifacts: ArtifactStore;
let differencer: GraphDifferencer;
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'retort-comparisons-'));
  artifacts = await ArtifactStore.open({ directory, maxBytes: 1e6 });
  differencer = new GraphDifferencer();
});
afterAll(async () => {
  await differencer.close();
  await rm(directory, { recursive: true, force: true });
});

/** Single files, which the comparing process hashes. */
const stored = (store: ArtifactStore) => ({
  stored: async (digest: string) => ({ digest, path: await store.unverified(digest) }),
});

async function store(factor: number): Promise<string> {
  const graph = new GraphBuilder('scaling', { opset: 17 });
  graph.node('Mul', [graph.input('x', 'FP32', ['n']), graph.constant('factor', 'FP32', [], [factor])], {}, [
    'y',
  ]);
  graph.output('y', 'FP32', ['n']);
  const bytes = graph.build();
  const { digest } = await artifacts.put(
    (async function* () {
      yield bytes;
    })(),
  );
  return digest;
}

describe('GraphComparisons', () => {
  it('compares a pair once: the answer is kept when the files are gone', async () => {
    const comparisons = new GraphComparisons(artifacts, stored(artifacts), differencer);
    const [base, target] = [await store(2), await store(5)];
    const [one, same] = await Promise.all([
      comparisons.compare(base, target, never),
      comparisons.compare(base, target, never),
    ]);
    expect(one.initializers.differences).toMatchObject([{ name: 'factor', difference: { largest: 3 } }]);
    // The one read both waited for.
    expect(same).toBe(one);
    await rm(join(directory, 'sha256'), { recursive: true });
    expect(await comparisons.compare(base, target, never)).toBe(one);
    // The other way round is another question, and its files are gone.
    await expect(comparisons.compare(target, base, never)).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
    });
  });

  it('goes on while one caller still waits, and begins anew after the last has left', async () => {
    const comparisons = new GraphComparisons(artifacts, stored(artifacts), differencer);
    const [base, target] = [await store(2), await store(7)];
    const gone = new Error('left');
    const leaving = new AbortController();
    const [left, stayed] = [
      comparisons.compare(base, target, leaving.signal),
      comparisons.compare(base, target, never),
    ];
    leaving.abort(gone);
    await expect(left).rejects.toBe(gone);
    expect((await stayed).initializers.totals.changed).toBe(1);

    const alone = new AbortController();
    const abandoned = comparisons.compare(target, base, alone.signal);
    alone.abort(gone);
    await expect(abandoned).rejects.toBe(gone);
    expect((await comparisons.compare(target, base, never)).initializers.totals.changed).toBe(1);
  });

  it('finds a file that was damaged on disk, and its digest', async () => {
    const comparisons = new GraphComparisons(artifacts, stored(artifacts), differencer);
    const [base, target] = [await store(3), await store(11)];
    const path = await artifacts.unverified(target);
    await chmod(path, 0o600);
    await writeFile(path, 'damaged');
    await expect(comparisons.compare(base, target, never)).rejects.toMatchObject({
      code: 'ARTIFACT_CORRUPT',
      message: expect.stringContaining(target),
    });
    await store(11);
    expect((await comparisons.compare(base, target, never)).initializers.totals.changed).toBe(1);
  });

  it('forgets a failure', async () => {
    const comparisons = new GraphComparisons(artifacts, stored(artifacts), differencer);
    const missing = `sha256:${'0'.repeat(64)}`;
    const base = await store(2);
    await expect(comparisons.compare(base, missing, never)).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
    });
    await expect(comparisons.compare(base, missing, never)).rejects.toMatchObject({
      code: 'ARTIFACT_NOT_FOUND',
    });
    expect((await comparisons.compare(base, base, never)).initializers.totals.unchanged).toBe(1);
  });
});
