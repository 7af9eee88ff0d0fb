import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { hostileSmiles } from '../pipelines/science/hostile-smiles.js';
import { anyDatabaseKind } from '../support/databases.js';
import { rounds } from '../support/depth.js';
import { patience } from '../support/patience.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { succeed } from './support/ask.js';

const PREDICT = `mutation ($input: PredictInput!) {
  predict(input: $input) { predictions { value error { code message } } userErrors { field code message } } }`;

interface Predictions {
  readonly predictions: readonly { value: unknown; error: { code: string; message: string } | null }[];
}

/** Instances of one request. */
const REQUEST = 100;
/** 10,000 in `npm run test:long`. */
const COUNT = rounds(500);
const SEED = 12;

describe.each(anyDatabaseKind)('hostile SMILES, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind, examples: true });
  });
  afterAll(() => app.close());

  const predict = (version: string, instances: readonly unknown[]) =>
    succeed<Predictions>(app, PREDICT, { input: { version, instances, deadlineMs: 600_000 } });

  it(`${COUNT} of them are answered or refused, while others are served and memory stays flat`, async () => {
    const all = hostileSmiles(COUNT, SEED);
    const state = { over: false };
    let longest = 0;
    // Whoever asks meanwhile: what a hostile molecule may not do is to hold up the process.
    const neighbour = (async () => {
      while (!state.over) {
        const from = performance.now();
        const { predictions } = await predict('binding-energy', [{ z: 26, n: 30 }]);
        longest = Math.max(longest, performance.now() - from);
        expect(predictions[0]?.error).toBeNull();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    })();
    const sizes: number[] = [];
    const counts = new Map<string, number>();
    try {
      for (let from = 0; from < all.length; from += REQUEST) {
        const instances = all.slice(from, from + REQUEST);
        const { predictions } = await predict('esol', instances);
        expect(predictions).toHaveLength(instances.length);
        for (const [index, { value, error }] of predictions.entries()) {
          const answered =
            error === null ? Number.isFinite(value) : error.message.length > 20 && value === null;
          if (!answered)
            throw new Error(`${JSON.stringify(instances[index])}: ${JSON.stringify({ value, error })}`);
          const code = error?.code ?? 'answered';
          counts.set(code, (counts.get(code) ?? 0) + 1);
        }
        sizes.push(process.memoryUsage.rss());
      }
    } finally {
      state.over = true;
    }
    await neighbour;
    // Some of each, so that the generator is worth its name.
    expect(counts.get('answered')).toBeGreaterThan(COUNT / 10);
    expect(counts.get('INVALID_SMILES')).toBeGreaterThan(COUNT / 10);
    expect(new Set([...counts.keys()])).toEqual(
      new Set(['answered', 'INVALID_SMILES', 'MOLECULE_TOO_COMPLEX']),
    );
    expect(longest).toBeLessThan(patience(60_000));
    const half = sizes.length >> 1;
    const growth = Math.max(...sizes.slice(half)) - Math.max(...sizes.slice(0, half));
    // Each instance of RDKit that a molecule cost takes some 60 MB until it is collected.
    expect(growth).toBeLessThan(300e6);
    if (process.env.RETORT_TEST_DEPTH !== undefined)
      console.log(
        JSON.stringify({
          counts: Object.fromEntries(counts),
          longest,
          growth,
          first: sizes[0],
          last: sizes.at(-1),
        }),
      );
    const { predictions } = await predict('esol', ['CCO']);
    expect(predictions[0]?.error).toBeNull();
  });
});
