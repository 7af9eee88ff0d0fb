import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { isLongRun } from '../support/depth.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { INFER } from './support/catalog-steps.js';
import { storedEvents } from './support/event-watch.js';
import { manyZeros } from './support/own-models.js';
import { infer, PATIENT_MS, processesOf, serveWith, until } from './support/serving-steps.js';

jest.setTimeout(PATIENT_MS);

const zeros = (count: number, more: { deadlineMs?: number } = {}) => ({
  deployment: 'zeros',
  inputs: [{ name: 'x', datatype: 'INT64', shape: [1], data: [count] }],
  ...more,
});

it('an answer far beyond the limit is refused by its size, and never comes into the server', async () => {
  const app = await startTestApp({ kind: 'embedded', config: { bodyLimitBytes: 2 ** 20 } });
  try {
    await serveWith(app, 'zeros', manyZeros(), {});
    const before = await processesOf(app, 'zeros');
    // What earlier suites of the same worker left behind is not this answer's.
    const held = process.memoryUsage().arrayBuffers;
    let most = held;
    const watch = setInterval(() => (most = Math.max(most, process.memoryUsage().arrayBuffers)), 2);
    const outcome = await infer(app, zeros(50e6));
    clearInterval(watch);
    expect(outcome).toMatchObject({
      kind: 'refused',
      code: 'INVALID_ARGUMENT',
      message: expect.stringContaining(
        'Expected an answer of at most 1048576 bytes of tensors, got 200000000',
      ),
    });
    expect(most - held).toBeLessThan(100e6);
    expect(await infer(app, zeros(3))).toMatchObject({ data: [0, 0, 0] });
    // Joined, each may have as much as alone.
    const several = await Promise.all(Array.from({ length: 4 }, () => infer(app, zeros(200_000))));
    for (const answer of several) expect(answer).toMatchObject({ kind: 'answered' });
    expect(before).toHaveLength(1);
  } finally {
    await app.close();
  }
});

describe('an answer that takes long to write', () => {
  const COUNT = isLongRun ? 16_000_000 : 3_000_000;
  const MORE = isLongRun ? 40_000_000 : 12_000_000;
  /** Long before that much is written. */
  const SHORT_MS = 150;
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded', config: { bodyLimitBytes: 2 ** 28 } });
    // Remembered, so that all of a later request's time is its writing.
    await serveWith(app, 'zeros', manyZeros(), { cache: { maxBytes: 1e9 } });
    for (const count of [COUNT, MORE]) {
      const { inputs } = zeros(count);
      // As bytes, which take no time to write.
      const parameters = { binary_data_output: true, timeout: 1_000 * PATIENT_MS };
      const answer = await post('/v2/models/zeros/infer', { inputs, parameters });
      expect(answer.status).toBe(200);
      await answer.arrayBuffer();
    }
  });
  afterAll(() => app.close());

  const post = (path: string, body: object, headers: Record<string, string> = {}) =>
    fetch(`${app.url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'accept-encoding': 'identity', ...headers },
      body: JSON.stringify(body),
    });
  const overGraphql = (count: number, query = INFER) =>
    post('/graphql', { query, variables: { input: zeros(count) } });
  const doors = [
    { door: 'GraphQL', ask: (count: number) => overGraphql(count) },
    { door: 'GraphQL, by a document nobody has sent before', ask: (count: number) => overGraphql(count, `${INFER} # new`) }, // prettier-ignore
    { door: '/v2', ask: (count: number) => post('/v2/models/zeros/infer', { inputs: zeros(count).inputs }) },
    { door: '/v1', ask: (count: number) => post('/v1/models/zeros:predict', { inputs: [count] }) },
  ];

  /** The numbers, wherever a door puts them. */
  const dataOf = (text: string): string => {
    const start = text.indexOf('[0,0,0');
    return text.slice(start, text.indexOf(']', start) + 1);
  };

  it.each(doors)('leaves others their turns: $door', async ({ ask }) => {
    let answered: Response | undefined;
    const large = ask(COUNT).then((response) => (answered = response));
    let others = 0;
    while (!answered) {
      const { status } = await fetch(`${app.url}/v2/health/live`);
      expect(status).toBe(200);
      others += 1;
    }
    const text = await (await large).text();
    expect(others).toBeGreaterThan(6);
    // Compared as a whole, and never shown.
    expect(dataOf(text) === `[${'0,'.repeat(COUNT - 1)}0]`).toBe(true);
  });

  it('leaves others their turns: GraphQL over a WebSocket', async () => {
    const client = app.subscriber();
    let data: readonly number[] | undefined;
    const large = (async () => {
      const query = INFER;
      for await (const { data: found } of client.iterate<{ infer: { outputs: { data: number[] }[] } }>({
        query,
        variables: { input: zeros(COUNT) },
      }))
        data = found?.infer.outputs[0]?.data;
    })();
    let others = 0;
    const over = new AbortController();
    void large.finally(() => over.abort());
    while (!over.signal.aborted) {
      await fetch(`${app.url}/v2/health/live`);
      others += 1;
    }
    await large;
    expect(others).toBeGreaterThan(6);
    expect(data).toHaveLength(COUNT);
  });

  it('ends at its deadline: GraphQL', async () => {
    expect(await infer(app, zeros(MORE, { deadlineMs: SHORT_MS }))).toMatchObject({
      kind: 'refused',
      code: 'DEADLINE_EXCEEDED',
    });
  });

  it('ends at its deadline: /v2', async () => {
    const { inputs } = zeros(MORE);
    const answer = await post('/v2/models/zeros/infer', {
      inputs,
      parameters: { timeout: 1_000 * SHORT_MS },
    });
    expect(answer.status).toBe(504);
    expect(await answer.text()).toContain(`No answer within ${SHORT_MS} ms`);
  });

  it('ends when its caller leaves', async () => {
    const leaving = new AbortController();
    const asking = infer(app, zeros(MORE), leaving.signal);
    setTimeout(() => leaving.abort(), SHORT_MS);
    expect(await asking).toEqual({ kind: 'left' });
    const failed = await until(
      async () => (await storedEvents(app)).filter(({ kind }) => kind === 'REQUEST_FAILED'),
      (events) => events.some(({ message }) => message.includes('disconnected')),
    );
    expect(failed.at(-1)).toMatchObject({ deploymentName: 'zeros', code: 'DEADLINE_EXCEEDED' });
  });
});
