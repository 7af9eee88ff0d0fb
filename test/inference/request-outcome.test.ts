import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { AnsweredRequest, FailedRequest, RequestOutcome } from '../../src/inference/index.js';
import { ask } from '../api/support/ask.js';
import { publish, register, serve } from '../api/support/catalog-steps.js';
import { scalingModel } from '../api/support/own-models.js';
import { serveWith } from '../api/support/serving-steps.js';
import { startTestApp, type TestApp } from '../support/test-app.js';

const INFER = /* GraphQL */ `
  mutation ($input: InferInput!) {
    infer(input: $input) {
      timing {
        totalMs
        inferMs
        queueMs
      }
      userErrors {
        code
      }
    }
  }
`;

function inputs(rows: number, first = 1): object[] {
  const data = Array.from({ length: 4 * rows }, (_, index) => first + index);
  return [{ name: 'x', datatype: 'FP32', shape: [rows, 4], data }];
}

describe('whoever hears of requests that ended', () => {
  const outcomes: RequestOutcome[] = [];
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded', onRequestEnded: (outcome) => outcomes.push(outcome) });
    await serve(app, 'plain', scalingModel(2));
    await serveWith(app, 'caching', scalingModel(3), { cache: { maxBytes: 1_000_000 } });
    await register(app, 'on-demand');
    await publish(app, 'on-demand', scalingModel(5));
  });
  beforeEach(() => {
    outcomes.splice(0);
  });
  afterAll(() => app.close());

  const infer = (input: object) => ask<{ infer: { timing: { totalMs: number } } }>(app, INFER, { input });

  function answered(): AnsweredRequest {
    const [first, ...more] = outcomes;
    if (!first?.ok || more.length > 0)
      throw new Error(`Expected one answer, got ${outcomes.length} outcomes.`);
    return first;
  }

  function failed(): FailedRequest {
    const [first, ...more] = outcomes;
    if (!first || first.ok || more.length > 0)
      throw new Error(`Expected one failure, got ${outcomes.length} outcomes.`);
    return first;
  }

  it('learns where its time went, which is no more than all of it', async () => {
    const before = Date.now();
    const { infer: told } = await infer({ deployment: 'plain', inputs: inputs(3) });
    const outcome = answered();
    const { queueMs, preprocessMs, runMs, postprocessMs } = outcome.phases;
    for (const phase of [queueMs, preprocessMs, runMs, postprocessMs])
      expect(phase).toBeGreaterThanOrEqual(0);
    expect(runMs).toBeGreaterThan(0);
    // The clock's own steps.
    expect(queueMs + preprocessMs + runMs + postprocessMs).toBeLessThanOrEqual(outcome.totalMs + 0.001);
    expect(outcome.totalMs).toBeCloseTo(told.timing.totalMs, 2);
    expect(outcome.at).toBeGreaterThanOrEqual(before);
    expect(outcome).toMatchObject({
      operation: 'infer',
      rows: 3,
      batchRows: 3,
      executions: 1,
      cacheHit: false,
    });
    expect(outcome.target.deployment?.name).toBe('plain');
    expect(outcome.target.version.ref).toBe('plain@1');
    expect(outcome.asked()).toMatchObject({ operation: 'INFER' });
    expect(outcome.value).toMatchObject([{ name: 'y', shape: [3, 4] }]);
  });

  it('learns the deployment that answered a request for a version, and none where none did', async () => {
    await infer({ version: 'plain@1', inputs: inputs(1) });
    expect(answered().target.deployment?.name).toBe('plain');
    outcomes.splice(0);
    await infer({ version: 'on-demand@1', inputs: inputs(1) });
    const { target } = answered();
    expect(target.deployment).toBeNull();
    expect(target.version.ref).toBe('on-demand@1');
  });

  it('learns that an answer was remembered, which ran nothing', async () => {
    await infer({ deployment: 'caching', inputs: inputs(2, 9) });
    outcomes.splice(0);
    await infer({ deployment: 'caching', inputs: inputs(2, 9) });
    expect(answered()).toMatchObject({ cacheHit: true, rows: 2, batchRows: 0, executions: 0 });
    expect(answered().phases).toMatchObject({ preprocessMs: 0, runMs: 0, postprocessMs: 0 });
  });

  it.each([
    {
      why: 'a wrong tensor',
      input: {
        deployment: 'plain',
        inputs: [{ name: 'z', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }],
      },
      code: 'INVALID_TENSOR',
      deployment: 'plain',
    },
    {
      why: 'an unknown deployment',
      input: { deployment: 'nobody', inputs: inputs(1) },
      code: 'DEPLOYMENT_NOT_FOUND',
      deployment: null,
    },
    {
      why: 'an unknown version',
      input: { version: 'plain@7', inputs: inputs(1) },
      code: 'VERSION_NOT_FOUND',
      deployment: null,
    },
    { why: 'no target', input: { inputs: inputs(1) }, code: 'INVALID_ARGUMENT', deployment: null },
  ])('learns the code of what failed: $why', async ({ input, code, deployment }) => {
    await infer(input);
    const outcome = failed();
    expect(outcome.code).toBe(code);
    expect(outcome.target?.deployment?.name ?? null).toBe(deployment);
    expect(outcome.totalMs).toBeGreaterThanOrEqual(0);
    const asked = input as { deployment?: string; version?: string };
    expect(outcome.requested).toEqual({
      deployment: asked.deployment ?? null,
      version: asked.version ?? null,
    });
  });

  it('learns of requests that ran together, whose shares make up whole runs', async () => {
    const together = 24;
    await Promise.all(
      Array.from({ length: together }, (_, place) =>
        infer({ deployment: 'plain', inputs: inputs(1, place) }),
      ),
    );
    const all = outcomes.flatMap((outcome) => (outcome.ok ? [outcome] : []));
    expect(all).toHaveLength(together);
    const runs = all.reduce((sum, { executions }) => sum + executions, 0);
    expect(runs).toBeCloseTo(Math.round(runs), 6);
    for (const { executions, batchRows } of all) expect(executions).toBeCloseTo(1 / batchRows, 9);
  });
});
