import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { patience } from '../support/patience.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { binaryInfer } from '../rest/serving-calls.js';
import { endlessModel } from './support/own-models.js';
import {
  deploymentNow,
  infer,
  kill,
  processesOf,
  serveWith,
  until,
  type Outcome,
} from './support/serving-steps.js';

const MAX_QUEUE = 3;
const NAME = 'narrow';

/** A run that does not end by itself holds its place until its process is killed: nothing here depends on speed. */
describe('a deployment with a full queue', () => {
  let app: TestApp;
  let leaving: AbortController;
  let holding: Promise<Outcome>[];

  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
    const settings = { runtime: { isolation: 'PROCESS' }, limits: { maxQueue: MAX_QUEUE } };
    expect(await serveWith(app, NAME, endlessModel(), settings)).toMatchObject({ state: 'READY' });
  });
  afterAll(() => app.close());
  afterEach(async () => {
    leaving.abort();
    await endRuns();
    await Promise.all(holding);
    await expectRecovery();
  });

  const request = (stop: boolean, more: object = {}) => ({
    deployment: NAME,
    inputs: [
      { name: 'x', datatype: 'FP32', shape: [4], data: [1, 2, 3, 4] },
      { name: 'stop', datatype: 'BOOL', shape: [], data: [stop] },
    ],
    ...more,
  });

  /** More requests than places: those that got none are told so, all others hold theirs. */
  async function fill(more: object = {}): Promise<Extract<Outcome, { kind: 'refused' }>[]> {
    leaving = new AbortController();
    const refused: Extract<Outcome, { kind: 'refused' }>[] = [];
    const excess = 4;
    let told: () => void = () => undefined;
    const allTold = new Promise<void>((resolve) => (told = resolve));
    holding = Array.from({ length: MAX_QUEUE + excess }, async () => {
      const outcome = await infer(app, request(false, more), leaving.signal);
      if (outcome.kind === 'refused') refused.push(outcome);
      if (refused.length === excess) told();
      return outcome;
    });
    await allTold;
    return [...refused];
  }

  async function endRuns(): Promise<void> {
    kill((await deploymentNow(app, NAME)).processIds);
  }

  async function expectRecovery(): Promise<void> {
    await until(
      () => infer(app, request(true)),
      ({ kind }) => kind === 'answered',
    );
    // One after the other, so that none is in excess.
    for (let count = 0; count < 10; count += 1)
      expect(await infer(app, request(true))).toMatchObject({ kind: 'answered', data: [2, 4, 6, 8] });
  }

  it('tells the excess so at once over GraphQL, and when to try again', async () => {
    const refused = await fill();
    for (const outcome of refused) {
      expect(outcome).toMatchObject({
        code: 'OVERLOADED',
        message: expect.stringContaining('maxQueue is 3'),
      });
      expect(outcome.retryAfterMs).toBeGreaterThanOrEqual(10);
      expect(outcome.retryAfter).toBe(String(Math.ceil((outcome.retryAfterMs ?? 0) / 1_000)));
    }
  });

  it('tells it with 503 and Retry-After over both serving protocols', async () => {
    await fill();
    const { inputs } = request(true);
    const body = JSON.stringify({ inputs });
    const openInference = await fetch(`${app.url}/v2/models/${NAME}/infer`, { method: 'POST', body });
    const [x, stop] = inputs.map(({ data }) => data);
    const tensorflow = await fetch(`${app.url}/v1/models/${NAME}:predict`, {
      method: 'POST',
      body: JSON.stringify({ inputs: { x, stop: stop?.[0] } }),
    });
    for (const answer of [openInference, tensorflow]) {
      expect(answer.status).toBe(503);
      expect(answer.headers.get('retry-after')).toMatch(/^[1-9]\d*$/);
      expect(await answer.json()).toEqual({ error: expect.stringContaining('maxQueue is 3') });
    }
    const binary = await binaryInfer(`${app.url}/v2/models/${NAME}/infer`, { inputs }, []);
    expect(binary).toMatchObject({ status: 503, json: { error: expect.stringContaining('maxQueue is 3') } });
  });

  it('gives the place of a caller who has gone to the next', async () => {
    await fill();
    expect(await infer(app, request(true))).toMatchObject({ code: 'OVERLOADED' });
    leaving.abort();
    // The run goes on, so whoever gets a place now waits in vain; that it waits shows that it got one.
    const next = await until(
      () => infer(app, request(true, { deadlineMs: 200 })),
      (outcome) => outcome.kind !== 'refused' || outcome.code !== 'OVERLOADED',
    );
    expect(next).toMatchObject({ kind: 'refused', code: 'DEADLINE_EXCEEDED' });
  });

  it('gives the place of a caller whose time is over to the next', async () => {
    leaving = new AbortController();
    holding = Array.from({ length: MAX_QUEUE }, () => infer(app, request(false, { deadlineMs: 300 })));
    const outcomes = await Promise.all(holding);
    for (const outcome of outcomes) expect(outcome).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(await infer(app, request(true, { deadlineMs: 200 }))).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
  });

  it('tells those whose run ended with its process that they may try again', async () => {
    await fill({ deadlineMs: patience(5_000) });
    const pids = await processesOf(app, NAME);
    await endRuns();
    const outcomes = await Promise.all(holding);
    const refused = outcomes.filter(({ kind }) => kind === 'refused');
    expect(refused).toContainEqual(expect.objectContaining({ code: 'UNAVAILABLE' }));
    for (const outcome of refused) {
      // Those that waited are asked of the next process, where these endless runs reach their deadline.
      if ('code' in outcome && outcome.code === 'DEADLINE_EXCEEDED') continue;
      expect(outcome).toMatchObject({ code: expect.stringMatching(/^(OVERLOADED|UNAVAILABLE)$/) });
      expect(outcome).toMatchObject({ retryAfterMs: expect.any(Number), retryAfter: expect.any(String) });
    }
    expect(await processesOf(app, NAME, pids)).toHaveLength(1);
  });
});
