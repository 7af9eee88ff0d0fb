import { largeModel, type BenchModel } from '../support/bench-models.js';
import type { BenchGroup, BenchRun } from '../support/bench-run.js';
import { DirectRuns } from '../support/direct-runs.js';
import { binaryEchoOf, echoOf, startEcho } from '../support/echo-server.js';
import { binaryBody, binaryInfer, restBody, restInfer } from '../support/infer-exchanges.js';
import { LoadGenerator } from '../support/load-generator.js';
import { digits, judged, table } from '../support/markdown.js';
import { startRetort } from '../support/retort-server.js';
import { median, medianRatio } from '../support/statistics.js';
import {
  measureThroughput,
  ratio,
  roundsOf,
  throughputTable,
  type Candidate,
} from '../support/throughput.js';

const BATCHED = 'batched, binary';
const UNBATCHED = 'two unbatched workers, binary';
const JSON_BODIES = 'batched, JSON';
const ECHO = 'echo of the JSON bodies';
const BINARY_ECHO = 'echo of the binary bodies';
const BARE_ROWS = 32;

/** What joining requests is worth: a model whose weights cost more to read than a row costs to compute. */
export const largeGroup: BenchGroup = async (run) => {
  await using direct = new DirectRuns();
  await using load = new LoadGenerator();
  await using retort = await startRetort(run.options);
  await using echo = await startEcho();
  const model = await largeModel(direct);
  await retort.publish('large', model.graph);
  await retort.deploy('large');
  await retort.deploy('unbatched', {
    model: 'large',
    runtime: { replicas: 2 },
    batching: { enabled: false },
  });

  const server = { port: retort.port, pids: retort.processes() };
  const batched = { ...server, runsSoFar: () => retort.runsOf('large') };
  const calls = model.calls('large');
  const candidates: Candidate[] = [
    { name: BATCHED, ...batched, exchanges: calls.map(binaryInfer) },
    {
      name: UNBATCHED,
      ...server,
      runsSoFar: () => retort.runsOf('unbatched'),
      exchanges: model.calls('unbatched').map(binaryInfer),
    },
    { name: JSON_BODIES, ...batched, exchanges: calls.map(restInfer) },
    {
      name: BINARY_ECHO,
      port: echo.port,
      pids: [echo.pid],
      exchanges: calls.map((call) => binaryEchoOf(binaryBody(call).body)),
    },
    { name: ECHO, port: echo.port, pids: [echo.pid], exchanges: calls.map((call) => echoOf(restBody(call))) },
  ];
  const bare: number[] = [];
  const measured = await measureThroughput(run, load, candidates, [16, 64], async (connections) => {
    if (connections === 64) bare.push(await bareRowsPerSecond(run, direct, model));
  });

  const perSecond = (numerator: string, denominator: string, connections: number) =>
    ratio(measured, (report) => report.perSecond, numerator, denominator, connections);
  const batchedRates = roundsOf(measured, BATCHED, 64).map((report) => report.perSecond);
  return [
    '### Large model (1024-1024-1024-10), one row a request',
    throughputTable(measured),
    `The bare loop, ${BARE_ROWS} rows a run on one thread: ${digits(median(bare))} rows/s.`,
    table(
      ['ratio', 'connections', 'median', 'aim', 'met'],
      [
        ['batched / unbatched', '16', ...judged(perSecond(BATCHED, UNBATCHED, 16), { atLeast: 1.8 })],
        ['batched / unbatched', '64', ...judged(perSecond(BATCHED, UNBATCHED, 64), { atLeast: 2.5 })],
        ['batched / binary echo', '64', perSecond(BATCHED, BINARY_ECHO, 64).toFixed(2), '–', '–'],
        ['batched / bare loop', '64', ...judged(medianRatio(batchedRates, bare), { atLeast: 0.65 })],
        ['JSON / echo', '16', ...judged(perSecond(JSON_BODIES, ECHO, 16), { atLeast: 0.9 })],
        ['JSON / echo', '64', ...judged(perSecond(JSON_BODIES, ECHO, 64), { atLeast: 0.9 })],
      ],
    ),
  ].join('\n\n');
};

/** The most that one core can do with the model. */
async function bareRowsPerSecond(
  { options }: BenchRun,
  direct: DirectRuns,
  { graph, calls }: BenchModel,
): Promise<number> {
  const rows = calls('').slice(0, BARE_ROWS);
  const values = Float32Array.from(rows.flatMap((call) => [...call.values]));
  const shape = [BARE_ROWS, values.length / BARE_ROWS];
  const { secondsPerRun } = await direct.run({ graph, shape, values, durationMs: options.roundMs / 2 });
  return BARE_ROWS / secondsPerRun;
}
