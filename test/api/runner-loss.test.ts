import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { anyDatabaseKind } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { succeed } from './support/ask.js';
import { storedEvents } from './support/event-watch.js';
import { scalingModel } from './support/own-models.js';
import {
  Callers,
  deploymentNow,
  infer,
  kill,
  processesOf,
  serveWith,
  until,
  type Outcome,
} from './support/serving-steps.js';

const KILLS = 4;
const PROCESS = { runtime: { isolation: 'PROCESS' } };

describe.each(anyDatabaseKind)('a runner that is killed, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
    await serveWith(app, 'victim', scalingModel(2), PROCESS);
  });
  afterAll(() => app.close());

  const post = async (
    path: string,
    body: object,
  ): Promise<{ status: number; body: Record<string, unknown> }> => {
    const response = await fetch(app.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return { status: response.status, body: (await response.json()) as Record<string, unknown> };
  };

  /** Right, or 503: what a caller of a protocol may be told while a runner is lost. */
  const told = (answer: { status: number; body: Record<string, unknown> }, right: object): Outcome => {
    if (answer.status === 503)
      return { kind: 'refused', code: 'UNAVAILABLE', message: '', retryAfterMs: undefined, retryAfter: null };
    expect(answer).toMatchObject({ status: 200, body: right });
    return { kind: 'answered', version: '', data: [], inferMs: 0 };
  };

  /** One call by each way in, in turn. */
  const ask = async (caller: number, request: number): Promise<Outcome> => {
    const row = [caller, request, 1, 0];
    const right = row.map((value) => 2 * value);
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: row }];
    if (request % 3 === 1)
      return told(await post('/v2/models/victim/infer', { inputs }), { outputs: [{ data: right }] });
    if (request % 3 === 2)
      return told(await post('/v1/models/victim:predict', { instances: [row] }), { predictions: [right] });
    const outcome = await infer(app, { deployment: 'victim', inputs });
    if (outcome.kind === 'answered') expect(outcome.data).toEqual(right);
    return outcome;
  };

  it('comes back every time; whoever asks meanwhile waits for it, by every protocol', async () => {
    const callers = new Callers(6, ask);
    await callers.progress(6);
    let pids = await processesOf(app, 'victim');
    for (let round = 0; round < KILLS; round += 1) {
      kill(pids);
      pids = await processesOf(app, 'victim', pids);
      await callers.progress(12);
      expect(await deploymentNow(app, 'victim')).toMatchObject({ state: 'READY', loaded: true });
    }
    await callers.stop();
    // Only those whose run was cut off are told anything but their answer, and that is to try again.
    expect(new Set(callers.refusals.map(({ code }) => code))).toEqual(
      new Set(callers.refusals.length > 0 ? ['UNAVAILABLE'] : []),
    );
    expect(callers.refusals.length).toBeLessThanOrEqual(6 * KILLS);

    const events = await until(
      () => storedEvents(app, '0', { deployment: 'victim', kinds: ['RUNNER_LOST', 'RUNNER_RESTARTED'] }),
      ({ length }) => length >= 2 * KILLS,
    );
    expect(events.filter((event) => event.kind === 'RUNNER_LOST')).toHaveLength(KILLS);
    expect(events.filter((event) => event.kind === 'RUNNER_RESTARTED')).toHaveLength(KILLS);
    const states = await storedEvents(app, '0', {
      deployment: 'victim',
      kinds: ['DEPLOYMENT_STATE_CHANGED'],
    });
    expect(
      states.filter(({ fromState, toState }) => fromState === 'READY' && toState === 'PENDING'),
    ).toHaveLength(KILLS);
    expect(states.every(({ toState, revision }) => toState !== 'FAILED' && revision === 1)).toBe(true);
    expect(states.find(({ fromState }) => fromState === 'READY')?.stateReason).toMatch(
      /^The process that ran the model was killed.* Loading it again in 100 ms \(attempt 1\)\.$/,
    );
  });

  it('does not come back once it was undeployed', async () => {
    await serveWith(app, 'unwanted', scalingModel(2), PROCESS);
    kill(await processesOf(app, 'unwanted'));
    const { deployment } = await succeed<{ deployment: { state: string } }>(
      app,
      'mutation { undeploy(input: {name: "unwanted"}) { deployment { state } userErrors { code message } } }',
    );
    expect(deployment.state).toBe('STOPPED');
    expect(await deploymentNow(app, 'unwanted')).toMatchObject({ state: 'STOPPED', processIds: [] });
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }];
    expect(await infer(app, { deployment: 'unwanted', inputs })).toMatchObject({
      kind: 'refused',
      code: 'DEPLOYMENT_NOT_READY',
    });
  });

  it('of a version without a deployment is replaced for the next request', async () => {
    await serveWith(app, 'replaced', scalingModel(2), PROCESS);
    kill(await processesOf(app, 'replaced'));
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }];
    // A request for the version waits for the deployment that serves it, rather than load it a second time.
    const answer = await until(
      () => post('/v2/models/replaced/versions/1/infer', { inputs }),
      ({ status }) => status !== 503,
    );
    expect(answer).toMatchObject({ status: 200, body: { outputs: [{ data: [2, 4, 6, 8] }] } });
    await processesOf(app, 'replaced');
  });
});
