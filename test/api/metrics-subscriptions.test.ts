import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { until } from '../support/until.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { INFER, serve } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';

const WATCH = /* GraphQL */ `
  subscription ($name: String!, $intervalMs: Int, $window: Duration) {
    deploymentMetrics(deployment: $name, intervalMs: $intervalMs, window: $window) {
      at
      since
      deploymentName
      requests
      latency {
        p50
      }
      deployment {
        state
      }
    }
  }
`;
const FLEET = 'subscription { fleetMetrics(intervalMs: 100) { at deploymentName requests } }';

interface Told {
  readonly at: string;
  readonly since: string;
  readonly deploymentName: string;
  readonly requests: number;
  readonly latency: { readonly p50: number | null };
  readonly deployment: { readonly state: string } | null;
}

describe('metrics that are watched', () => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind: 'embedded' });
    await serve(app, 'watched', scalingModel(2));
  });
  afterAll(() => app.close());

  const infer = () =>
    app.graphql(INFER, {
      input: {
        deployment: 'watched',
        inputs: [{ name: 'x', datatype: 'FP32', shape: [1, 4], data: [1, 2, 3, 4] }],
      },
    });
  /** The next of a stream's values; null when it has ended. */
  const nextOf = async <Data>(
    stream: AsyncIterator<{ readonly data?: Data | null | undefined }>,
  ): Promise<Data | null> => {
    const result = await stream.next();
    return result.done ? null : (result.value.data ?? null);
  };
  const nextMetrics = async (stream: ReturnType<typeof watch>) => (await nextOf(stream))?.deploymentMetrics;
  const watch = (variables: Record<string, unknown> = {}) =>
    app
      .subscriber()
      .iterate<{ deploymentMetrics: Told }>({ query: WATCH, variables: { name: 'watched', ...variables } });
  const refusedWith = async (variables: Record<string, unknown>) => {
    const stream = watch(variables);
    try {
      const result = await stream.next();
      return result.done ? [] : result.value.errors;
    } catch (errors) {
      // What is refused before it begins ends the stream with its errors.
      return errors;
    }
  };

  it('are told at once, and then as they change, in whole seconds', async () => {
    const stream = watch();
    const first = await nextMetrics(stream);
    expect(first).toMatchObject({ deploymentName: 'watched', requests: 0, deployment: { state: 'READY' } });
    await infer();
    let told: Told | undefined;
    while (!(told && told.requests > 0)) told = await nextMetrics(stream);
    expect(told.requests).toBe(1);
    expect(told.latency.p50).toBeGreaterThan(0);
    expect(Date.parse(told.at) % 1_000).toBe(0);
    expect(Date.parse(told.at) - Date.parse(told.since)).toBeGreaterThanOrEqual(60_000);
    const next = await nextMetrics(stream);
    expect(Date.parse(next?.at ?? '')).toBeGreaterThan(Date.parse(told.at));
    await stream.return?.();
  });

  it('are told of the whole fleet, as often as asked for', async () => {
    const stream = app.subscriber().iterate<{ fleetMetrics: Told[] }>({ query: FLEET });
    const times: number[] = [];
    while (times.length < 5) {
      const [told] = (await nextOf(stream))?.fleetMetrics ?? [];
      expect(told?.deploymentName).toBe('watched');
      times.push(Date.parse(told?.at ?? ''));
    }
    expect(times).toEqual(times.toSorted((a, b) => a - b));
    expect(new Set(times).size).toBe(5);
    await stream.return?.();
  });

  it('refuse a deployment that there is not, naming those there are', async () => {
    expect(await refusedWith({ name: 'unwatched' })).toMatchObject([
      {
        message: expect.stringContaining('There is no deployment "unwatched". There are "watched".'),
        extensions: { code: 'DEPLOYMENT_NOT_FOUND' },
      },
    ]);
  });

  it.each([
    { variables: { intervalMs: 5 }, says: 'Expected intervalMs from 100 to 3600000, got 5.' },
    { variables: { window: 'P400D' }, says: 'Expected a window from PT1S to P90D' },
    { variables: { window: 'P1Y' }, says: 'ISO 8601 duration' },
  ])('refuse $variables', async ({ variables, says }) => {
    expect(await refusedWith(variables)).toMatchObject([{ message: expect.stringContaining(says) }]);
  });

  it('end when the deployment is deleted', async () => {
    await serve(app, 'leaving', scalingModel(3));
    const stream = watch({ name: 'leaving', intervalMs: 100 });
    expect((await nextMetrics(stream))?.requests).toBe(0);
    await app.graphql('mutation { undeploy(input: {name: "leaving"}) { userErrors { code } } }');
    await app.graphql('mutation { archiveModel(input: {name: "leaving"}) { userErrors { code } } }');
    await app.graphql('mutation { deleteModel(input: {name: "leaving"}) { userErrors { code } } }');
    let result = await stream.next();
    while (!result.done) result = await stream.next();
    expect(result.done).toBe(true);
  });

  it('hold up nobody when one that watches never reads', async () => {
    const deaf = new WebSocket(`${app.url.replace(/^http/, 'ws')}/graphql`, 'graphql-transport-ws');
    await new Promise((resolve) => deaf.once('open', resolve));
    deaf.send(JSON.stringify({ type: 'connection_init' }));
    await new Promise((resolve) => deaf.once('message', resolve));
    deaf.send(JSON.stringify({ type: 'subscribe', id: '1', payload: { query: FLEET } }));
    deaf.pause();
    const stream = app.subscriber().iterate<{ fleetMetrics: Told[] }>({ query: FLEET });
    let count = 0;
    await until(async () => {
      await stream.next();
      count += 1;
      return count === 20;
    });
    await stream.return?.();
    deaf.resume();
    deaf.terminate();
    expect(count).toBe(20);
  });
});
