import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { OtlpReceiver } from './otlp-receiver.js';
import { aspirin, ownSpans, PARENT, PREDICT, telemetryFor, TRACE } from './traced-requests.js';

describe('a collector that does not take what it is sent', () => {
  let receiver: OtlpReceiver;
  let app: TestApp;
  const lines: Record<string, unknown>[] = [];
  beforeEach(async () => {
    lines.length = 0;
    receiver = await OtlpReceiver.listen();
  });
  afterEach(async () => {
    await app.close();
    await receiver.close();
  });
  const start = async () => {
    app = await startTestApp({
      kind: 'embedded',
      examples: true,
      config: { telemetry: telemetryFor(receiver) },
      logger: pino(
        { level: 'info' },
        { write: (line) => void lines.push(JSON.parse(line) as (typeof lines)[0]) },
      ),
    });
  };
  const told = (level: number, text: string) =>
    lines.filter(({ level: of, msg }) => of === level && String(msg).includes(text));
  const WARN = 40;
  const INFO = 30;

  it('is told of once, and once more when it is back; requests never notice', async () => {
    receiver.answer = 400;
    await start();
    const exports = () => receiver.posts.filter(({ path }) => path === '/v1/traces').length;
    while (exports() < 3) {
      const before = exports();
      const answer = await app.graphql(PREDICT, aspirin);
      expect(answer.data).toHaveProperty('predict.predictions');
      await until(() => exports() > before);
    }
    await until(() => told(WARN, 'Metrics do not reach').length > 0);
    expect(told(WARN, `Traces do not reach ${receiver.url}`)).toHaveLength(1);
    expect(told(WARN, 'Metrics do not reach')).toHaveLength(1);
    receiver.answer = 200;
    await app.graphql(PREDICT, aspirin);
    await until(() => told(INFO, 'Traces reach').length > 0);
    expect(told(WARN, 'Traces do not reach')).toHaveLength(1);
  });

  it('neither stops the server from stopping nor loses what it could have had', async () => {
    await start();
    await app.graphql(PREDICT, { in: { deployment: 'esol', instances: ['C'] } });
    await app.stop();
    // Flushed by the stop: nothing waits for the next interval.
    expect(ownSpans(receiver)).toHaveLength(1);
    await app.close();

    receiver.answer = 'never';
    await start();
    await app.graphql(PREDICT, aspirin);
    expect(await app.app.close()).toBe(true);
    expect(told(WARN, 'did not reach their collector')).toHaveLength(1);
  });

  it('names the trace in the log lines of requests that fail', async () => {
    await start();
    await app.graphql(
      PREDICT,
      { in: { deployment: 'esol', instances: ['C'], deadlineMs: 0 } },
      { traceparent: `00-${TRACE}-${PARENT}-01`, 'x-request-id': 'too-late' },
    );
    await app.graphql(
      '{ nothing }',
      {},
      { traceparent: `00-${TRACE}-${PARENT}-01`, 'x-request-id': 'unknown' },
    );
    const failed = (requestId: string) => lines.filter((line) => line.requestId === requestId);
    expect(failed('too-late')).toEqual([expect.objectContaining({ trace_id: TRACE, level: INFO })]);
    expect(failed('unknown')).toEqual([expect.objectContaining({ trace_id: TRACE, level: INFO })]);
  });
});
