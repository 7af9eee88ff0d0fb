import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, refusal, succeed } from '../api/support/ask.js';
import { INFER, PUBLISH, register } from '../api/support/catalog-steps.js';
import { overJob, sendFile } from '../api/support/file-steps.js';
import { cancelJob, jobOf } from '../api/support/job-steps.js';
import { countVersions } from '../convert/support/conversion-steps.js';
import { convertersWith } from '../convert/support/converters.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { begin, optimize, OPTIMIZATION, OPTIMIZE, redundantNetwork, rowsFile } from './support.js';

const converters = (await convertersWith('onnxruntime')) && (await convertersWith('sklearn'));
const where = converters === null ? describe.skip : describe;
const ESOL = join(import.meta.dirname, '../../examples/models/esol-3.onnx');

interface Figures {
  readonly bytes: number;
  readonly rowsIndependent: string;
  readonly latencies: readonly {
    readonly rows: number;
    readonly executions: number;
    readonly times: number;
  }[];
}
interface Candidate {
  readonly name: string;
  readonly error: string | null;
  readonly onFront: boolean;
  readonly misses: readonly string[];
  readonly figures: Figures | null;
  readonly differences: readonly { readonly largest: number; readonly relative: number }[];
  readonly loss: { readonly metric: string; readonly value: number } | null;
  readonly advice: { readonly verdict: string; readonly reasons: readonly string[] } | null;
  readonly steps: readonly { readonly method: string; readonly settings: Record<string, unknown> }[];
}
interface Optimization {
  readonly original: Figures & { readonly metrics: readonly { readonly name: string }[] };
  readonly candidates: readonly Candidate[];
  readonly chosen: { readonly name: string; readonly digest: string } | null;
  readonly plot: string;
}
interface Optimized {
  readonly ref: string;
  readonly derivedFrom: readonly { readonly relation: string; readonly version: { readonly ref: string } }[];
  readonly attachments: readonly { readonly role: string; readonly url: string }[];
  readonly artifact: { readonly digest: string; readonly parameterCount: number };
  readonly optimization: Optimization | null;
}

describe('a server without the tools', () => {
  it('names the command that installs them', async () => {
    const app = await startTestApp({ kind: 'embedded', config: { convertersDirectory: '/nonexistent' } });
    try {
      const { artifact } = await network(app);
      const input = {
        version: 'net@1',
        method: 'INT8_STATIC',
        budget: { maxMeanDifference: 1 },
        sample: fileOf(artifact),
      };
      expect(await refusal(app, OPTIMIZE, { input })).toMatchObject({
        code: 'CONVERTER_NOT_INSTALLED',
        field: ['method'],
        message: expect.stringContaining('retort converters install onnxruntime'),
      });
    } finally {
      await app.close();
    }
  });
});

where('optimisations', () => {
  let app: TestApp;
  let rows = '';
  const asked = (method: string, more: object = {}) => ({
    version: 'net@1',
    method,
    budget: { maxLoss: 0.01 },
    sample: fileOf(rows),
    ...more,
  });
  const refused = (input: object) => refusal(app, OPTIMIZE, { input });

  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded', config: { convertersDirectory: converters ?? '' } });
    ({ artifact: rows } = await network(app));
  });
  afterAll(() => app.close());

  it('take hidden units out that others stand for, and nothing changes', async () => {
    const job = await optimize(app, asked('PRUNE_STRUCTURED', { options: { ratio: 0.5 } }));
    expect(job).toMatchObject({ state: 'SUCCEEDED', error: null, result: { outcome: 'PUBLISHED' } });
    const made = await versionOf(app, String(job.result?.version));
    expect(made).toMatchObject({
      derivedFrom: [{ relation: 'PRUNED', version: { ref: 'net@1' } }],
      attachments: [{ role: 'TRAINING' }, { role: 'CALIBRATION' }],
      // 4 × 4 + 4 + 4 + 1 in place of 4 × 8 + 8 + 8 + 1.
      artifact: { parameterCount: 25 },
    });
    const [candidate] = made.optimization?.candidates ?? [];
    expect(candidate).toMatchObject({
      error: null,
      misses: [],
      figures: { rowsIndependent: 'PROVEN', bytes: expect.any(Number) },
      loss: { metric: 'rmse' },
      advice: { verdict: expect.any(String) },
      steps: [{ method: 'PRUNE_STRUCTURED', settings: { ratio: 0.5, criterion: 'EFFECT', repair: true } }],
    });
    expect(candidate?.differences[0]?.largest).toBeLessThan(1e-4);
    expect(Math.abs(candidate?.loss?.value ?? 1)).toBeLessThan(1e-4);
    expect(made.artifact.digest).toBe(made.optimization?.chosen?.digest);
    expect(made.optimization?.original.metrics.map(({ name }) => name)).toContain('rmse');
    expect(made.optimization?.plot).toMatch(/^<svg/);
    const { compareVersions } = await ask<{
      compareVersions: { outputs: { outputs: { differences: { absolute: { largest: number } } }[] } };
    }>(
      app,
      `{ compareVersions(base: "net@1", target: "${made.ref}") { outputs { outputs { differences { absolute { largest } } } } } }`,
    );
    expect(compareVersions.outputs.outputs[0]?.differences.absolute.largest).toBeLessThan(1e-4);
    const { deployments } = await ask<{ deployments: { totalCount: number } }>(
      app,
      '{ deployments { totalCount } }',
    );
    expect(deployments.totalCount).toBe(0);
  });

  it('say that weights and activations of 8 bits lose batching, or are calibrated and keep it', async () => {
    const job = await optimize(app, asked('INT8_DYNAMIC', { budget: { maxMeanDifference: 1 } }));
    const [dynamic] = (await versionOf(app, String(job.result?.version))).optimization?.candidates ?? [];
    expect(dynamic?.figures?.rowsIndependent).toBe('UNPROVEN');
    // As it would be served: a run for each row.
    expect(dynamic?.figures?.latencies).toMatchObject([
      { rows: 1, executions: 1 },
      { rows: 32, executions: 32 },
    ]);
    expect(dynamic?.advice?.reasons.join(' ')).toMatch(/loses batching/);
    const job2 = await optimize(
      app,
      asked('INT8_STATIC', { options: { calibration: 'ENTROPY' }, budget: { maxMeanDifference: 1 } }),
    );
    const made = await versionOf(app, String(job2.result?.version));
    expect(made.derivedFrom).toMatchObject([{ relation: 'QUANTIZED' }]);
    const [candidate] = made.optimization?.candidates ?? [];
    expect(candidate).toMatchObject({
      figures: { rowsIndependent: 'PROVEN' },
      steps: [{ settings: { calibration: 'ENTROPY', excluded: expect.any(Array) } }],
    });
    expect(candidate?.differences[0]?.relative).toBeLessThan(0.1);
    await isShifted(made);
  });

  /** What calibrates the intervals of a version is what its own graph would have predicted. */
  const isShifted = async ({ attachments, ref }: Optimized) => {
    const url = attachments.find(({ role }) => role === 'CALIBRATION')?.url ?? '';
    const lines = (await (await fetch(`${app.url}${url}`)).text()).trim().split('\n');
    const read = (text: string | undefined) =>
      JSON.parse(text ?? '{}') as { readonly x: number[]; readonly fitted: number };
    const before = rowsFile(redundantNetwork().answer).split('\n');
    expect(lines).toHaveLength(before.length);
    for (const row of [0, 1, 2]) {
      const [old, now] = [read(before[row]), read(lines[row])];
      const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: old.x }];
      const answers = await Promise.all(
        ['net@1', ref].map((version) =>
          succeed<{ outputs: { data: number[] }[] }>(app, INFER, { input: { version, inputs } }),
        ),
      );
      const [one, other] = answers.map(({ outputs }) => outputs[0]?.data[0] ?? NaN);
      expect(now.fitted - old.fitted).toBeCloseTo((other ?? NaN) - (one ?? NaN), 5);
    }
  };

  it('search, and answer the front; nothing is published beyond the budget', async () => {
    const before = await countVersions(app, 'net');
    const methods = ['WEIGHTS_INT4', 'PRUNE_MAGNITUDE', 'FP16'];
    const job = await optimize(
      app,
      asked('AUTO', { options: { methods }, budget: { maxLoss: 0, minSpeedup: 1_000 } }),
    );
    expect(job).toMatchObject({ state: 'SUCCEEDED', result: { version: null, outcome: 'BUDGET_MISSED' } });
    expect(await countVersions(app, 'net')).toBe(before);
    const { job: found } = await ask<{ job: { optimization: Optimization } }>(
      app,
      `query ($id: ID!) { job(id: $id) { optimization { ${OPTIMIZATION} } } }`,
      { id: job.id },
    );
    const { candidates, chosen } = found.optimization;
    expect(chosen).toBeNull();
    expect(candidates.map(({ error }) => error)).toEqual(candidates.map(() => null));
    expect(candidates.some(({ onFront }) => onFront)).toBe(true);
    for (const { misses } of candidates)
      expect(misses.join(' ')).toMatch(/times as fast for single rows, at least 1000 times/);
    // A line does not learn a network, and is not published.
    const student = await optimize(
      app,
      asked('DISTILL', { options: { student: 'LINEAR', generated: 100 }, budget: { maxLoss: 0.01 } }),
    );
    expect(student).toMatchObject({
      state: 'SUCCEEDED',
      result: {
        version: null,
        outcome: 'BUDGET_MISSED',
        why: expect.stringMatching(/of rmse are lost, at most 0\.01/),
      },
    });
    expect(await countVersions(app, 'net')).toBe(before);
    expect(await leftBehind(app)).toEqual([]);
  });

  it('make trees fewer, in a model of its own, and carry the evidence in an archive', async () => {
    const { digest } = await app.upload(await readFile(ESOL));
    await register(app, 'trees');
    await register(app, 'smaller');
    await succeed(app, PUBLISH, { input: { model: 'trees', artifact: { digest } } });
    const random = (place: number) => Math.abs(Math.sin(place * 12.9898) * 43_758.5453) % 1;
    const instances = Array.from({ length: 120 }, (_, row) => ({
      features: Array.from({ length: 211 }, (__, column) => 6 * random(row * 211 + column)),
    }));
    const input = {
      version: 'trees@1',
      budget: { minShrink: 1.5 },
      sample: { instances },
      name: 'smaller',
    };
    expect(await refused({ ...input, method: 'INT8_STATIC' })).toMatchObject({
      code: 'OPTIMIZATION_NOT_APPLICABLE',
      message: expect.stringMatching(/TreeEnsembleRegressor.*What applies: PRUNE_STRUCTURED/),
    });
    expect(await refused({ ...input, method: 'PRUNE_STRUCTURED', budget: { maxLoss: 0.1 } })).toMatchObject({
      field: ['budget', 'maxLoss'],
      message: expect.stringContaining('120 instances given have none'),
    });
    const deep = await optimize(app, {
      ...input,
      method: 'PRUNE_STRUCTURED',
      options: { ratio: 0, maxDepth: 50 },
    });
    expect(deep).toMatchObject({
      state: 'FAILED',
      error: expect.stringMatching(/400 trees of depth 4: nothing of it/),
    });
    const job = await optimize(app, { ...input, method: 'PRUNE_STRUCTURED', options: { ratio: 0.5 } });
    const made = await versionOf(app, String(job.result?.version));
    expect(made).toMatchObject({
      ref: 'smaller@1',
      derivedFrom: [{ relation: 'PRUNED', version: { ref: 'trees@1' } }],
      optimization: {
        candidates: [{ steps: [{ settings: { layers: { log_s: { after: { trees: 200 } } } } }] }],
      },
    });
    expect(made.optimization?.candidates[0]?.differences[0]?.relative).toBeLessThan(0.5);
    const archive = await (await fetch(`${app.url}/models/smaller/archive`)).arrayBuffer();
    const sent = await fetch(`${app.url}/archives`, {
      method: 'POST',
      headers: { 'content-type': 'application/x-tar' },
      body: archive,
    });
    const stored = (await sent.json()) as { digest: string };
    await succeed(
      app,
      'mutation ($input: ImportModelInput!) { importModel(input: $input) { changed userErrors { message } } }',
      { input: { archive: { digest: stored.digest }, as: 'copied' } },
    );
    expect((await versionOf(app, 'copied@1')).optimization).toEqual(made.optimization);
  });

  it.each<[string, object, object]>([
    [
      'a budget',
      { budget: null },
      { field: ['budget'], message: expect.stringMatching(/at least one of maxLoss/) },
    ],
    ['a sample of more than ten rows', { sample: { instances: tenRows() } }, { code: 'SAMPLE_TOO_SMALL' }],
    ['known options', { options: { ratio: 2 } }, { field: ['options', 'ratio'] }],
    ['a sample of one kind', { sample: { examples: true, instances: [] } }, { field: ['sample'] }],
    ['a model that is there', { name: 'nothing' }, { code: 'MODEL_NOT_FOUND', field: ['name'] }],
    ['a version that is there', { version: 'net@99' }, { code: 'VERSION_NOT_FOUND' }],
    ['a file that was sent', { sample: fileOf(`sha256:${'0'.repeat(64)}`) }, { code: 'FILE_NOT_FOUND' }],
    [
      'a column that is there',
      { target: 'other' },
      {
        code: 'SAMPLE_TOO_SMALL',
        message: expect.stringMatching(/beside 240 that cannot be read \(line 1: .*other/),
      },
    ],
  ])('need %s', async (_, { target, ...more }: { target?: string }, expected) => {
    const sample = target === undefined ? {} : { sample: { file: { ...fileOf(rows).file, target } } };
    expect(
      await refused(asked('PRUNE_STRUCTURED', { budget: { minShrink: 1 }, ...sample, ...more })),
    ).toMatchObject(expected);
  });

  it('leave nothing behind when they are cancelled, and publish once when their server was stopped on the way', async () => {
    const cancelled = await begin(app, asked('AUTO'));
    await until(async () =>
      (await jobOf(app, cancelled.id)).log.some(({ message }) => message.startsWith('Trying')),
    );
    await succeed(app, cancelJob, { input: { id: cancelled.id } });
    await until(async () => (await leftBehind(app)).length === 0);

    const before = await countVersions(app, 'net');
    const job = await begin(app, asked('PRUNE_STRUCTURED'));
    await until(async () =>
      (await jobOf(app, job.id)).log.some(({ message }) => message.startsWith('Trying')),
    );
    await app.stop();
    app = await startTestApp({
      kind: 'embedded',
      config: { convertersDirectory: converters ?? '' },
      reuse: { config: app.config, close: () => Promise.resolve() },
    });
    expect(await overJob(app, job.id)).toMatchObject({ state: 'SUCCEEDED', attempts: 2 });
    expect(await countVersions(app, 'net')).toBe(before + 1);
    expect(await leftBehind(app)).toEqual([]);
  });
});

/** A model `net` with data, and the digest of the same rows as a file for jobs. */
async function network(app: TestApp): Promise<{ artifact: string }> {
  const { answer, bytes } = redundantNetwork();
  const text = rowsFile(answer);
  await register(app, 'net');
  const { digest } = await app.upload(Buffer.from(bytes));
  const training = await app.upload(Buffer.from(text));
  await succeed(app, PUBLISH, {
    input: {
      model: 'net',
      artifact: { digest },
      attachments: [
        { role: 'TRAINING', digest: training.digest, format: 'JSONL', target: 'measured' },
        {
          role: 'CALIBRATION',
          digest: training.digest,
          format: 'JSONL',
          target: 'measured',
          predicted: 'fitted',
        },
      ],
    },
  });
  return { artifact: (await sendFile(app, text)).digest };
}

function fileOf(artifact: string) {
  return { file: { artifact, format: 'JSONL', target: 'measured' } };
}

function tenRows(): object[] {
  return Array.from({ length: 10 }, (_, row) => ({ x: [row, 0, 0, 0] }));
}

async function versionOf(app: TestApp, ref: string): Promise<Optimized> {
  const { version } = await ask<{ version: Optimized }>(
    app,
    `query ($ref: String!) { version(ref: $ref) {
      ref derivedFrom { relation version { ref } } attachments { role url } artifact { digest parameterCount }
      optimization { ${OPTIMIZATION} } } }`,
    { ref },
  );
  return version;
}

/** Folders of optimisations, which go with them. */
async function leftBehind({ config }: TestApp): Promise<string[]> {
  return readdir(join(config.dataDirectory, 'cache', 'optimizations')).catch(() => []);
}
