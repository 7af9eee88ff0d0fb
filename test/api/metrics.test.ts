import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { databaseKinds } from '../support/databases.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { ask, onlyError } from './support/ask.js';
import { INFER, publish, register, serve } from './support/catalog-steps.js';
import { scalingModel } from './support/own-models.js';
import { serveWith } from './support/serving-steps.js';

const METRICS = /* GraphQL */ `
  query ($name: String!, $window: Duration, $until: DateTime) {
    deployment(name: $name) {
      metrics(window: $window, until: $until) {
        at
        since
        deploymentName
        deployment {
          name
        }
        requests
        rows
        errors
        requestRate
        rowRate
        errorRate
        latency {
          p50
          p90
          p95
          p99
          max
          mean
        }
        phases {
          queue {
            p50
          }
          preprocess {
            p50
          }
          run {
            p50
          }
          postprocess {
            p50
          }
        }
        errorsByCode {
          code
          count
        }
        batchSizes {
          upTo
          count
        }
        queueDepth
        memoryBytes
        cacheHits
        cacheHitRate
        processorMs
        eventLoopDelay {
          p50
          max
        }
        versions {
          version {
            ref
          }
          versionNumber
          requests
          rows
          errors
          requestRate
          latency {
            p50
          }
        }
        incompleteSince
      }
    }
  }
`;
const SERIES = /* GraphQL */ `
  query ($name: String!, $window: Duration, $resolution: Duration, $maxPoints: Int, $until: DateTime) {
    deployment(name: $name) {
      metricsSeries(window: $window, resolution: $resolution, maxPoints: $maxPoints, until: $until) {
        at
        seconds
        requests
        errors
        requestRate
        latency {
          p50
        }
        errorsByCode {
          code
          count
        }
        cacheHits
        queueDepth
        memoryBytes
      }
    }
  }
`;

type Latency = Readonly<Record<'p50' | 'p90' | 'p95' | 'p99' | 'max' | 'mean', number | null>>;

interface Point {
  readonly at: string;
  readonly requests: number;
  readonly latency: Latency;
}

interface Told extends Point {
  readonly since: string;
  readonly deploymentName: string;
  readonly deployment: { readonly name: string; readonly state: string } | null;
  readonly requestRate: number;
  readonly rowRate: number;
  readonly phases: Readonly<Record<'queue' | 'preprocess' | 'run' | 'postprocess', Latency>>;
  readonly memoryBytes: number;
  readonly versions: readonly object[];
}

function inputs(rows: number): object[] {
  const data = Array.from({ length: 4 * rows }, (_, index) => index);
  return [{ name: 'x', datatype: 'FP32', shape: [rows, 4], data }];
}

describe.each(databaseKinds)('the metrics of deployments, %s database', (kind) => {
  let app: TestApp;
  beforeAll(async () => {
    app = await startTestApp({ kind });
  });
  afterAll(() => app.close());

  const metrics = async (name: string, variables: object = {}) =>
    (await ask<{ deployment: { metrics: Told } }>(app, METRICS, { name, ...variables })).deployment.metrics;
  const series = async (name: string, variables: object = {}) =>
    (await ask<{ deployment: { metricsSeries: Point[] } }>(app, SERIES, { name, ...variables })).deployment
      .metricsSeries;
  const infer = (input: object) => app.graphql(INFER, { input });

  it('count what a deployment was asked, by version and code, and say where the time went', async () => {
    await serve(app, 'counted', scalingModel(2));
    for (let request = 0; request < 5; request += 1)
      await infer({ deployment: 'counted', inputs: inputs(3) });
    await infer({ deployment: 'counted', inputs: [{ name: 'z', datatype: 'FP32', shape: [1], data: [1] }] });
    await infer({ deployment: 'counted', pin: 'counted@9', inputs: inputs(1) });

    const told = await metrics('counted', { window: 'PT1M' });
    expect(told).toMatchObject({
      deploymentName: 'counted',
      deployment: { name: 'counted' },
      requests: 7,
      rows: 15,
      errors: 2,
      errorRate: 2 / 7,
      errorsByCode: [
        { code: 'INVALID_TENSOR', count: 1 },
        { code: 'VERSION_NOT_FOUND', count: 1 },
      ],
      batchSizes: [
        { upTo: 1, count: 0 },
        { upTo: 2, count: 0 },
        { upTo: 4, count: 5 },
      ],
      queueDepth: 0,
      cacheHits: 0,
      cacheHitRate: 0,
      incompleteSince: null,
    });
    expect(told.versions).toMatchObject([
      { version: { ref: 'counted@1' }, versionNumber: 1, requests: 6, rows: 15, errors: 1 },
    ]);
    expect(told.memoryBytes).toBeGreaterThan(0);
    const { p50, p90, p95, p99, max, mean } = told.latency;
    expect([p50, p90, p95, p99, max]).toEqual(
      [p50, p90, p95, p99, max].toSorted((a, b) => Number(a) - Number(b)),
    );
    expect(mean).toBeGreaterThan(0);
    for (const phase of ['queue', 'preprocess', 'run', 'postprocess'] as const)
      expect(told.phases[phase].p50).toBeGreaterThanOrEqual(0);
    const seconds = (Date.parse(told.at) - Date.parse(told.since)) / 1_000;
    expect(seconds).toBeGreaterThanOrEqual(60);
    // The running second, and ten that are known only together since the server has just begun.
    expect(seconds).toBeLessThan(72);
    expect(told.requestRate).toBeCloseTo(7 / seconds, 6);
    expect(told.rowRate).toBeCloseTo(15 / seconds, 6);

    const points = await series('counted', { window: 'PT1M' });
    expect(points.reduce((sum, { requests }) => sum + requests, 0)).toBe(7);
    expect(points.filter(({ requests }) => requests === 0).every(({ latency }) => latency.p50 === null)).toBe(
      true,
    );
  });

  it('count requests that named a version which the deployment serves, and none that nothing served', async () => {
    await serve(app, 'by-version', scalingModel(2));
    await publish(app, 'by-version', scalingModel(3));
    await infer({ deployment: 'by-version', inputs: inputs(1) });
    await infer({ version: 'by-version@1', inputs: inputs(1) });
    await infer({ version: 'by-version@2', inputs: inputs(1) });
    const told = await metrics('by-version', { window: 'PT1M' });
    expect(told.requests).toBe(2);
    expect(told.versions).toMatchObject([{ version: { ref: 'by-version@1' }, requests: 2 }]);
  });

  it('have no percentiles where nothing was asked', async () => {
    await serve(app, 'idle', scalingModel(4));
    const told = await metrics('idle');
    const nothing = { p50: null, p90: null, p95: null, p99: null, max: null, mean: null };
    expect(told).toMatchObject({
      requests: 0,
      requestRate: 0,
      errorRate: null,
      cacheHitRate: null,
      latency: nothing,
      errorsByCode: [],
      batchSizes: [],
      versions: [],
    });
    expect(told.memoryBytes).toBeGreaterThan(0);
  });

  it('tell what the cache answered', async () => {
    await serveWith(app, 'caching', scalingModel(5), { cache: { maxBytes: 100_000 } });
    for (let request = 0; request < 4; request += 1)
      await infer({ deployment: 'caching', inputs: inputs(2) });
    expect(await metrics('caching')).toMatchObject({
      requests: 4,
      rows: 8,
      cacheHits: 3,
      cacheHitRate: 0.75,
    });
  });

  it('name every deployment in the fleet', async () => {
    await serve(app, 'fleet-a', scalingModel(6));
    await infer({ deployment: 'fleet-a', inputs: inputs(1) });
    const { fleetMetrics } = await ask<{ fleetMetrics: Told[] }>(
      app,
      '{ fleetMetrics(window: "PT5M") { deploymentName requests deployment { name state } } }',
    );
    expect(fleetMetrics.find(({ deploymentName }) => deploymentName === 'fleet-a')).toEqual({
      deploymentName: 'fleet-a',
      requests: 1,
      deployment: { name: 'fleet-a', state: 'READY' },
    });
    const { deployments } = await ask<{ deployments: { edges: { node: { name: string } }[] } }>(
      app,
      '{ deployments(first: 100) { edges { node { name } } } }',
    );
    expect(fleetMetrics.map(({ deploymentName }) => deploymentName)).toEqual(
      deployments.edges.map(({ node }) => node.name),
    );
  });

  it('begin anew for another deployment of the same name', async () => {
    await serve(app, 'reborn', scalingModel(7));
    await infer({ deployment: 'reborn', inputs: inputs(1) });
    expect((await metrics('reborn')).requests).toBe(1);
    await app.graphql('mutation { undeploy(input: {name: "reborn"}) { userErrors { code } } }');
    await app.graphql('mutation { archiveModel(input: {name: "reborn"}) { userErrors { code } } }');
    await app.graphql('mutation { deleteModel(input: {name: "reborn"}) { userErrors { code } } }');
    await serve(app, 'reborn', scalingModel(7));
    expect((await metrics('reborn')).requests).toBe(0);
    await infer({ deployment: 'reborn', inputs: inputs(1) });
    expect((await metrics('reborn')).requests).toBe(1);
  });

  it.each([
    { what: 'a window of months', variables: { window: 'P1M' }, code: 'BAD_USER_INPUT', says: 'PT1H30M' },
    {
      what: 'no duration',
      variables: { window: '5 minutes' },
      code: 'BAD_USER_INPUT',
      says: 'ISO 8601 duration',
    },
    { what: 'no time', variables: { window: 'PT0S' }, code: 'INVALID_ARGUMENT', says: 'from PT1S to P90D' },
    { what: 'more than is kept', variables: { window: 'P91D' }, code: 'INVALID_ARGUMENT', says: 'got P91D' },
    {
      what: 'an end in the future',
      variables: { until: '2200-01-01T00:00:00Z' },
      code: 'INVALID_ARGUMENT',
      says: 'no later than now',
    },
    {
      what: 'an end before anything is kept',
      variables: { until: '2001-01-01T00:00:00Z' },
      code: 'INVALID_ARGUMENT',
      says: 'RETORT_METRICS_DAYS',
    },
  ])('refuse $what', async ({ variables, code, says }) => {
    const error = onlyError(await app.graphql(METRICS, { name: 'idle', ...variables }));
    expect(error.code).toBe(code);
    expect(error.message).toContain(says);
  });

  it.each([1, 5_001, -3])('refuse %s points', async (maxPoints) => {
    const error = onlyError(await app.graphql(SERIES, { name: 'idle', maxPoints }));
    expect(error).toMatchObject({
      code: 'INVALID_ARGUMENT',
      message: `Expected maxPoints from 2 to 5000, got ${maxPoints}.`,
    });
  });

  it('thin a month to as many points as were asked for', async () => {
    const points = await series('counted', { window: 'P30D', maxPoints: 100 });
    expect(points.length).toBeLessThanOrEqual(100);
    expect(points.length).toBeGreaterThan(50);
    expect(points.reduce((sum, { requests }) => sum + requests, 0)).toBe(7);
  });

  it('are there after a restart in order, complete', async () => {
    await serve(app, 'lasting', scalingModel(8));
    for (let request = 0; request < 3; request += 1)
      await infer({ deployment: 'lasting', inputs: inputs(1) });
    await app.stop();
    app = await startTestApp({ kind, reuse: app });
    await infer({ deployment: 'lasting', inputs: inputs(1) });
    expect(await metrics('lasting')).toMatchObject({ requests: 4, rows: 4, incompleteSince: null });
    expect(await metrics('lasting', { window: 'PT1H' })).toMatchObject({
      requests: 4,
      incompleteSince: null,
    });
  });
});

describe('a server that does not measure', () => {
  it('says so, and serves', async () => {
    const app = await startTestApp({ kind: 'embedded', config: { metrics: false } });
    try {
      await serve(app, 'unmeasured', scalingModel(2));
      await register(app, 'other');
      const { errors } = await app.graphql(INFER, { input: { deployment: 'unmeasured', inputs: inputs(1) } });
      expect(errors).toBeUndefined();
      expect(onlyError(await app.graphql(METRICS, { name: 'unmeasured' }))).toMatchObject({
        code: 'METRICS_OFF',
        message: expect.stringContaining('RETORT_METRICS=false'),
      });
      const text = await (await fetch(`${app.url}/metrics`)).text();
      expect(text).toContain('nv_inference_request_success{model="unmeasured",version="1"} 1\n');
      expect(text).not.toContain('retort_requests_total');
    } finally {
      await app.close();
    }
  });
});
