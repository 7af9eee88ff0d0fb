import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import protobuf from 'protobufjs';
import { packageRoot } from '../../src/platform/package-root.js';
import { environmentOf, spawnServer } from '../api/support/server-process.js';
import type { TestDatabase } from '../support/databases.js';
import { createWithExamples } from '../support/example-template.js';
import { OtlpReceiver } from './otlp-receiver.js';

/** Of opentelemetry-proto, what is looked at. */
const { root } = protobuf.parse(`
  syntax = "proto3";
  message Request { repeated ResourceSpans resource_spans = 1; }
  message ResourceSpans { repeated ScopeSpans scope_spans = 2; }
  message ScopeSpans { repeated Span spans = 2; }
  message Span { bytes trace_id = 1; bytes span_id = 2; bytes parent_span_id = 4; string name = 5; }
`);
const TRACE = '0af7651916cd43dd8448eb211c80319c';
const PREDICT = `mutation { predict(input: { deployment: "esol", instances: ["CCO"] }) { predictions { value } } }`;
/** Packages that were loaded, told when the process ends. */
const TELLS = `data:text/javascript,${encodeURIComponent(`
  import { createRequire } from 'node:module';
  import { writeSync } from 'node:fs';
  import { isMainThread } from 'node:worker_threads';
  const { cache } = createRequire('/');
  if (isMainThread && process.argv[1].endsWith('main.js')) process.on('exit', () => {
    const of = /node_modules[/]@opentelemetry[/]([^/]+)/;
    const names = new Set(Object.keys(cache).map((path) => of.exec(path)?.[1]).filter(Boolean));
    writeSync(1, 'loaded: ' + JSON.stringify([...names]) + '; modules: ' + Object.keys(cache).length + '\\n');
  });
`)}`;

describe('the packages of OpenTelemetry', () => {
  let receiver: OtlpReceiver;
  let database: TestDatabase;
  beforeEach(async () => {
    receiver = await OtlpReceiver.listen();
    database = await createWithExamples('embedded');
  });
  afterEach(async () => {
    await receiver.close();
    await database.drop();
  });

  /** @returns the names of the packages that a server loaded in its life */
  async function serve(environment: Record<string, string>): Promise<string[]> {
    const server = spawnServer({
      ...environmentOf(database),
      RETORT_EXAMPLES: 'true',
      NODE_OPTIONS: `--import "${TELLS}"`,
      ...environment,
    });
    const [url = ''] = await server.printed(/http:\/\/127\.0\.0\.1:\d+/);
    const answer = await fetch(`${url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', traceparent: `00-${TRACE}-b7ad6b7169203331-01` },
      body: JSON.stringify({ query: PREDICT }),
    });
    expect(await answer.json()).toHaveProperty('data.predict.predictions.0.value');
    server.send('SIGTERM');
    const { stdout, code } = await server.exited;
    expect(code).toBe(0);
    const [, names = '', count = ''] = /loaded: (\[.*\]); modules: (\d+)/.exec(stdout) ?? [];
    // What looks, sees: other packages of the same kind are there.
    expect(Number(count)).toBeGreaterThan(0);
    return JSON.parse(names) as string[];
  }

  it('are not loaded without an endpoint', async () => {
    expect(await serve({ OTEL_SERVICE_NAME: 'retort' })).toEqual([]);
    const map = await readFile(join(packageRoot, 'dist/src/main.js.map'), 'utf8');
    const { sources } = JSON.parse(map) as { readonly sources: readonly string[] };
    expect(sources.filter((path) => path.includes('node_modules/graphql/'))).not.toEqual([]);
    expect(sources.filter((path) => path.includes('node_modules/@opentelemetry'))).toEqual([]);
  });

  it('send protobuf where one is set, the last of it as the server stops', async () => {
    const loaded = await serve({ OTEL_EXPORTER_OTLP_ENDPOINT: receiver.url });
    expect(loaded).toEqual(expect.arrayContaining(['sdk-trace', 'sdk-metrics']));
    const [traces] = receiver.posts.filter(({ path }) => path === '/v1/traces');
    expect(traces?.headers['content-type']).toBe('application/x-protobuf');
    const sent = root
      .lookupType('Request')
      .decode(traces?.body ?? new Uint8Array())
      .toJSON() as {
      resourceSpans: { scopeSpans: { spans: { traceId: string; name: string }[] }[] }[];
    };
    const spans = sent.resourceSpans.flatMap(({ scopeSpans }) => scopeSpans).flatMap((scope) => scope.spans);
    expect(spans.map(({ name }) => name)).toContain('predict esol');
    for (const { traceId } of spans) expect(Buffer.from(traceId, 'base64').toString('hex')).toBe(TRACE);
    expect(receiver.posts.some(({ path }) => path === '/v1/metrics')).toBe(true);
  });
});
