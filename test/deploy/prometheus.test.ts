import { execFile, spawn, spawnSync } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { registeredErrorCodes } from '../../src/platform/errors.js';
import { packageRoot } from '../../src/platform/package-root.js';
import { anyDatabaseKind } from '../support/databases.js';
import { childEnvironment } from '../support/child-environment.js';
import { startTestApp, type TestApp } from '../support/test-app.js';
import { until } from '../support/until.js';
import { fail } from '../api/support/alert-steps.js';
import { scale, serve } from '../api/support/catalog-steps.js';
import { scalingModel } from '../api/support/own-models.js';

const run = promisify(execFile);
const at = (path: string) => join(packageRoot, 'deploy', path);
const has = (program: string) => spawnSync(program, ['--version']).status === 0;
/** Debian's package `prometheus` has both. */
const withPromtool = has('promtool') ? it : it.skip;
const withPrometheus = has('prometheus') ? it : it.skip;
const promtool = (...args: string[]) =>
  run('promtool', args, { cwd: at('prometheus'), env: childEnvironment() });

const KEY = 'a-key-for-prometheus';
/** What Prometheus itself makes. */
const ITS_OWN = ['up', 'ALERTS'];

interface Target {
  readonly expr: string;
}
interface Dashboard {
  readonly panels: readonly {
    readonly id: number;
    readonly type: string;
    readonly title: string;
    readonly targets?: readonly Target[];
  }[];
  readonly templating: { readonly list: readonly { readonly name: string; readonly definition?: string }[] };
  readonly annotations: { readonly list: readonly Target[] };
}

/** Names of metrics in an expression of PromQL; what a histogram has of its own is the histogram's. */
function metricsIn(expression: string): string[] {
  const names =
    expression.match(/(?<![\w:"$])(?:retort|nv|nodejs|process)_\w+|(?<![\w:"$])(?:up|ALERTS)(?=\{|\s|$)/g) ??
    [];
  return names.map((name) => name.replace(/_(?:bucket|sum|count)$/, ''));
}

async function ruleExpressions(): Promise<string[]> {
  const text = await readFile(at('prometheus/rules.yml'), 'utf8');
  return text.split(/^ {6}- (?:record|alert): /m).slice(1);
}

async function dashboard(): Promise<{ dashboard: Dashboard; expressions: string[] }> {
  const found = JSON.parse(await readFile(at('grafana/retort-dashboard.json'), 'utf8')) as Dashboard;
  const expressions = [
    ...found.panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => expr)),
    ...found.templating.list.flatMap(({ definition }) => definition ?? []),
    ...found.annotations.list.map(({ expr }) => expr),
  ];
  return { dashboard: found, expressions };
}

describe('what deploy/ has for Prometheus and Grafana', () => {
  withPromtool('is valid (needs promtool)', async () => {
    expect((await promtool('check', 'rules', 'rules.yml')).stdout).toContain('SUCCESS');
    await promtool('check', 'config', '--syntax-only', 'prometheus.yml');
  });

  withPromtool('fires as it should (needs promtool)', async () => {
    expect((await promtool('test', 'rules', 'rules.test.yml')).stdout).toContain('SUCCESS');
  });

  it('counts as errors what callers cannot put right', async () => {
    const codes = new Set(
      (await ruleExpressions()).flatMap((text) => /code=~"([^"]+)"/.exec(text)?.[1] ?? []),
    );
    // These end no request to a model.
    const others = ['UNAUTHENTICATED', 'FORBIDDEN', 'METRICS_OFF'];
    const wanted = registeredErrorCodes().system.filter((code) => !others.includes(code));
    expect([...codes]).toEqual([[...wanted].sort().join('|')]);
  });

  it('has a dashboard whose panels have names, queries and a place of their own', async () => {
    const { dashboard: found } = await dashboard();
    const panels = found.panels.filter(({ type }) => type !== 'row');
    expect(panels.length).toBeGreaterThan(15);
    expect(new Set(found.panels.map(({ id }) => id)).size).toBe(found.panels.length);
    for (const { title, targets = [] } of panels) {
      expect(title).not.toBe('');
      expect(targets.length).toBeGreaterThan(0);
    }
    expect(found.templating.list.map(({ name }) => name)).toEqual([
      'datasource',
      'deployment',
      'model',
      'version',
    ]);
  });
});

describe.each(anyDatabaseKind)('and a server that runs, %s database', (kind) => {
  let app: TestApp;
  let text: string;
  beforeAll(async () => {
    app = await startTestApp({ kind, config: { apiKey: KEY } });
    await serve(app, 'esol', scalingModel(2));
    for (let count = 0; count < 5; count += 1) await scale(app, { deployment: 'esol' }, [1, 2, 3, 4]);
    await fail(app, 'esol', 2);
    // What is held is looked at every second.
    await until(async () => {
      const response = await fetch(`${app.url}/metrics`, { headers: { authorization: `Bearer ${KEY}` } });
      text = await response.text();
      return /retort_model_memory_bytes\{.*"esol"/.test(text);
    });
  });
  afterAll(() => app.close());

  it('agree on every name', async () => {
    const written = new Set([...text.matchAll(/^# TYPE (\w+) /gm)].map(([, name]) => name));
    const used = [...(await ruleExpressions()), ...(await dashboard()).expressions].flatMap(metricsIn);
    expect(new Set(used).size).toBeGreaterThan(12);
    expect([...new Set(used)].filter((name) => !written.has(name) && !ITS_OWN.includes(name))).toEqual([]);
  });

  it('agree on labels', () => {
    const labels = (name: string) =>
      [...(new RegExp(`^${name}\\{(.*"esol".*)\\}`, 'm').exec(text)?.[1] ?? '').matchAll(/(\w+)="/g)].map(
        ([, label]) => label,
      );
    expect(labels('retort_requests_total')).toEqual(['deployment', 'model', 'version']);
    expect(labels('retort_request_errors_total')).toEqual(['deployment', 'model', 'version', 'code']);
    expect(labels('retort_request_duration_seconds_bucket')).toEqual([
      'deployment',
      'model',
      'version',
      'le',
    ]);
    expect(labels('retort_request_phase_duration_seconds_bucket')).toContain('phase');
    expect(labels('retort_queue_depth')).toEqual(['deployment']);
    expect(labels('retort_model_memory_bytes')).toEqual(['deployment']);
  });

  withPrometheus('are scraped by a real Prometheus with these rules (needs prometheus)', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'retort-prometheus-'));
    const port = await freePort();
    const config = (await readFile(at('prometheus/prometheus.yml'), 'utf8'))
      .replaceAll('15s', '1s')
      .replace('/run/secrets/retort_api_key', join(folder, 'key'))
      .replace('- rules.yml', `- ${at('prometheus/rules.yml')}`)
      .replace('retort:4000', new URL(app.url).host);
    await writeFile(join(folder, 'key'), KEY);
    await writeFile(join(folder, 'prometheus.yml'), config);
    const prometheus = spawn(
      'prometheus',
      [
        `--config.file=${join(folder, 'prometheus.yml')}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { env: childEnvironment(), stdio: 'ignore' },
    );
    const ended = new Promise((resolve) => prometheus.once('close', resolve));
    const query = async (expr: string) => {
      const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expr)}`;
      const response = await fetch(url).catch(() => null);
      const answer = response?.ok
        ? ((await response.json()) as { data: { result: { metric: object }[] } })
        : null;
      return answer?.data.result ?? [];
    };
    try {
      await until(async () => (await query('retort_requests_total{deployment="esol"} == 7')).length === 1);
      expect(await query('up{job="retort"} == 1')).toHaveLength(1);
      // Every query of the dashboard is one that Prometheus takes.
      const { expressions } = await dashboard();
      for (const expression of expressions.filter((each) => !each.startsWith('label_values'))) {
        const expr = expression.replaceAll('$__rate_interval', '1m').replaceAll(/\$\w+/g, '.*');
        const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(expr)}`;
        expect([expr, (await fetch(url)).status]).toEqual([expr, 200]);
      }
      const rules = (await (await fetch(`http://127.0.0.1:${port}/api/v1/rules`)).json()) as {
        data: { groups: { rules: { name: string; health: string; lastError?: string }[] }[] };
      };
      expect(rules.data.groups.flatMap((group) => group.rules).length).toBeGreaterThan(10);
      expect(
        rules.data.groups.flatMap((group) => group.rules).filter(({ health }) => health === 'err'),
      ).toEqual([]);
      await until(async () => {
        await scale(app, { deployment: 'esol' }, [1, 2, 3, 4]);
        return (await query('deployment:retort_requests:rate5m{deployment="esol"} > 0')).length === 1;
      });
      // Tensors of a wrong shape are the caller's to put right.
      await until(
        async () =>
          (await query('deployment:retort_errors:ratio_rate5m{deployment="esol"} == 0')).length === 1,
      );
    } finally {
      prometheus.kill('SIGKILL');
      await ended;
      await rm(folder, { recursive: true, force: true });
    }
  });
});

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
