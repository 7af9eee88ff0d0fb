import { describe, expect, it } from '@jest/globals';
import { pino } from 'pino';
import { readTraceContext } from '../../src/security/index.js';
import { layPhases } from '../../src/telemetry/request-spans.js';
import { startTelemetry } from '../../src/telemetry/index.js';
import { TraceBudget } from '../../src/telemetry/trace-budget.js';
import { parseConfig } from '../../src/platform/config.js';

describe('the phases of a request', () => {
  it('follow each other, without those that took no time', () => {
    expect(layPhases({ queueMs: 2, preprocessMs: 1, runMs: 4, postprocessMs: 0 }, 8)).toEqual([
      { name: 'pre-process', from: 0, to: 1 },
      { name: 'queue', from: 1, to: 3 },
      { name: 'run', from: 3, to: 7 },
    ]);
  });

  it('stay inside the request when runs at the same time add up to more', () => {
    const laid = layPhases({ queueMs: 0, preprocessMs: 5, runMs: 20, postprocessMs: 5 }, 15);
    expect(laid.map(({ from, to }) => [from, to])).toEqual([
      [0, 2.5],
      [2.5, 12.5],
      [12.5, 15],
    ]);
  });
});

describe('the budget of traces', () => {
  it('bounds each second, and says so once', () => {
    const lines: string[] = [];
    let now = 0;
    const logger = pino({ level: 'warn' }, { write: (line) => void lines.push(line) });
    const budget = new TraceBudget(logger, () => now);
    const takeMany = () => Array.from({ length: 1_000 }, () => budget.take()).filter(Boolean).length;
    expect(takeMany()).toBe(200);
    now = 1_000;
    expect(takeMany()).toBe(200);
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain('OTEL_TRACES_SAMPLER_ARG');
  });
});

describe('the headers for engines elsewhere', () => {
  const PARENT = 'b7ad6b7169203331';
  const TRACE = '0af7651916cd43dd8448eb211c80319c';
  const telemetryWith = async (env: Record<string, string>) => {
    const config = parseConfig({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:1', ...env }).telemetry;
    if (!config) throw new Error('Telemetry is off.');
    return startTelemetry(config, {
      logger: pino({ level: 'silent' }),
      occupancy: () => ({ requests: 0, memoryBytes: null, processIds: [] }),
    });
  };

  it("name this server's span as the parent, and pass on what the caller said of its trace", async () => {
    const telemetry = await telemetryWith({});
    for (const flags of ['01', '00']) {
      const trace = readTraceContext({ traceparent: `00-${TRACE}-${PARENT}-${flags}`, tracestate: 'a=1' });
      expect(telemetry.headersFor(trace)).toEqual({
        traceparent: `00-${TRACE}-${trace.spanId}-${flags}`,
        tracestate: 'a=1',
      });
    }
    expect(telemetry.headersFor(undefined)).toEqual({});
    await telemetry.close();
  });

  it('say what the sampler decides of a trace that begins here', async () => {
    const telemetry = await telemetryWith({ OTEL_TRACES_SAMPLER: 'always_off' });
    const trace = readTraceContext();
    expect(telemetry.headersFor(trace)).toEqual({ traceparent: `00-${trace.traceId}-${trace.spanId}-00` });
    await telemetry.close();
  });
});
