import { describe, expect, it } from '@jest/globals';
import { parseConfig } from '../../src/platform/config.js';

const ENDPOINT = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:4318' };

describe('settings of telemetry', () => {
  it.each([
    { why: 'nothing is set', env: {} },
    {
      why: 'there is no endpoint, whatever else is set',
      env: { OTEL_TRACES_SAMPLER: 'jaeger_remote', OTEL_SERVICE_NAME: 'x' },
    },
    { why: 'the endpoint is empty', env: { OTEL_EXPORTER_OTLP_ENDPOINT: ' ' } },
    { why: 'it is disabled', env: { ...ENDPOINT, OTEL_SDK_DISABLED: 'TRUE' } },
  ])('are none when $why', ({ env }) => {
    expect(parseConfig(env).telemetry).toBeNull();
  });

  it('have the defaults of the specification', () => {
    expect(parseConfig(ENDPOINT).telemetry).toEqual({
      serviceName: 'retort',
      attributes: {},
      headers: {},
      traces: {
        url: 'http://127.0.0.1:4318/v1/traces',
        protocol: 'http/protobuf',
        sampler: 'parentbased_always_on',
        ratio: 1,
        delayMs: 5_000,
      },
      metrics: { url: 'http://127.0.0.1:4318/v1/metrics', protocol: 'http/protobuf', intervalMs: 60_000 },
    });
  });

  it('may differ for traces and metrics, whose own addresses are taken as they are', () => {
    expect(
      parseConfig({
        OTEL_EXPORTER_OTLP_ENDPOINT: 'https://collector.example.org/otlp/',
        OTEL_EXPORTER_OTLP_METRICS_ENDPOINT: 'http://127.0.0.1:9090/api/v1/otlp/v1/metrics',
        OTEL_EXPORTER_OTLP_METRICS_PROTOCOL: 'http/json',
        OTEL_EXPORTER_OTLP_HEADERS: 'authorization=Basic%20YTpi, x-tenant = lab',
        OTEL_RESOURCE_ATTRIBUTES: 'service.name=by-attribute,team=a%2Cb',
        OTEL_TRACES_SAMPLER: 'parentbased_traceidratio',
        OTEL_TRACES_SAMPLER_ARG: '0.25',
        OTEL_METRIC_EXPORT_INTERVAL: '10000',
      }).telemetry,
    ).toMatchObject({
      serviceName: 'by-attribute',
      attributes: { team: 'a,b' },
      headers: { authorization: 'Basic YTpi', 'x-tenant': 'lab' },
      traces: {
        url: 'https://collector.example.org/otlp/v1/traces',
        protocol: 'http/protobuf',
        sampler: 'parentbased_traceidratio',
        ratio: 0.25,
      },
      metrics: {
        url: 'http://127.0.0.1:9090/api/v1/otlp/v1/metrics',
        protocol: 'http/json',
        intervalMs: 10_000,
      },
    });
    const { telemetry } = parseConfig({
      ...ENDPOINT,
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_SERVICE_NAME: 'lab',
    });
    expect(telemetry).toMatchObject({ serviceName: 'lab', metrics: null });
    expect(
      parseConfig({ OTEL_EXPORTER_OTLP_TRACES_ENDPOINT: 'http://127.0.0.1:4318/v1/traces' }).telemetry,
    ).toMatchObject({ metrics: null, traces: { url: 'http://127.0.0.1:4318/v1/traces' } });
  });

  it.each([
    {
      env: { OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' },
      told: /OTEL_EXPORTER_OTLP_PROTOCOL: .*http\/protobuf.*got "grpc"/,
    },
    {
      env: { OTEL_TRACES_SAMPLER: 'sometimes' },
      told: /OTEL_TRACES_SAMPLER: .*traceidratio.*got "sometimes"/,
    },
    {
      env: { OTEL_TRACES_SAMPLER_ARG: '5' },
      told: /OTEL_TRACES_SAMPLER_ARG: expected a share from 0 to 1, got "5"/,
    },
    {
      env: { OTEL_METRIC_EXPORT_INTERVAL: '1m' },
      told: /OTEL_METRIC_EXPORT_INTERVAL: expected a whole number/,
    },
    { env: { OTEL_METRICS_EXPORTER: 'console' }, told: /OTEL_METRICS_EXPORTER: .*got "console"/ },
    { env: { PORT: 'x', OTEL_TRACES_SAMPLER_ARG: 'y' }, told: /PORT: .*OTEL_TRACES_SAMPLER_ARG: / },
  ])('are refused as $env', ({ env, told }) => {
    expect(() => parseConfig({ ...ENDPOINT, ...env })).toThrow(told);
  });

  it('are refused without telling the secrets in them', () => {
    for (const env of [
      { ...ENDPOINT, OTEL_EXPORTER_OTLP_HEADERS: 'hush' },
      { OTEL_EXPORTER_OTLP_ENDPOINT: 'ftp://user:hush@collector' },
    ]) {
      const refused = () => parseConfig(env);
      expect(refused).toThrow(/OTEL_EXPORTER_OTLP_(HEADERS|ENDPOINT): expected/);
      expect(refused).not.toThrow(/hush/);
    }
  });
});
