import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal, succeed } from './support/ask.js';
import { overJob, sendFile } from './support/file-steps.js';
import { JOB, type Job } from './support/job-steps.js';

const EVALUATE = `mutation ($input: EvaluateVersionInput!) {
  evaluateVersion(input: $input) { job { ${JOB} } userErrors { field code message } } }`;
const VERSION = 'binding-energy@1';
const COUNT = 60;

interface Metric {
  readonly name: string;
  readonly value: number;
  readonly low: number | null;
  readonly high: number | null;
  readonly unit: string | null;
}

let app: TestApp;
/** Measured is predicted + 1 for even rows and predicted − 3 for odd ones. */
let labelled: string;
beforeAll(async () => {
  app = await startTestApp({ kind: 'embedded', examples: true });
  await app.app.ready;
  const instances = Array.from({ length: COUNT }, (_, index) => ({
    z: 26 + (index % 20),
    n: 34 + (index % 20),
  }));
  const { predict } = await ask<{ predict: { predictions: { value: number }[] } }>(
    app,
    'mutation ($input: PredictInput!) { predict(input: $input) { predictions { value } } }',
    { input: { version: VERSION, instances } },
  );
  const rows = predict.predictions.map(({ value }, index) => {
    const { z, n } = instances[index] ?? { z: 0, n: 0 };
    return `${z},${n},${index % 2 === 0 ? value + 1 : value - 3},${index % 2 === 0 ? 'even' : 'odd'}`;
  });
  labelled = `z,n,measured,parity\n${rows.join('\n')}\nx,1,2,even\n26,30,,odd\n`;
});
afterAll(() => app.close());

async function evaluate(input: Readonly<Record<string, unknown>>): Promise<Job> {
  const { digest } = await sendFile(app, labelled);
  const asked = { artifact: digest, format: 'CSV', target: 'measured', ...input };
  return overJob(app, (await succeed<{ job: Job }>(app, EVALUATE, { input: asked })).job.id);
}

const near = (value: number) => expect.closeTo(value, 3) as unknown as number;

describe('the evaluation of a version', () => {
  it('measures its answers, with intervals, by group, and keeps what was found with the version', async () => {
    const job = await evaluate({ version: VERSION, groupBy: 'PARITY', dataset: 'made up' });
    expect(job).toMatchObject({ state: 'SUCCEEDED', progress: { done: COUNT + 2, failed: 2 } });
    const result = job.result as { metrics: { name: string; value: number }[]; groups: object[] };
    expect(result).toMatchObject({
      version: VERSION,
      task: 'REGRESSION',
      used: COUNT,
      coverage: null,
      errors: [
        { line: COUNT + 2, code: 'NOT_COUNTED' },
        { line: COUNT + 3, code: 'NOT_COUNTED', message: expect.stringContaining('measured') },
      ],
      residuals: { min: near(-1), median: expect.any(Number), max: near(3) },
    });
    expect(Object.fromEntries(result.metrics.map(({ name, value }) => [name, value]))).toMatchObject({
      rmse: near(Math.sqrt(5)),
      mae: near(2),
      bias: near(1),
    });
    expect(result.groups).toMatchObject([
      { group: 'even', rows: COUNT / 2, metrics: { bias: near(-1) } },
      { group: 'odd', rows: COUNT / 2, metrics: { bias: near(3) } },
    ]);

    const { version } = await ask<{ version: { evaluations: { metrics: Metric[] }[] } }>(
      app,
      `{ version(ref: "${VERSION}") { evaluations { dataset result rows failed createdBy job { id }
        metrics { name value low high unit higherIsBetter } report } } }`,
    );
    const [kept] = version.evaluations;
    expect(kept).toMatchObject({ dataset: 'made up', rows: COUNT + 2, failed: 2, job: { id: job.id } });
    const rmse = kept?.metrics.find(({ name }) => name === 'rmse');
    expect(rmse).toMatchObject({ unit: 'MeV', value: near(Math.sqrt(5)) });
    expect(rmse?.low).toBeLessThan(Math.sqrt(5));
    expect(rmse?.high).toBeGreaterThan(Math.sqrt(5));
  });

  it('counts in comparisons, each set of rows by its name', async () => {
    await evaluate({ version: 'binding-energy@2', dataset: 'made up' });
    const { compareVersions } = await ask<{ compareVersions: { metrics: object[] } }>(
      app,
      `{ compareVersions(base: "${VERSION}", target: "binding-energy@2") {
        metrics { name dataset base target verdict } } }`,
    );
    expect(compareVersions.metrics).toContainEqual(
      expect.objectContaining({
        name: 'rmse',
        dataset: 'made up',
        verdict: expect.stringMatching(/BETTER|WORSE/),
      }),
    );
  });

  it('refuses at once what cannot be measured', async () => {
    const { digest } = await sendFile(app, labelled);
    const input = { version: VERSION, artifact: digest, format: 'CSV', target: 'measured' };
    const refused = (more: object) => refusal(app, EVALUATE, { input: { ...input, ...more } });
    expect(await refused({ target: 'energy' })).toMatchObject({
      code: 'COLUMN_NOT_FOUND',
      message: expect.stringContaining('"z", "n", "measured", "parity"'),
    });
    expect(await refused({ groupBy: 'color' })).toMatchObject({ code: 'COLUMN_NOT_FOUND' });
    expect(await refused({ predicted: 'mass' })).toMatchObject({ code: 'INVALID_ARGUMENT' });
    const failed = await evaluate({ version: VERSION, target: 'parity' });
    expect(failed).toMatchObject({
      state: 'FAILED',
      error: expect.stringContaining('Expected at least 2 rows that are measured and answered, got 0 of 62'),
    });
  });
});
