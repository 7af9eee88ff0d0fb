import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { storedEvents } from './support/event-watch.js';
import { endlessAboveThousand, quotientModel } from './support/own-models.js';
import {
  deploymentNow,
  infer,
  PATIENT_MS,
  processesOf,
  serveWith,
  until,
  type Outcome,
} from './support/serving-steps.js';

jest.setTimeout(PATIENT_MS);

const call = (deployment: string, values: readonly number[], more: { deadlineMs?: number } = {}) => ({
  deployment,
  inputs: [{ name: 'x', datatype: 'FP32', shape: [values.length], data: values }],
  ...more,
});

const quotient = (a: number, b: number) => ({
  deployment: 'quotient',
  inputs: [
    { name: 'a', datatype: 'INT32', shape: [1], data: [a] },
    { name: 'b', datatype: 'INT32', shape: [1], data: [b] },
  ],
});

describe('one run that never ends', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
    await serveWith(app, 'endless', endlessAboveThousand(), {
      runtime: { maxRunMs: 1_000 },
      batching: { enabled: false },
    });
    await serveWith(app, 'joined', endlessAboveThousand(), {
      runtime: { maxRunMs: 1_000 },
      batching: { maxDelayMicroseconds: 200_000 },
    });
    await serveWith(app, 'patient', endlessAboveThousand(), { batching: { enabled: false } });
    await serveWith(app, 'quotient', quotientModel(), { batching: { enabled: false } });
  });
  afterAll(() => app.close());

  const http = async (path: string, body: object): Promise<{ status: number; body: unknown }> => {
    const response = await fetch(app.url + path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect(response.headers.get('retry-after')).toBeNull();
    return { status: response.status, body: await response.json() };
  };

  /** What became of a request that holds up the model, and of three that came after it. */
  const threeBehind = async (deployment: string): Promise<Outcome[]> =>
    Promise.all([[5000], [1], [2], [3]].map((values) => infer(app, call(deployment, values))));

  it('does not take along the three that came after it, and is told not to try again', async () => {
    const before = await processesOf(app, 'endless');
    const [first, ...others] = await threeBehind('endless');
    expect(others).toMatchObject([{ data: [1] }, { data: [2] }, { data: [3] }]);
    expect(first).toMatchObject({
      kind: 'refused',
      code: 'RUN_TOO_LONG',
      message: expect.stringMatching(
        /its run took longer than 1000 ms \(runtime\.maxRunMs\).*maxRunMs raised/,
      ),
      retryAfterMs: undefined,
      retryAfter: null,
    });
    expect(await deploymentNow(app, 'endless')).toMatchObject({ state: 'READY', loaded: true });
    expect(await processesOf(app, 'endless', before)).toHaveLength(1);
    const kinds = await until(
      async () =>
        (await storedEvents(app, '0', { deployment: 'endless' })).flatMap(({ kind }) =>
          kind.startsWith('RUNNER_') ? [kind] : [],
        ),
      ({ length }) => length >= 2,
    );
    expect(kinds).toEqual(['RUNNER_LOST', 'RUNNER_RESTARTED']);
  });

  it('joined with others into one run costs none of them its answer', async () => {
    expect(await threeBehind('joined')).toMatchObject([
      { code: 'RUN_TOO_LONG' },
      { data: [1] },
      { data: [2] },
      { data: [3] },
    ]);
  });

  it('is refused in the same way by the serving protocols', async () => {
    const inputs = [{ name: 'x', datatype: 'FP32', shape: [1], data: [5000] }];
    expect(await http('/v2/models/endless/infer', { inputs })).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('took longer than 1000 ms') },
    });
    expect(await http('/v1/models/endless:predict', { instances: [5000] })).toMatchObject({
      status: 422,
      body: { error: expect.stringContaining('took longer than 1000 ms') },
    });
  });

  it('is ended when its caller waits no longer and others do, long before maxRunMs', async () => {
    const before = await processesOf(app, 'patient');
    const late = infer(app, call('patient', [5000], { deadlineMs: 200 }));
    const behind = [1, 2, 3].map((value) => infer(app, call('patient', [value], { deadlineMs: 100_000 })));
    expect(await late).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
    expect(await Promise.all(behind)).toMatchObject([{ data: [1] }, { data: [2] }, { data: [3] }]);
    expect(await processesOf(app, 'patient', before)).toHaveLength(1);
    expect(await deploymentNow(app, 'patient')).toMatchObject({ state: 'READY' });
  });

  const itOnX64 = process.arch === 'x64' && process.platform === 'linux' ? it : it.skip;
  itOnX64('that crashes does not take along those that had not begun', async () => {
    const outcomes = await Promise.all([
      infer(app, quotient(-(2 ** 31), -1)),
      ...[1, 2, 3].map((value) => infer(app, quotient(6 * value, 2))),
    ]);
    expect(outcomes).toMatchObject([
      { code: 'UNAVAILABLE', message: expect.stringMatching(/crashed \(SIG\w+\); try again/) },
      { data: [3] },
      { data: [6] },
      { data: [9] },
    ]);
  });
});
