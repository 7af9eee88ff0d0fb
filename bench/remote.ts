/**
 * What a version behind another server costs: `infer` through Retort to MLServer and to another Retort, as a ratio to calling that
 * server directly, by turns in one run.
 *
 *   npm run bench:remote                        both models
 *   npm run bench:remote -- --group small       one of them
 *   npm run bench:remote -- --quick             a few seconds each: whether it works, not how fast it is
 *
 * Callers speak the Open Inference Protocol with JSON in both cases. Every answer is compared with what the bare runtime computed. MLServer
 * is installed from PyPI by scripts/install-engine.mjs.
 */
import type { BenchGroup } from './support/bench-run.js';
import { largeModel, smallModel, type BenchModel } from './support/bench-models.js';
import { DirectRuns } from './support/direct-runs.js';
import { runGroups } from './support/groups.js';
import { restInfer } from './support/infer-exchanges.js';
import { LoadGenerator } from './support/load-generator.js';
import { judged, ms, table } from './support/markdown.js';
import { startMlServer } from './support/mlserver.js';
import { startRetort } from './support/retort-server.js';
import { median } from './support/statistics.js';
import { measureThroughput, ratio, throughputTable } from './support/throughput.js';

const AIM = { atMost: 1.2 };
const CONNECTIONS = [1, 8];
const NAME = 'model';
const ENGINES = ['MLServer', 'Retort'] as const;

function remoteGroup(title: string, make: (direct: DirectRuns) => Promise<BenchModel>): BenchGroup {
  return async (run) => {
    await using direct = new DirectRuns();
    const model = await make(direct);
    await using load = new LoadGenerator();
    await using mlserver = await startMlServer({ [NAME]: model.graph });
    await using far = await startRetort(run.options);
    await far.publish(NAME, model.graph);
    await far.deploy(NAME);
    await using near = await startRetort(run.options, {
      environment: { RETORT_REMOTE_HOSTS: '127.0.0.0/8' },
    });
    const servers = {
      MLServer: { port: mlserver.port, pids: [mlserver.pid] },
      Retort: { port: far.port, pids: far.processes() },
    };
    await near.publish(NAME, model.graph);
    for (const engine of ENGINES) {
      const url = `http://127.0.0.1:${servers[engine].port}`;
      const remote = { protocol: 'OPEN_INFERENCE', url, model: NAME } as const;
      const runtime = { replicas: Math.max(...CONNECTIONS), remote };
      await near.deploy(engine.toLowerCase(), { model: NAME, runtime });
    }
    const through = (engine: string) => `Retort to ${engine}`;
    const candidates = ENGINES.flatMap((engine) => [
      { name: engine, ...servers[engine], exchanges: model.calls(NAME).map(restInfer) },
      {
        name: through(engine),
        port: near.port,
        pids: near.processes(),
        exchanges: model.calls(engine.toLowerCase()).map(restInfer),
      },
    ]);
    const measured = await measureThroughput(run, load, candidates, CONNECTIONS);
    const rows = ENGINES.flatMap((engine) =>
      CONNECTIONS.map((connections) => {
        const of = (pick: (report: { p50Ms: number; p99Ms: number }) => number) =>
          ratio(measured, pick, through(engine), engine, connections);
        const p50s = (name: string) =>
          measured
            .find((entry) => entry.candidate.name === name && entry.connections === connections)
            ?.rounds.map(({ p50Ms }) => p50Ms) ?? [];
        const added = p50s(through(engine)).map((p50, round) => p50 - (p50s(engine)[round] ?? NaN));
        return [
          through(engine),
          String(connections),
          ms(median(added)),
          ...judged(
            of(({ p50Ms }) => p50Ms),
            AIM,
          ),
          of(({ p99Ms }) => p99Ms).toFixed(2),
        ];
      }),
    );
    return [
      `### ${title}`,
      throughputTable(measured),
      table(
        [
          'through Retort',
          'connections',
          'p50 added',
          'p50, times directly',
          'aim',
          'met',
          'p99, times directly',
        ],
        rows,
      ),
    ].join('\n\n');
  };
}

const GROUPS: Readonly<Record<string, BenchGroup>> = {
  small: remoteGroup('Small model (16-64-1), one row a request', smallModel),
  large: remoteGroup('Large model (1024-1024-1024-10), one row a request', largeModel),
};

await runGroups(
  GROUPS,
  process.argv.slice(2),
  ({ rounds, roundMs }) =>
    `Medians of ${rounds} rounds of ${roundMs / 1000} s in which the candidates take turns; ratios are taken round by round.`,
);
