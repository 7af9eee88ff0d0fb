import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ask, succeed } from '../api/support/ask.js';
import { INFER, register } from '../api/support/catalog-steps.js';
import { cancelJob, jobOf, type Job } from '../api/support/job-steps.js';
import { overJob } from '../api/support/file-steps.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { begin, convert, converted, countVersions, refused, versionOf } from './support/conversion-steps.js';
import { convertersWith, makeModels, type Asked } from './support/converters.js';

const converters = await convertersWith('sklearn');
const where = converters === null ? describe.skip : describe;
let folder = '';
let asked: Readonly<Record<string, Asked>> = {};
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'retort-models-'));
  if (converters !== null) asked = await makeModels('sklearn', './make_models.py', folder);
});
afterAll(() => rm(folder, { recursive: true, force: true }));

where('models of scikit-learn, LightGBM and XGBoost', () => {
  let app: TestApp;
  const upload = async (name: string) => (await app.upload(await readFile(join(folder, name)))).digest;
  const asking = (name: string) => asked[name] ?? { rows: [], answers: [] };
  const input = async (name: string, more: object = {}) => ({
    model: 'm',
    artifact: { digest: await upload(name) },
    trustPickle: true,
    ...more,
  });

  beforeAll(async () => {
    app = await startTestApp({
      kind: 'embedded',
      config: { convertersDirectory: converters ?? '', trustPickles: true },
    });
    await register(app, 'm');
  });
  afterAll(() => app.close());

  it.each([
    ['mlp.pkl', 'SKLEARN', 'StandardScaler → MLPRegressor'],
    ['forest.pkl', 'SKLEARN', 'RandomForestClassifier'],
    ['forest.joblib', 'SKLEARN', 'RandomForestClassifier'],
    ['lightgbm.txt', 'LIGHTGBM', 'LightGBM'],
    ['xgboost.ubj', 'XGBOOST', 'XGBoost'],
  ])('%s becomes a version whose numbers are its own', async (name, format, about) => {
    const version = await converted(app, await input(name));
    expect(version.conversion).toMatchObject({ format, about: expect.stringContaining(about), warnings: [] });
    const { proof } = version.conversion;
    expect(proof.sample).toMatchObject({ source: 'GENERATED', rows: 64 });
    for (const found of [proof.converter, proof.server]) {
      expect(found.map((output) => output.name)).toEqual(
        version.signature.outputs.map((output) => output.name),
      );
      for (const { largestRelative } of found) expect(largestRelative ?? 0).toBeLessThan(1e-4);
    }
  });

  it('answers what the framework answers, by tensors', async () => {
    for (const name of ['mlp.pkl', 'forest.pkl', 'lightgbm.txt']) {
      const { rows, answers } = asking(name);
      const { ref, signature } = await converted(app, await input(name));
      const data = rows.flat();
      const tensor = { name: 'X', datatype: 'FP32', shape: [rows.length, data.length / rows.length], data };
      const { outputs } = await succeed<{ outputs: { name: string; data: number[] }[] }>(app, INFER, {
        input: { version: ref, inputs: [tensor], outputs: [signature.outputs.at(-1)?.name] },
      });
      const wanted = answers.flat() as number[];
      expect(outputs[0]?.data).toHaveLength(wanted.length);
      for (const [index, value] of (outputs[0]?.data ?? []).entries())
        expect(Math.abs(value - (wanted[index] ?? NaN))).toBeLessThan(
          1e-4 * Math.max(1, Math.abs(wanted[index] ?? 0)),
        );
    }
  });

  it.each(['softmax.json', 'rank.json'])('%s answers what XGBoost answers', async (name) => {
    const { rows, answers } = asking(name);
    const { ref, signature } = await converted(app, await input(name));
    const tensor = { name: 'X', datatype: 'FP32', shape: [rows.length, 4], data: rows.flat() };
    const { outputs } = await succeed<{ outputs: { data: (number | string)[] }[] }>(app, INFER, {
      input: { version: ref, inputs: [tensor], outputs: [signature.outputs[0]?.name] },
    });
    expect(outputs[0]?.data).toHaveLength(answers.length);
    for (const [index, value] of (outputs[0]?.data ?? []).entries())
      expect(Number(value)).toBeCloseTo(Number(answers[index]), 4);
  });

  it('makes letters small without a locale of the system', async () => {
    const { rows, answers } = asking('words.pkl');
    const { ref } = await converted(app, await input('words.pkl', { sample: { rows } }));
    const tensor = { name: 'X', datatype: 'BYTES', shape: [rows.length, 1], data: rows.flat() };
    const { outputs } = await succeed<{ outputs: { data: number[] }[] }>(app, INFER, {
      input: { version: ref, inputs: [tensor], outputs: ['probabilities'] },
    });
    const wanted = answers.flat() as number[];
    expect(outputs[0]?.data).toHaveLength(wanted.length);
    for (const [index, value] of (outputs[0]?.data ?? []).entries())
      expect(value).toBeCloseTo(wanted[index] ?? NaN, 5);
  });

  it('keeps the names of columns and classes, for predict', async () => {
    const { rows, answers } = asking('mixed.pkl');
    const { ref, signature, artifact } = await converted(app, await input('mixed.pkl', { sample: { rows } }));
    expect(signature).toMatchObject({
      inputs: [
        { name: 'age', datatype: 'FP32', shape: [-1, 1] },
        { name: 'city', datatype: 'BYTES', shape: [-1, 1] },
      ],
      outputs: [{ name: 'label' }, { name: 'probabilities', classLabels: ['no', 'yes'] }],
    });
    expect(artifact.operators.map(({ operator }) => operator)).not.toContain('ai.onnx.ml.ZipMap');
    const { predict } = await ask<{
      predict: { predictions: { results: { name: string; value: unknown }[] }[] };
    }>(
      app,
      `mutation ($input: PredictInput!) { predict(input: $input) {
        predictions { results { name value } error { message } } userErrors { message } } }`,
      { input: { version: ref, instances: rows } },
    );
    const probabilities = predict.predictions.map(
      ({ results }) => results.find(({ name }) => name === 'probabilities')?.value as Record<string, number>,
    );
    for (const [row, [no, yes]] of (answers as [number, number][]).entries()) {
      expect(probabilities[row]?.no).toBeCloseTo(no, 5);
      expect(probabilities[row]?.yes).toBeCloseTo(yes, 5);
    }
    for (const name of ['named.pkl', 'xgboost.json']) {
      const named = await converted(app, await input(name));
      expect(named.signature.inputs.map((each) => each.name)).toEqual(
        Object.keys(asking(name).rows[0] as object),
      );
    }
  });

  it('keeps the source, and says everywhere how it was converted', async () => {
    const digest = await upload('forest.pkl');
    const version = await converted(app, await input('forest.pkl', { notes: 'from the laboratory' }));
    expect(version).toMatchObject({
      attachments: [{ role: 'SOURCE', digest }],
      environment: {
        runtime: expect.stringMatching(/^Python 3\./),
        packages: expect.arrayContaining([
          { name: 'retort-converters', version: expect.any(String) },
          { name: 'scikit-learn', version: '1.9.1' },
        ]),
      },
      card: expect.stringMatching(
        /## Conversion[^]*RandomForestClassifier of scikit-learn[^]*\| `label` \| 64 \| equal/,
      ),
      conversion: {
        source: { digest, url: `/artifacts/${digest}` },
        converter: { name: 'retort-converters' },
      },
    });
    const { compareVersions } = await ask<{ compareVersions: { conversions: unknown } }>(
      app,
      `{ compareVersions(base: "${version.ref}", target: "${version.ref}") { conversions { base { format } target { about } } } }`,
    );
    expect(compareVersions.conversions).toEqual({
      base: { format: 'SKLEARN' },
      target: { about: expect.stringContaining('RandomForest') },
    });
    const archive = await fetch(`${app.url}/models/m/archive`);
    const stored = (await (
      await fetch(`${app.url}/archives`, {
        method: 'POST',
        headers: { 'content-type': 'application/x-tar' },
        body: await archive.arrayBuffer(),
      })
    ).json()) as { digest: string };
    await succeed(
      app,
      'mutation ($input: ImportModelInput!) { importModel(input: $input) { changed userErrors { message } } }',
      {
        input: { archive: { digest: stored.digest }, as: 'copied' },
      },
    );
    const copy = await versionOf(app, version.ref.replace('m@', 'copied@'));
    expect(copy.conversion).toEqual(version.conversion);
  });

  it.each<[string, object, RegExp]>([
    ['forest-of-another-version.pkl', {}, /written by scikit-learn 1\.2\.2, the converters have 1\.9\.1/],
    ['cut.pkl', {}, /It is no pickle that scikit-learn 1\.9\.1 can read/],
    ['list.pkl', {}, /Expected a pickle of one fitted scikit-learn model or pipeline, got a builtins\.list/],
    ['elsewhere.pkl', {}, /needs posix\.system, which the converters do not have/],
    ['lightgbm.txt', { format: 'XGBOOST' }, /XGBoost .* cannot read the model/],
    [
      'mlp.pkl',
      { tolerance: 0 },
      /Output "variable" .* differs in row \d+.*The largest difference is .*expected at most 0 relative/,
    ],
    ['forest.pkl', { sample: { rows: [[1, 2, 3]] } }, /Row 0 of the sample has 3 values, the model takes 4/],
    ['mixed.pkl', { sample: { rows: [{ age: 3 }] } }, /Row 0 of the sample lacks 'city'/],
    [
      'mlp.pkl',
      { sample: { rows: [[1, 2, 3, 4, 5, 6, 7, 8, 9, 'ten']] } },
      /expected a number for "column 9", got 'ten'/,
    ],
    [
      'mixed.pkl',
      { sample: { rows: [{ age: 3, city: 'Paris' }] } },
      /refuses the sample.*unknown categories/,
    ],
  ])('%s with %j is refused, and leaves nothing', async (name, more, message) => {
    const before = await countVersions(app, 'm');
    const job = await convert(app, await input(name, more));
    expect(job).toMatchObject({ state: 'FAILED', error: expect.stringMatching(message), result: null });
    expect(job.error).not.toMatch(/\/(?:tmp|root|home|dev)\//);
    expect(await countVersions(app, 'm')).toBe(before);
    expect(await leftBehind(app)).toEqual([]);
  });

  it('says before it begins what cannot be done', async () => {
    expect(await refused(app, await input('forest.pkl', { trustPickle: false }))).toMatchObject({
      code: 'PICKLE_NOT_TRUSTED',
      field: ['trustPickle'],
    });
    expect(await refused(app, await input('asked.json'))).toMatchObject({ code: 'FORMAT_UNKNOWN' });
    expect(await refused(app, await input('forest.pkl', { model: 'none' }))).toMatchObject({
      code: 'MODEL_NOT_FOUND',
    });
    expect(await refused(app, await input('forest.pkl', { tolerance: -1 }))).toMatchObject({
      field: ['tolerance'],
    });
    expect(await refused(app, await input('forest.pkl', { sample: { rows: [] } }))).toMatchObject({
      field: ['sample', 'rows'],
    });
  });

  it('ends at once when it is cancelled, and publishes once when its server was stopped on the way', async () => {
    const cancelled = await begin(app, await input('mlp.pkl'));
    await until(async () => (await jobOf(app, cancelled.id)).log.length > 0);
    await succeed(app, cancelJob, { input: { id: cancelled.id } });
    await until(async () => (await leftBehind(app)).length === 0);

    const before = await countVersions(app, 'm');
    const job = await begin(app, await input('mlp.pkl'));
    await until(async () => (await jobOf(app, job.id)).log.length > 0);
    await app.stop();
    app = await startTestApp({
      kind: 'embedded',
      config: { convertersDirectory: converters ?? '', trustPickles: true },
      reuse: { config: app.config, close: () => Promise.resolve() },
    });
    const over: Job = await overJob(app, job.id);
    expect(over).toMatchObject({ state: 'SUCCEEDED', attempts: 2 });
    expect(await countVersions(app, 'm')).toBe(before + 1);
    expect(await leftBehind(app)).toEqual([]);
  });
});

where('the limits of a conversion', () => {
  const withLimits = async (
    config: Parameters<typeof startTestApp>[0]['config'],
    work: (app: TestApp) => Promise<void>,
  ) => {
    const app = await startTestApp({
      kind: 'embedded',
      config: { convertersDirectory: converters ?? '', trustPickles: true, ...config },
    });
    try {
      await register(app, 'm');
      await work(app);
    } finally {
      await app.close();
    }
  };
  const convertFile = async (app: TestApp, name: string) =>
    convert(app, {
      model: 'm',
      artifact: { digest: (await app.upload(await readFile(join(folder, name)))).digest },
      trustPickle: true,
    });

  it('end one that never comes to an end by itself', async () => {
    await withLimits({ converterMs: 8_000 }, async (app) => {
      expect(await convertFile(app, 'endless.pkl')).toMatchObject({
        state: 'FAILED',
        error: expect.stringMatching(/took longer than 8 s and was ended/),
      });
      expect(await leftBehind(app)).toEqual([]);
    });
  });

  it('end one that takes ever more memory', async () => {
    await withLimits({ converterMemoryBytes: 1024 ** 3 }, async (app) => {
      expect(await convertFile(app, 'hoarding.pkl')).toMatchObject({
        state: 'FAILED',
        error: expect.stringMatching(/more memory than/),
      });
      expect(await leftBehind(app)).toEqual([]);
    });
  });

  it('end one that unpacks to more than it may take, and leave the next alone', async () => {
    await withLimits({ converterMemoryBytes: 1024 ** 3 }, async (app) => {
      expect(await convertFile(app, 'bomb.joblib')).toMatchObject({
        state: 'FAILED',
        error: expect.stringMatching(/needs more memory than the 1073741824 bytes it may take/),
      });
      expect(await convertFile(app, 'lightgbm.txt')).toMatchObject({ state: 'SUCCEEDED' });
    });
  });

  it('keep pickles away unless the operator lets them in', async () => {
    await withLimits({ trustPickles: false }, async (app) => {
      const digest = (await app.upload(await readFile(join(folder, 'forest.pkl')))).digest;
      expect(await refused(app, { model: 'm', artifact: { digest }, trustPickle: true })).toMatchObject({
        code: 'PICKLE_NOT_TRUSTED',
        message: expect.stringContaining('RETORT_TRUST_PICKLES=true'),
      });
      expect(await convertFile(app, 'lightgbm.txt')).toMatchObject({ state: 'SUCCEEDED' });
    });
  });
});

describe('a server without converters', () => {
  it('names the command that installs one', async () => {
    const app = await startTestApp({ kind: 'embedded', config: { convertersDirectory: '/nonexistent' } });
    try {
      await register(app, 'm');
      const { digest } = await app.upload(Buffer.from('tree\nversion=v4\n'));
      expect(await refused(app, { model: 'm', artifact: { digest } })).toMatchObject({
        code: 'CONVERTER_NOT_INSTALLED',
        message: expect.stringContaining('retort converters install sklearn'),
      });
    } finally {
      await app.close();
    }
  });
});

/** Folders of conversions, which go with them. */
async function leftBehind({ config }: TestApp): Promise<string[]> {
  return readdir(join(config.dataDirectory, 'cache', 'conversions')).catch(() => []);
}
