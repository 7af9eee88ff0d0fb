import { chmod, writeFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, refusal, succeed } from './support/ask.js';
import { deploy, DEPLOY, publish, register } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';
import { artifactPath } from './support/stored-files.js';
import { download, send } from './support/transfer-steps.js';

const TOLD = /* GraphQL */ `
  query ($requestId: String!) {
    events(filter: { requestId: $requestId }, first: 100) {
      edges {
        node {
          kind
          ... on ModelEvent {
            reason
          }
          ... on ModelImportedEvent {
            reason
          }
          ... on VersionEvent {
            reason
          }
          ... on AliasEvent {
            reason
          }
          ... on ArtifactsCollectedEvent {
            reason
          }
          ... on DeploymentEvent {
            reason
          }
          ... on MigrationEvent {
            reason
          }
          ... on TrafficEvent {
            reason
          }
          ... on RecordedRequestsClearedEvent {
            reason
          }
        }
      }
    }
  }
`;

interface Told {
  readonly events: { edges: { node: { kind: string; reason: string | null } }[] };
}

/** What runs a model or reads, and leaves nothing behind that would want a reason. */
const CHANGES_NOTHING = ['exportModel', 'infer', 'models', 'predict', 'testAlertRule'];

/** The suites of jobs, alerts, drift and the prediction log make these changes. */
const CHANGED_ELSEWHERE = [
  'cancelJob',
  'createAlertRule',
  'createEvaluationSchedule',
  'deleteAlertRule',
  'deleteEvaluationSchedule',
  'deleteLoggedPredictions',
  'evaluateVersion',
  'optimizeVersion',
  'pauseJob',
  'recordOutcome',
  'resumeJob',
  'runEvaluationSchedule',
  'setReferenceDistribution',
  'silenceAlerts',
  'startArtifactFetch',
  'startArtifactVerification',
  'explainPrediction',
  'startBatchPrediction',
  'startConversion',
  'startVersionComparison',
  'unsilenceAlerts',
  'updateAlertRule',
  'updateEvaluationSchedule',
];

describe.each(databaseKinds)('reasons, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
  });
  afterAll(() => app.close());

  it('stands in an event of every change that somebody gave one for', async () => {
    const done = new Set<string>();
    const unsaid: string[] = [];
    /** Makes a change, and notes it down when none of its events tells the reason. */
    const change = async (field: string, input: object) => {
      const reason = `why ${field}`;
      const type = `${field.charAt(0).toUpperCase()}${field.slice(1)}Input`;
      const answer = await app.graphql(
        `mutation ($input: ${field.endsWith('Migration') ? 'MigrationInput' : type}!) { ${field}(input: $input) { userErrors { code message } } }`,
        { input: { ...input, reason } },
      );
      expect(answer).toMatchObject({ data: { [field]: { userErrors: [] } } });
      done.add(field);
      const { events } = await ask<Told>(app, TOLD, { requestId: answer.extensions?.requestId });
      if (!events.edges.some(({ node }) => node.reason?.includes(reason) === true))
        unsaid.push(`${field}: ${events.edges.map(({ node }) => node.kind).join(', ')}`);
    };
    const artifact = (factor: number) => ({ base64: Buffer.from(scalingModel(factor)).toString('base64') });

    await change('registerModel', { name: 'm', domain: 'GENERAL' });
    await change('updateModel', { name: 'm', title: 'M' });
    await change('publishVersion', { model: 'm', artifact: artifact(1) });
    await change('publishVersion', { model: 'm', artifact: artifact(2) });
    await change('tagVersion', { version: 'm@1', tag: 'first' });
    await change('untagVersion', { version: 'm@1', tag: 'first' });
    await change('setAlias', { model: 'm', alias: 'production', version: '2' });
    await change('setAlias', { model: 'm', alias: 'production', version: '1' });
    await change('rollbackAlias', { model: 'm', alias: 'production' });

    const canary = { steps: [{ weight: 10, dwellMs: 600_000 }] };
    await change('deployVersion', { name: 'd', version: 'm@1' });
    await change('updateDeployment', { name: 'd', limits: { maxQueue: 5 } });
    await change('migrateDeployment', { deployment: 'd', version: 'm@2', strategy: 'CANARY', canary });
    await change('pauseMigration', { deployment: 'd' });
    await change('resumeMigration', { deployment: 'd' });
    await change('abortMigration', { deployment: 'd' });
    const half = (version: string) => ({ version, weight: 1 });
    await change('setTraffic', { deployment: 'd', shares: [half('m@1'), half('m@2')] });
    await change('setTraffic', { deployment: 'd', shares: [half('m@1')] });
    await change('rollbackDeployment', { deployment: 'd' });
    await change('followAlias', { deployment: 'd', alias: 'production' });
    const { deployment } = await ask<{
      deployment: { revisions: { edges: { node: { reason: string | null } }[] } };
    }>(app, '{ deployment(name: "d") { revisions { edges { node { reason } } } } }');
    expect(deployment.revisions.edges.map(({ node }) => node.reason).reverse()).toEqual([
      'why deployVersion',
      'why updateDeployment',
      'why migrateDeployment',
      'why setTraffic',
      'why rollbackDeployment',
      'production points to m@2: why followAlias',
    ]);

    await change('undeploy', { name: 'd' });
    await change('clearRecordedRequests', { deployment: 'd' });
    await change('removeAlias', { model: 'm', alias: 'production' });
    await change('importModel', { archive: { digest: await send(app, await download(app, 'm')) }, as: 'n' });
    await change('archiveModel', { name: 'm' });
    await change('deleteModel', { name: 'm' });
    await app.upload(scalingModel(3));
    await change('collectArtifacts', { olderThanHours: 0 });

    expect(unsaid).toEqual([]);
    const { __schema: schema } = await ask<{ __schema: { mutationType: { fields: { name: string }[] } } }>(
      app,
      '{ __schema { mutationType { fields(includeDeprecated: true) { name } } } }',
    );
    const all = schema.mutationType.fields.map(({ name }) => name);
    expect([...done, ...CHANGES_NOTHING, ...CHANGED_ELSEWHERE].sort()).toEqual(all.sort());
  });

  it('of an undeploy stands beside that of the failure it ends', async () => {
    await register(app, 'broken');
    const { artifact } = await publish(app, 'broken', scalingModel(4));
    const file = artifactPath(app, artifact.digest);
    await chmod(file, 0o600);
    await writeFile(file, 'damaged');
    const { stateReason } = await deploy(app, 'broken', 'broken@1');
    expect(stateReason).toContain('Expected the stored bytes');
    const { deployment } = await succeed<{ deployment: unknown }>(
      app,
      `mutation { undeploy(input: {name: "broken", reason: "the disk goes"}) {
         deployment { state stateReason } userErrors { code message } } }`,
    );
    expect(deployment).toEqual({
      state: 'STOPPED',
      stateReason: `Undeployed: the disk goes. It had failed: ${stateReason ?? ''}`,
    });
  });

  it('is refused when it is too long, and nothing is changed', async () => {
    const input = { name: 'late', version: 'n@1', reason: 'x'.repeat(1_001) };
    expect(await refusal(app, DEPLOY, { input })).toEqual({
      field: ['reason'],
      code: 'INVALID_ARGUMENT',
      message: 'Expected at most 1000 characters, got 1001.',
    });
    expect(await ask(app, '{ deployment(name: "late") { name } }')).toEqual({ deployment: null });
  });
});
