import { randomBytes } from 'node:crypto';
import { appendFile, chmod, rm } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { ask, onlyError, refusal, refusals, succeed } from './support/ask.js';
import { publish, register } from './support/catalog-steps.js';
import {
  cancelJob,
  JOB,
  type Job,
  jobOf,
  pauseJob,
  resumeJob,
  startVerification,
} from './support/job-steps.js';
import { scalingModel } from './support/own-models.js';
import { artifactPath } from './support/stored-files.js';

const COMPARE = /* GraphQL */ `
  mutation ($input: StartVersionComparisonInput!) {
    startVersionComparison(input: $input) {
      job {
        id
        title
      }
      userErrors {
        field
        code
        message
      }
    }
  }
`;

describe.each(databaseKinds)('jobs over the API on %s', (kind) => {
  let app: TestApp;
  const digests: string[] = [];
  beforeAll(async () => {
    app = await startTestApp({ kind });
    await register(app, 'scales');
    for (const factor of [2, 3])
      digests.push((await publish(app, 'scales', scalingModel(factor))).artifact.digest);
  });
  afterAll(() => app.close());

  const over = async (id: string): Promise<Job> => {
    await until(async () => !['QUEUED', 'RUNNING'].includes((await jobOf(app, id)).state));
    return jobOf(app, id);
  };

  it('verifies all artifacts, and marks the damaged and the missing ones', async () => {
    const { digest: upload } = await app.upload(randomBytes(3_000_000));
    const [damaged = '', missing = ''] = digests;
    await chmod(artifactPath(app, damaged), 0o600);
    await appendFile(artifactPath(app, damaged), 'x');
    await rm(artifactPath(app, missing));

    const job = await over((await startVerification(app, 'the disk made a noise')).id);
    expect(job).toMatchObject({
      state: 'SUCCEEDED',
      kind: 'VERIFY_ARTIFACTS',
      actor: 'local',
      reason: 'the disk made a noise',
      progress: { done: 3, total: 3, failed: 2, share: 1 },
      result: {
        artifacts: 3,
        sound: 1,
        damagedCount: 1,
        damaged: [{ digest: damaged, actual: expect.stringMatching(/^sha256:[0-9a-f]{64}$/) }],
        missingCount: 1,
        missing: [missing],
        unreadableCount: 0,
      },
    });
    expect(upload).toMatch(/^sha256:/);
    expect(job.log.map(({ message }) => message).sort()).toEqual(
      [
        expect.stringContaining(`${damaged} is damaged`),
        expect.stringContaining(`${missing} is missing`),
      ].sort(),
    );
    const { version, events } = await ask<{
      version: { artifact: { damagedAt: string | null } };
      events: { edges: { node: { kind: string } }[] };
    }>(
      app,
      `{ version(ref: "scales@1") { artifact { damagedAt } }
        events(filter: {kinds: [ARTIFACT_DAMAGED]}, last: 5) { edges { node { kind } } } }`,
    );
    expect(version.artifact.damagedAt).not.toBeNull();
    expect(events.edges).toHaveLength(1);
    // Sending the files again mends both, and the next verification finds nothing.
    await app.upload(scalingModel(2));
    await app.upload(scalingModel(3));
    const again = await over((await startVerification(app)).id);
    expect(again.result).toMatchObject({ artifacts: 3, sound: 3, damagedCount: 0, missingCount: 0 });

    const response = await fetch(`${app.url}${again.resultUrl ?? ''}`);
    expect(await response.json()).toEqual(again.result);
  });

  it('compares two versions and keeps what compareVersions answers', async () => {
    const { job: started } = await succeed<{ job: Job }>(app, COMPARE, {
      input: { base: 'scales@1', target: 'scales', reason: 'before the move' },
    });
    expect(started.title).toBe('Compare scales@1 with scales@2');
    const job = await over(started.id);
    expect(job).toMatchObject({ state: 'SUCCEEDED', progress: { done: 7, total: 7, failed: 0, share: 1 } });
    const answered = await ask<{ compareVersions: Record<string, unknown> }>(
      app,
      `{ compareVersions(base: "scales@1", target: "scales@2") {
        base { ref } target { ref } sameArtifact
        signature { compatibility differences { kind } }
        graph { nodeTotals { unchanged } initializers { name difference { largest } } }
        outputs { answeredRows outputs { name differences { elements differing absolute { largest } } } } } }`,
    );
    expect(job.result).toMatchObject(answered.compareVersions);
    expect(job.result).toMatchObject({ problems: [], latency: { reason: null }, metrics: [] });
  });

  it('says which version it does not find, and where it was asked for', async () => {
    expect(await refusal(app, COMPARE, { input: { base: 'scales@9', target: 'scales@1' } })).toMatchObject({
      code: 'VERSION_NOT_FOUND',
      field: ['base'],
    });
  });

  it('answers an unknown job with null, and says what an id should have been', async () => {
    const known = await startVerification(app);
    const other = Buffer.from('Job:0e3dd46d-3326-4b00-8910-9ddda6e93ef8').toString('base64url');
    expect(await ask(app, 'query ($id: ID!) { job(id: $id) { id } }', { id: other })).toEqual({ job: null });
    const node = await ask(app, 'query ($id: ID!) { node(id: $id) { __typename id } }', { id: known.id });
    expect(node).toEqual({ node: { __typename: 'Job', id: known.id } });
    const { model } = await ask<{ model: { id: string } }>(app, '{ model(name: "scales") { id } }');
    for (const id of ['nonsense', model.id]) {
      const answer = await app.graphql('query ($id: ID!) { job(id: $id) { id } }', { id });
      expect(onlyError(answer).code).toBe('INVALID_ARGUMENT');
      expect(await refusal(app, cancelJob, { input: { id } })).toMatchObject({ code: 'INVALID_ARGUMENT' });
    }
    expect(await refusal(app, cancelJob, { input: { id: other } })).toMatchObject({
      code: 'JOB_NOT_FOUND',
      field: ['id'],
    });
    for (const [id, status] of [
      [other, 404],
      ['x', 404],
    ] as const)
      expect((await fetch(`${app.url}/jobs/${id}/result`)).status).toBe(status);
    await over(known.id);
    expect(await refusal(app, cancelJob, { input: { id: known.id } })).toMatchObject({ code: 'JOB_OVER' });
  });

  it('fails a job whose version was deleted before its turn', async () => {
    await register(app, 'gone');
    await publish(app, 'gone', scalingModel(5));
    const waiting = await pausedComparison({ base: 'gone@1', target: 'scales@1' });
    await succeed(app, 'mutation { archiveModel(input: {name: "gone"}) { userErrors { code message } } }');
    await succeed(app, 'mutation { deleteModel(input: {name: "gone"}) { userErrors { code message } } }');
    await succeed(app, resumeJob, { input: { id: waiting.id } });
    const job = await over(waiting.id);
    expect(job).toMatchObject({ state: 'FAILED', result: null, resultUrl: null });
    expect(job.error).toMatch(/gone/);
  });

  it('streams the progress of a job to those who subscribe, and events to everybody', async () => {
    const subscriber = app.subscriber();
    const { id } = await startVerification(app);
    const seen: Job[] = [];
    for await (const { data } of subscriber.iterate<{ jobProgress: Job }>({
      query: `subscription ($id: ID!) { jobProgress(id: $id) { ${JOB} } }`,
      variables: { id },
    }))
      if (data) seen.push(data.jobProgress);
    expect(seen.at(-1)).toMatchObject({ id, state: 'SUCCEEDED' });
    const { events } = await ask<{ events: { edges: { node: Record<string, unknown> }[] } }>(
      app,
      `{ events(filter: {kinds: [JOB_STATE_CHANGED]}, last: 1) { edges { node { ... on JobEvent {
        jobId jobKind fromState jobState job { id } } } } } }`,
    );
    expect(events.edges[0]?.node).toEqual({
      jobId: id,
      jobKind: 'VERIFY_ARTIFACTS',
      fromState: 'RUNNING',
      jobState: 'SUCCEEDED',
      job: { id },
    });
  });

  /** One that was held before it was over: it takes some hundred milliseconds. */
  async function pausedComparison(input: object): Promise<Job> {
    for (;;) {
      const { job } = await succeed<{ job: Job }>(app, COMPARE, { input });
      const [refused] = await refusals(app, pauseJob, { input: { id: job.id } });
      if (!refused) return job;
      expect(refused.code).toBe('JOB_OVER');
    }
  }
});
