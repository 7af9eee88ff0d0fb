import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createTestDatabase } from '../support/databases.js';
import { rounds } from '../support/depth.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { storedEvents } from './support/event-watch.js';
import { endlessModel, quotientModel, scalingModel, slowModel } from './support/own-models.js';
import { environmentOf, startServer } from './support/server-process.js';
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

const INT32_MIN = -(2 ** 31);

const quotient = (a: readonly number[], b: readonly number[]) => ({
  deployment: 'quotient',
  inputs: [
    { name: 'a', datatype: 'INT32', shape: [a.length], data: a },
    { name: 'b', datatype: 'INT32', shape: [b.length], data: b },
  ],
});

const endless = (stop: boolean, more: { deadlineMs?: number } = {}) => ({
  deployment: 'endless',
  inputs: [
    { name: 'x', datatype: 'FP32', shape: [4], data: [1, 2, 3, 4] },
    { name: 'stop', datatype: 'BOOL', shape: [], data: [stop] },
  ],
  ...more,
});

/** A call to a scaling model that fails the test when the answer is another's. */
async function scaled(app: TestApp, deployment: string, caller: number, request: number): Promise<Outcome> {
  const row = [caller, request, -request, 1];
  const outcome = await infer(app, {
    deployment,
    inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: row }],
  });
  if (outcome.kind === 'answered') expect(outcome.data).toEqual(row.map((value) => 2 * value + 0));
  return outcome;
}

describe('what ends or holds up one model', () => {
  let app: TestApp;
  let bystanders: Callers;
  const names = ['by-thread', 'by-process'];
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
    await serveWith(app, 'by-thread', scalingModel(2), { runtime: { isolation: 'THREAD' } });
    await serveWith(app, 'by-process', scalingModel(2), { runtime: { isolation: 'PROCESS' } });
    await serveWith(app, 'victim', scalingModel(2), { runtime: { isolation: 'PROCESS' } });
    await serveWith(app, 'twins', scalingModel(2), { runtime: { isolation: 'PROCESS', replicas: 2 } });
    await serveWith(app, 'quotient', quotientModel(), { runtime: { isolation: 'PROCESS' } });
    await serveWith(app, 'endless', endlessModel(), { runtime: { isolation: 'PROCESS', maxRunMs: 2_000 } });
    bystanders = new Callers(names.length, (caller, request) =>
      scaled(app, names[caller] ?? '', caller, request),
    );
  });
  // Whatever happened to the others, these were answered, all of them.
  afterAll(async () => {
    try {
      await bystanders.progress(20);
      await bystanders.stop();
      expect(bystanders.refusals).toEqual([]);
    } finally {
      await app.close();
    }
  });

  it('kill -9 under load: no wrong answer, none lost without a word, and the model comes back by itself', async () => {
    const callers = new Callers(6, (caller, request) => scaled(app, 'victim', caller, request));
    const kills = rounds(2);
    for (let round = 0; round < kills; round += 1) {
      await callers.progress(10);
      const pids = await processesOf(app, 'victim');
      kill(pids);
      await processesOf(app, 'victim', pids);
    }
    await callers.progress(10);
    await callers.stop();
    for (const refusal of callers.refusals)
      expect(refusal).toMatchObject({ code: 'UNAVAILABLE', retryAfterMs: expect.any(Number) });
    const events = (await storedEvents(app)).filter(({ deploymentName }) => deploymentName === 'victim');
    expect(events.filter(({ kind }) => kind === 'RUNNER_LOST')).toHaveLength(kills);
  });

  it('one of two replicas: the other answers meanwhile', async () => {
    const before = await processesOf(app, 'twins');
    expect(before).toHaveLength(2);
    const callers = new Callers(4, (caller, request) => scaled(app, 'twins', caller, request));
    await callers.progress(10);
    kill(before.slice(0, 1));
    await until(
      () => deploymentNow(app, 'twins'),
      ({ processIds }) => processIds.length === 2 && !processIds.includes(before[0] ?? 0),
    );
    await callers.progress(10);
    await callers.stop();
    // Those whose run it was; the deployment itself was never away.
    for (const refusal of callers.refusals) expect(refusal).toMatchObject({ code: 'UNAVAILABLE' });
    expect(callers.refusals.length).toBeLessThanOrEqual(4);
    await until(
      async () => (await storedEvents(app)).filter(({ deploymentName }) => deploymentName === 'twins'),
      (events) => events.some(({ kind }) => kind === 'RUNNER_RESTARTED'),
    );
  });

  it('an input that crashes the runtime', async () => {
    expect(await infer(app, quotient([7, -9], [2, 2]))).toMatchObject({ data: [3, -4] });
    const pids = await processesOf(app, 'quotient');
    expect(await infer(app, quotient([1, INT32_MIN], [1, -1]))).toMatchObject({
      kind: 'refused',
      code: 'UNAVAILABLE',
      message: expect.stringMatching(/process that ran the model crashed \(SIG\w+\).*try again/),
      retryAfterMs: expect.any(Number),
      retryAfter: expect.any(String),
    });
    await processesOf(app, 'quotient', pids);
    expect(await infer(app, quotient([INT32_MIN], [2]))).toMatchObject({ data: [INT32_MIN / 2] });
  });

  it('a run that never ends: ended with its process after maxRunMs', async () => {
    const pids = await processesOf(app, 'endless');
    expect(await infer(app, endless(false))).toMatchObject({
      kind: 'refused',
      code: 'RUN_TOO_LONG',
      message: expect.stringContaining('its run took longer than 2000 ms'),
      retryAfterMs: undefined,
    });
    await processesOf(app, 'endless', pids);
    expect(await infer(app, endless(true))).toMatchObject({ kind: 'answered', data: [2, 4, 6, 8] });
  });

  it('a deadline is kept in the run and in the queue', async () => {
    const pids = await processesOf(app, 'endless');
    const waiting = [false, true, true, true].map((stop) => infer(app, endless(stop, { deadlineMs: 500 })));
    for (const outcome of await Promise.all(waiting))
      expect(outcome).toMatchObject({
        code: 'DEADLINE_EXCEEDED',
        message: expect.stringContaining('No answer within 500 ms'),
      });
    kill(pids);
    await processesOf(app, 'endless', pids);
    expect(await infer(app, endless(true))).toMatchObject({ kind: 'answered' });
  });
});

describe('a slow model', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded', config: { workers: 1 } });
    await serveWith(app, 'fast', scalingModel(2), { runtime: { isolation: 'THREAD' } });
    await serveWith(app, 'slow', slowModel(), { runtime: { isolation: 'THREAD' } });
    await serveWith(app, 'endless', endlessModel(), { runtime: { isolation: 'PROCESS' } });
  });
  afterAll(() => app.close());

  /** How long it ran. */
  const slow = async (rounds: number): Promise<number> => {
    const inputs = [{ name: 'rounds', datatype: 'INT64', shape: [], data: [rounds] }];
    const outcome = await infer(app, { deployment: 'slow', inputs });
    expect(outcome).toMatchObject({ kind: 'answered', data: [expect.closeTo(512, 1)] });
    return outcome.kind === 'answered' ? outcome.inferMs : 0;
  };

  it('in a process: a fast one is answered while it runs', async () => {
    const leaving = new AbortController();
    const running = infer(app, endless(false), leaving.signal);
    for (let request = 0; request < 50; request += 1)
      expect(await scaled(app, 'fast', 1, request)).toMatchObject({ kind: 'answered' });
    kill(await processesOf(app, 'endless'));
    expect(await running).toMatchObject({ code: 'UNAVAILABLE' });
  });

  it('in the only thread moves to one of its own, and a fast one is answered while it runs', async () => {
    // Only by running can it be found out to be slow, and how much work that takes is the machine's secret.
    let rounds = 1;
    for (let inferMs = 0; inferMs < 100; rounds *= 2) inferMs = await slow(rounds);
    let answeredMeanwhile = 0;
    while (answeredMeanwhile < 3) {
      answeredMeanwhile = 0;
      const ended = new AbortController();
      const run = slow(4 * rounds).finally(() => ended.abort());
      // One thread for both would answer none, or the one that was there first and the one that came last.
      while (!ended.signal.aborted && answeredMeanwhile < 3) {
        expect(await scaled(app, 'fast', 2, answeredMeanwhile)).toMatchObject({ kind: 'answered' });
        answeredMeanwhile += 1;
      }
      await run;
    }
  });
});

describe('a server that ends', () => {
  it.each<{ how: string; signals: readonly NodeJS.Signals[] }>([
    { how: 'is killed', signals: ['SIGKILL'] },
    { how: 'is told twice to stop', signals: ['SIGTERM', 'SIGINT'] },
  ])('because it $how takes a run without end with it', async ({ signals }) => {
    const database = await createTestDatabase('embedded');
    const server = await startServer(environmentOf(database));
    try {
      await serveWith(server, 'endless', endlessModel(), { runtime: { isolation: 'PROCESS' } });
      const pids = await processesOf(server, 'endless');
      const outcome = await infer(server, endless(false, { deadlineMs: 1_000 }));
      expect(outcome).toMatchObject({ code: 'DEADLINE_EXCEEDED' });
      // The first to stop asks for what runs to be finished; the second does not want to wait for that.
      for (const signal of signals) server.send(signal);
      await server.exited;
      await until(
        () => running(pids),
        (left) => left.length === 0,
      );
    } finally {
      server.send('SIGKILL');
      await server.exited;
      await database.drop();
    }
  });
});

/** Those of the processes that run. One that has ended may still be listed as a zombie, until somebody asks how. */
async function running(pids: readonly number[]): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-A', '-o', 'pid=,stat=']);
  const listed = stdout
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  return listed.flatMap(([pid, state = 'Z']) =>
    pids.includes(Number(pid)) && !state.startsWith('Z') ? [Number(pid)] : [],
  );
}
