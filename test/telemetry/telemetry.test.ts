import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { OtlpReceiver, plain, type SentPoint, type SentSpan } from './otlp-receiver.js';
import { aspirin, ownSpans, PARENT, PREDICT, telemetryFor, TRACE } from './traced-requests.js';

const childrenOf = (receiver: OtlpReceiver, { spanId }: SentSpan) =>
  receiver.spans.filter(({ parentSpanId }) => parentSpanId === spanId);

describe('telemetry', () => {
  let receiver: OtlpReceiver;
  let app: TestApp;
  beforeAll(async () => {
    receiver = await OtlpReceiver.listen();
    app = await startTestApp({
      kind: 'embedded',
      examples: true,
      config: { telemetry: telemetryFor(receiver) },
    });
  });
  beforeEach(() => {
    receiver.posts.length = 0;
  });
  afterAll(async () => {
    await app.close();
    await receiver.close();
  });

  /** The one request that a test made. */
  async function theSpan(): Promise<SentSpan> {
    await until(() => ownSpans(receiver).length > 0);
    const [span] = ownSpans(receiver);
    if (!span) throw new Error('There is no span.');
    return span;
  }

  it("continues the caller's trace, with the phases inside the request", async () => {
    await app.graphql(PREDICT, aspirin, {
      traceparent: `00-${TRACE}-${PARENT}-01`,
      tracestate: 'vendor=opaque',
      'x-request-id': 'asked-once',
    });
    const span = await theSpan();
    expect(span).toMatchObject({
      traceId: TRACE,
      parentSpanId: PARENT,
      traceState: 'vendor=opaque',
      name: 'predict esol',
    });
    expect(plain(span.attributes)).toEqual({
      'retort.operation': 'predict',
      'retort.request.id': 'asked-once',
      'retort.deployment': 'esol',
      'retort.model': 'esol',
      'retort.version': 2,
      'retort.rows': 1,
      'retort.batch.rows': 1,
      'retort.cache.hit': false,
    });
    const phases = childrenOf(receiver, span);
    expect(phases.map(({ name }) => name)).toEqual(['pre-process', 'queue', 'run', 'post-process']);
    let before = BigInt(span.startTimeUnixNano);
    for (const phase of phases) {
      expect(phase.traceId).toBe(TRACE);
      expect(BigInt(phase.startTimeUnixNano)).toBeGreaterThanOrEqual(before);
      before = BigInt(phase.endTimeUnixNano);
      expect(before).toBeGreaterThanOrEqual(BigInt(phase.startTimeUnixNano));
    }
    expect(before).toBeLessThanOrEqual(BigInt(span.endTimeUnixNano));
    expect(receiver.resource).toMatchObject({
      'service.name': 'retort',
      'deployment.environment.name': 'test',
      'telemetry.sdk.language': 'nodejs',
    });
    expect(receiver.posts[0]?.headers).toMatchObject({
      'x-tenant': 'lab 1',
      'content-type': 'application/json',
    });
  });

  it.each([
    {
      door: '/graphql/stream',
      name: 'predict esol',
      path: '/graphql/stream',
      body: { query: PREDICT, variables: aspirin },
    },
    {
      door: '/v1',
      name: 'infer binding-energy',
      path: '/v1/models/binding-energy:predict',
      body: { instances: [{ z: 26, n: 30 }] },
    },
    {
      door: '/v2',
      name: 'infer binding-energy',
      path: '/v2/models/binding-energy/infer',
      body: {
        inputs: ['z', 'n'].map((input) => ({ name: input, shape: [1], datatype: 'INT64', data: [26] })),
      },
    },
  ])('hears traceparent at $door', async ({ name, path, body }) => {
    const answer = await fetch(app.url + path, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        traceparent: `00-${TRACE}-${PARENT}-01`,
      },
      body: JSON.stringify(body),
    });
    expect(answer.status).toBe(200);
    await answer.text();
    expect(await theSpan()).toMatchObject({ traceId: TRACE, parentSpanId: PARENT, name });
  });

  it.each([
    { where: 'connection_init', params: { traceparent: `00-${TRACE}-${PARENT}-01` }, extensions: undefined },
    {
      where: "the operation's extensions, before connection_init",
      params: { traceparent: `00-${'1'.repeat(32)}-${PARENT}-01` },
      extensions: { traceparent: `00-${TRACE}-${PARENT}-01` },
    },
  ])('hears traceparent over WebSocket in $where', async ({ params, extensions }) => {
    const answers = app
      .subscriber(params)
      .iterate({ query: PREDICT, variables: aspirin, ...(extensions && { extensions }) });
    expect((await answers.next()).value).toHaveProperty('data.predict.predictions');
    await answers.return?.();
    expect(await theSpan()).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
  });

  it('hears traceparent over WebSocket in the upgrade', async () => {
    class Traced extends WebSocket {
      constructor(url: string, protocols: string[]) {
        super(url, protocols, { headers: { traceparent: `00-${TRACE}-${PARENT}-01` } });
      }
    }
    const client = createClient({
      url: `${app.url.replace('http', 'ws')}/graphql`,
      webSocketImpl: Traced,
      retryAttempts: 0,
    });
    const answers = client.iterate({ query: PREDICT, variables: aspirin });
    expect((await answers.next()).value).toHaveProperty('data.predict.predictions');
    await client.dispose();
    expect(await theSpan()).toMatchObject({ traceId: TRACE, parentSpanId: PARENT });
  });

  it.each([
    '00-00000000000000000000000000000000-b7ad6b7169203331-01',
    '00-0AF7651916CD43DD8448EB211C80319C-b7ad6b7169203331-01',
    'ff-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01-more',
    'nonsense',
  ])('begins a trace where traceparent is %s', async (traceparent) => {
    await app.graphql(PREDICT, aspirin, { traceparent, tracestate: 'vendor=opaque' });
    const span = await theSpan();
    expect(span.traceId).toMatch(/^[\da-f]{32}$/);
    expect(span.traceId).not.toBe(TRACE);
    expect(span.parentSpanId ?? '').toBe('');
    expect(span.traceState ?? '').toBe('');
  });

  it("leaves out what the caller's trace leaves out", async () => {
    await app.graphql(PREDICT, aspirin, { traceparent: `00-${TRACE}-${PARENT}-00` });
    await app.graphql(PREDICT, aspirin);
    expect((await theSpan()).traceId).not.toBe(TRACE);
    expect(ownSpans(receiver)).toHaveLength(1);
  });

  it('gives each request of one operation a span of its own, in one trace', async () => {
    const answer = await app.graphql(
      `mutation ($in: PredictInput!) { a: predict(input: $in) { predictions { value } } b: predict(input: $in) { predictions { value } } }`,
      aspirin,
    );
    expect(answer).toHaveProperty('data.b.predictions');
    await until(() => ownSpans(receiver).length === 2);
    const [a, b] = ownSpans(receiver);
    expect(a?.traceId).toBe(b?.traceId);
    expect(a?.spanId).not.toBe(b?.spanId);
  });

  it('tells of failures by their code', async () => {
    await app.graphql(PREDICT, { in: { version: 'esol@99', instances: ['C'] } });
    const span = await theSpan();
    expect(span).toMatchObject({ name: 'predict', status: { code: 2, message: 'VERSION_NOT_FOUND' } });
    expect(plain(span.attributes)).toMatchObject({ 'error.type': 'VERSION_NOT_FOUND' });
    expect(childrenOf(receiver, span)).toEqual([]);
  });

  it('counts requests, rows and errors, and measures durations as an exponential histogram', async () => {
    const INFER = `mutation ($in: InferInput!) { infer(input: $in) { outputs { data } } }`;
    const tensor = (width: number) => ({
      in: {
        deployment: 'binding-energy',
        inputs: [{ name: 'nope', datatype: 'FP64', shape: [1, width], data: Array(width).fill(1) }],
      },
    });
    const predict = {
      in: {
        deployment: 'lennard-jones',
        instances: [
          [
            [0, 0, 0],
            [1.12, 0, 0],
          ],
        ],
      },
    };
    for (let round = 0; round < 3; round += 1) await app.graphql(PREDICT, predict);
    await app.graphql(INFER, tensor(4));

    const of = (name: string, deployment: string): SentPoint | undefined => {
      const metric = receiver.metrics.find((candidate) => candidate.name === name);
      const points = (metric?.exponentialHistogram ?? metric?.sum ?? metric?.gauge)?.dataPoints ?? [];
      return points.find(({ attributes }) => plain(attributes)['retort.deployment'] === deployment);
    };
    await until(() => of('retort.errors', 'binding-energy') !== undefined);
    await until(() => Number(of('retort.requests', 'lennard-jones')?.asInt ?? 0) >= 3);
    expect(plain(of('retort.requests', 'lennard-jones')?.attributes ?? [])).toEqual({
      'retort.deployment': 'lennard-jones',
      'retort.model': 'lennard-jones',
      'retort.version': 1,
    });
    expect(Number(of('retort.requests', 'lennard-jones')?.asInt)).toBe(3);
    const duration = of('retort.request.duration', 'lennard-jones');
    expect(Number(duration?.count)).toBe(3);
    expect(duration?.sum).toBeGreaterThan(0);
    const buckets = duration?.positive?.bucketCounts ?? [];
    expect(buckets.reduce<number>((sum, count) => sum + Number(count), 0)).toBe(3);
    expect(plain(of('retort.errors', 'binding-energy')?.attributes ?? [])).toMatchObject({
      'error.type': 'INVALID_TENSOR',
    });
    expect(Number(of('retort.deployment.memory', 'lennard-jones')?.asInt)).toBeGreaterThan(0);
  });

  it('does not count under names that nobody made', async () => {
    await app.graphql(PREDICT, { in: { deployment: 'never-there', instances: ['C'] } });
    await until(() => receiver.metrics.some(({ name }) => name === 'retort.requests'));
    expect(receiver.posts.map(({ body }) => body.toString()).join()).not.toContain('never-there');
  });
});
