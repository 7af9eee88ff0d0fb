import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { gitClient, gitIsInstalled } from '../support/git-client.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { CREATE_RULE } from './support/alert-steps.js';
import { ask, refusal, succeed } from './support/ask.js';
import { DEPLOY, publish, register } from './support/catalog-steps.js';
import { overJob, sendFile } from './support/file-steps.js';
import { JOB, type Job } from './support/job-steps.js';
import { lineModel } from './support/own-models.js';
import { download, importArchive } from './support/transfer-steps.js';

const EVALUATE = `mutation ($input: EvaluateVersionInput!) {
  evaluateVersion(input: $input) { job { ${JOB} } userErrors { field code message } } }`;
const SCHEDULE = `name every timeZone enabled deploymentName version evaluation nextRunAt lastRunAt problem lastJob { state }`;
const schedule = (name: string, input: string) => `mutation ($input: ${input}!) {
  ${name}(input: $input) { schedule { ${SCHEDULE} } userErrors { field code message } } }`;
const CREATE = schedule('createEvaluationSchedule', 'CreateEvaluationScheduleInput');
const UPDATE = schedule('updateEvaluationSchedule', 'UpdateEvaluationScheduleInput');
const DELETE = schedule('deleteEvaluationSchedule', 'EvaluationScheduleInput');
const RUN = `mutation ($input: EvaluationScheduleInput!) {
  runEvaluationSchedule(input: $input) { job { ${JOB} } userErrors { field code message } } }`;
const MIGRATE = `mutation ($input: MigrateDeploymentInput!) { migrateDeployment(input: $input) {
  migration { state } userErrors { field code message } } }`;
const COUNT = 80;
const DATASET = 'test split';

let app: TestApp;
/** The truth is 2x, give or take one: of the versions 2, 2.001 and 5 the first two cannot be told apart. */
let digest: string;
beforeAll(async () => {
  app = await startTestApp({ kind: 'embedded', alerts: { intervalMs: 50 } });
  await register(app, 'line');
  for (const factor of [2, 2.001, 5]) await publish(app, 'line', lineModel(factor));
  await succeed(app, DEPLOY, {
    input: { name: 'line', version: 'line@1', predictionLog: { sampleRate: 1 }, waitMs: 60_000 },
  });
  const rows = Array.from(
    { length: COUNT },
    (_, place) => `${place / 10},${place / 5 + Math.sin(place * 7)}`,
  );
  ({ digest } = await sendFile(app, `x,truth\n${rows.join('\n')}\n`));
});
afterAll(() => app.close());

const file = () => ({ artifact: digest, format: 'CSV', target: 'truth', dataset: DATASET });

async function evaluate(input: Readonly<Record<string, unknown>>): Promise<Job> {
  const { job } = await succeed<{ job: Job }>(app, EVALUATE, { input });
  return overJob(app, job.id);
}

it('are compared with their intervals: what these cannot tell apart is undecided', async () => {
  for (const version of [1, 2, 3])
    expect(await evaluate({ version: `line@${version}`, ...file() })).toMatchObject({ state: 'SUCCEEDED' });
  const verdict = async (base: number, target: number) => {
    const { compareVersions } = await ask<{ compareVersions: { metrics: { name: string }[] } }>(
      app,
      `{ compareVersions(base: "line@${base}", target: "line@${target}") { metrics { name dataset base target verdict note
        baseInterval { low high } targetInterval { low high } changeInterval { low high } } } }`,
    );
    return compareVersions.metrics.find(({ name }) => name === 'rmse');
  };
  expect(await verdict(1, 2)).toMatchObject({
    dataset: DATASET,
    verdict: 'UNDECIDED',
    note: expect.stringContaining('cannot tell the two apart'),
    baseInterval: { low: expect.any(Number), high: expect.any(Number) },
  });
  expect(await verdict(1, 3)).toMatchObject({ verdict: 'WORSE', note: null });
  expect(await verdict(3, 1)).toMatchObject({ verdict: 'BETTER' });
});

it('are told of by an event, in the report, and by alert rules', async () => {
  const { events } = await ask<{ events: { edges: { node: object }[] } }>(
    app,
    `{ events(filter: {kinds: [VERSION_EVALUATED], model: "line"}, last: 1) { edges { node { message
      ... on EvaluationEvent { dataset version { ref } metrics { name low } job { state } } } } } }`,
  );
  expect(events.edges[0]?.node).toMatchObject({
    message: expect.stringMatching(/^line@3 was measured on 80 rows of "test split": rmse 1[\d.]+ \(1/),
    dataset: DATASET,
    version: { ref: 'line@3' },
    job: { state: 'SUCCEEDED' },
  });
  const { version } = await ask<{ version: { report: string } }>(
    app,
    '{ version(ref: "line@3") { report(format: MARKDOWN) } }',
  );
  expect(version.report).toMatch(/rmse = \d+\.\d+, 95 %: [\d.]+ to [\d.]+ \(test split; as evaluated\)/);

  const condition = { evaluation: { metric: 'RMSE', dataset: DATASET, operator: 'BELOW', value: 1 } };
  await succeed(app, CREATE_RULE, { input: { name: 'Good', condition, deployments: ['line'] } });
  await until(async () => {
    const { alerts } = await ask<{ alerts: { edges: { node: { message: string } }[] } }>(
      app,
      '{ alerts(filter: {rule: "Good", states: [FIRING]}) { edges { node { message } } } }',
    );
    return alerts.edges.some(({ node }) => node.message.includes('line serves line@1, whose RMSE'));
  });
});

describe('a migration with a guard on what was measured', () => {
  const migrate = (version: string, guards: object) => ({
    input: {
      deployment: 'line',
      version,
      strategy: 'CANARY',
      canary: { steps: [{ share: 0.1, dwellMs: 0, minRequests: 0 }] },
      guards: { errorRate: null, p99Ratio: null, ...guards },
    },
  });
  const ended = async () => {
    const find = () =>
      ask<{ deployment: { version: { ref: string }; migrations: { edges: { node: { state: string } }[] } } }>(
        app,
        `{ deployment(name: "line") { version { ref } migrations(first: 1) { edges { node { state stateReason
          guards { guard verdict detail candidateSamples } } } } } }`,
      );
    await until(
      async () =>
        !['LOADING', 'RUNNING'].includes((await find()).deployment.migrations.edges[0]?.node.state ?? ''),
    );
    const { deployment } = await find();
    return { ...deployment.migrations.edges[0]?.node, version: deployment.version.ref };
  };

  it('goes back where the new version is beyond doubt worse', async () => {
    await succeed(app, MIGRATE, migrate('line@3', { evaluation: { metric: 'rmse', dataset: DATASET } }));
    expect(await ended()).toMatchObject({
      state: 'ROLLED_BACK',
      version: 'line@1',
      stateReason: expect.stringContaining('rmse on "test split" is'),
      guards: [{ guard: 'EVALUATION', verdict: 'FAIL', candidateSamples: COUNT }],
    });
  });

  it('goes on where the loss is within what is allowed', async () => {
    const evaluation = { metric: 'rmse', dataset: DATASET, maxLoss: 1 };
    await succeed(app, MIGRATE, migrate('line@2', { evaluation }));
    expect(await ended()).toMatchObject({ state: 'SUCCEEDED', version: 'line@2' });
    await succeed(app, MIGRATE, migrate('line@1', {}));
    expect(await ended()).toMatchObject({ state: 'SUCCEEDED', version: 'line@1' });
  });

  it.each([
    { evaluation: { metric: 'rmse', dataset: 'another' }, says: 'Measure it with evaluateVersion' },
    { evaluation: { metric: 'bias', dataset: DATASET }, says: 'more or less is better' },
    { evaluation: { metric: ' ', dataset: DATASET }, says: 'guards.evaluation.metric' },
  ])('is refused for $says', async ({ evaluation, says }) => {
    expect(await refusal(app, MIGRATE, migrate('line@2', { evaluation }))).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(says),
    });
  });
});

describe('an evaluation schedule', () => {
  it('is made, run, changed and removed; what it finds is a metric of the version that is served', async () => {
    const evaluation = { deployment: 'line', ...file(), dataset: 'nightly' };
    const input = { name: 'nightly', every: '0 3 * * *', timeZone: 'Europe/Berlin', evaluation };
    const made = await succeed<{ schedule: Record<string, unknown> }>(app, CREATE, { input });
    expect(made.schedule).toMatchObject({
      every: '0 3 * * *',
      enabled: true,
      deploymentName: 'line',
      version: null,
      evaluation: { artifact: digest, dataset: 'nightly' },
      nextRunAt: expect.stringMatching(/T0[12]:00:00\.000Z$/),
      lastRunAt: null,
    });
    const { job } = await succeed<{ job: Job }>(app, RUN, { input: { schedule: 'nightly' } });
    expect(await overJob(app, job.id)).toMatchObject({ state: 'SUCCEEDED', result: { schedule: 'nightly' } });
    const { version } = await ask<{ version: { evaluations: object[] } }>(
      app,
      '{ version(ref: "line@1") { evaluations { dataset schedule measuredHere metrics { name } } } }',
    );
    expect(version.evaluations[0]).toMatchObject({
      dataset: 'nightly',
      schedule: 'nightly',
      measuredHere: true,
    });
    const changed = await succeed<{ schedule: Record<string, unknown> }>(app, UPDATE, {
      input: { schedule: 'nightly', name: 'weekly', every: 'P7D', enabled: false },
    });
    expect(changed.schedule).toMatchObject({
      name: 'weekly',
      nextRunAt: null,
      lastJob: { state: 'SUCCEEDED' },
      evaluation: { dataset: 'nightly' },
    });
    const { evaluationSchedules } = await ask<{ evaluationSchedules: object }>(
      app,
      '{ evaluationSchedules { totalCount edges { node { id name } } } }',
    );
    expect(evaluationSchedules).toMatchObject({ totalCount: 1, edges: [{ node: { name: 'weekly' } }] });
    await succeed(app, DELETE, { input: { schedule: 'weekly', reason: 'enough' } });
    expect(await refusal(app, RUN, { input: { schedule: 'weekly' } })).toMatchObject({
      code: 'SCHEDULE_NOT_FOUND',
    });
  });

  it.each([
    { more: { every: '61 * * * *' }, field: ['every'], says: 'five fields' },
    { more: { every: '0 0 30 2 *' }, field: ['every'], says: 'never' },
    { more: { every: 'PT1S' }, field: ['every'], says: 'one minute' },
    { more: { timeZone: 'Mars/Base' }, field: ['timeZone'], says: 'IANA' },
    { more: { name: 'a b' }, field: ['name'], says: 'evaluation schedule name' },
    {
      more: { evaluation: { version: 'line@9', artifact: 'sha256:0', format: 'CSV', target: 'y' } },
      field: ['evaluation', 'version'],
      says: 'line@9',
    },
    {
      more: { evaluation: { version: 'line@1', format: 'CSV', target: 'y' } },
      field: ['evaluation', 'artifact'],
      says: 'or outcomes in its place',
    },
  ])('is refused for $more', async ({ more, field, says }) => {
    const input = { name: 'no', every: 'P1D', evaluation: { version: 'line@1', ...file() }, ...more };
    expect(await refusal(app, CREATE, { input })).toMatchObject({
      field,
      message: expect.stringContaining(says),
    });
  });
});

it('are measured by what the laboratory recorded, too', async () => {
  const { predict } = await ask<{ predict: { predictions: { id: string; value: number }[] } }>(
    app,
    'mutation ($input: PredictInput!) { predict(input: $input) { predictions { id value } } }',
    { input: { deployment: 'line', instances: [1, 2, 3, 4].map((x) => ({ x })) } },
  );
  for (const [place, { id, value }] of predict.predictions.entries())
    await succeed(
      app,
      'mutation ($input: RecordOutcomeInput!) { recordOutcome(input: $input) { userErrors { code message } } }',
      { input: { predictionId: id, value: value + (place % 2 === 0 ? 0.5 : -0.5) } },
    );
  const job = await evaluate({ deployment: 'line', outcomes: { window: 'P1D' } });
  expect(job).toMatchObject({
    state: 'SUCCEEDED',
    result: { dataset: 'outcomes of line', used: 4, outcomes: { deployment: 'line' } },
  });
  const { metrics } = job.result as { metrics: { name: string; value: number }[] };
  expect(metrics.find(({ name }) => name === 'mae')?.value).toBeCloseTo(0.5, 5);
  expect(await evaluate({ version: 'line@3', outcomes: { deployment: 'line' } })).toMatchObject({
    state: 'FAILED',
    error: expect.stringContaining('Expected at least 2 outcomes of line@3 by line'),
  });
  expect(
    await refusal(app, EVALUATE, { input: { version: 'line@1', outcomes: { deployment: 'nobody' } } }),
  ).toMatchObject({ code: 'DEPLOYMENT_NOT_FOUND', field: ['outcomes', 'deployment'] });
});

it('take their evaluations along: in archives, and as notes in Git', async () => {
  const archive = await download(app, 'line');
  const imported = await importArchive(app, archive, { as: 'copy' });
  expect(imported.plan).toMatchObject({ evaluationsAdded: 5 });
  const { version } = await ask<{ version: { evaluations: object[] } }>(
    app,
    '{ version(ref: "copy@3") { evaluations { dataset measuredHere job { id } metrics { name value low } report createdAt } } }',
  );
  expect(version.evaluations).toMatchObject([
    { dataset: DATASET, measuredHere: false, job: null, report: { task: 'REGRESSION' } },
  ]);
  const again = await importArchive(app, archive, { as: 'copy' });
  expect(again).toMatchObject({ changed: false, plan: { evaluationsAdded: 0 } });
  // What was measured since comes along by a merge.
  await evaluate({ version: 'line@3', ...file() });
  const merged = await importArchive(app, await download(app, 'line'), { as: 'copy', onConflict: 'MERGE' });
  expect(merged).toMatchObject({ changed: true, plan: { evaluationsAdded: 1, versionsAdded: 0 } });

  if (!gitIsInstalled) return;
  const client = await gitClient();
  try {
    const folder = join(client.directory, 'line');
    await client.git(['clone', '-q', `${app.url}/git/line.git`, folder]);
    await client.git(['fetch', '-q', 'origin', '+refs/notes/*:refs/notes/*'], folder);
    expect(await client.git(['fsck', '--strict'], folder)).toBe('');
    const notes = await client.git(
      ['log', '-1', '--notes=evaluations', '--format=%s%n%N', 'origin/main'],
      folder,
    );
    expect(notes).toMatch(
      /^line@3\ntest split: y of 80 rows, measured .* by local\n {2}rmse: [\d.]+ \(95 %: /,
    );
  } finally {
    await client.close();
  }
});
