import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { smallModel, type BenchModel } from '../support/bench-models.js';
import type { BenchGroup } from '../support/bench-run.js';
import { DirectRuns } from '../support/direct-runs.js';
import { binaryInfer, graphqlInfer } from '../support/infer-exchanges.js';
import { LoadGenerator } from '../support/load-generator.js';
import type { LoadReport } from '../support/load-messages.js';
import { digits, judged, table } from '../support/markdown.js';
import { startRetort, type RetortServer } from '../support/retort-server.js';
import {
  measureThroughput,
  processorMs,
  roundsOf,
  throughputTable,
  type Candidate,
} from '../support/throughput.js';
import { medianRatio } from '../support/statistics.js';

const CONNECTIONS = [16, 64];
const PROTOCOLS = { 'GraphQL infer': graphqlInfer, 'REST infer, binary': binaryInfer } as const;
const REFERENCE_ROWS = 64;
type State = 'off' | 'on';

/** A server is a few per cent quicker or slower than another of its kind: two of each, and many short turns. */
type Pair = 'A' | 'B';
const ROUNDS = 20;
const ROUND_MS = 500;

/**
 * What it costs `infer` that everything is watched: metrics, drift from a reference distribution, an alert rule, and
 * somebody who looks at the fleet each second. Where it costs most: at a model that costs nothing. What two servers
 * without monitoring differ by says how far the ratios can be read.
 */
export const monitoringGroup: BenchGroup = async (run) => {
  await using direct = new DirectRuns();
  await using load = new LoadGenerator();
  const environment = { RETORT_METRICS: 'false' };
  await using offA = await startRetort(run.options, { environment });
  await using onA = await startRetort(run.options);
  // The other way round: which one starts first must not matter.
  await using onB = await startRetort(run.options);
  await using offB = await startRetort(run.options, { environment });
  const model = await smallModel(direct);
  const servers: readonly (readonly [State, Pair, RetortServer])[] = [
    ['off', 'A', offA],
    ['on', 'A', onA],
    ['on', 'B', onB],
    ['off', 'B', offB],
  ];
  const watching: { dispose(): void | Promise<void> }[] = [];
  for (const [state, , retort] of servers) {
    await retort.publish('small', model.graph);
    await retort.deploy('small');
    if (state === 'on') watching.push(await watchEverything(retort, model));
  }
  const candidates = Object.entries(PROTOCOLS).flatMap(([protocol, exchangeOf]) =>
    servers.map(([state, pair, retort]): Candidate => ({
      name: nameOf(protocol, state, pair),
      port: retort.port,
      pids: retort.processes(),
      exchanges: model.calls('small').map((call) => exchangeOf(call)),
      runsSoFar: () => retort.runsOf('small'),
    })),
  );
  const options = run.options.quick ? run.options : { ...run.options, rounds: ROUNDS, roundMs: ROUND_MS };
  const measured = await measureThroughput({ ...run, options }, load, candidates, CONNECTIONS);
  for (const client of watching) await client.dispose();
  const rows = CONNECTIONS.flatMap((connections) =>
    Object.keys(PROTOCOLS).flatMap((protocol) => {
      const of = (pick: (report: LoadReport) => number, state: State, pair: Pair): number[] =>
        roundsOf(measured, nameOf(protocol, state, pair), connections).map(pick);
      const both = (pick: (report: LoadReport) => number, state: State): number[] => {
        const [first, second] = [of(pick, state, 'A'), of(pick, state, 'B')];
        return first.map((value, round) => (value + (second[round] ?? NaN)) / 2);
      };
      const ratios = (pick: (report: LoadReport) => number) => ({
        onOff: medianRatio(both(pick, 'on'), both(pick, 'off')),
        alike: medianRatio(of(pick, 'off', 'A'), of(pick, 'off', 'B')),
      });
      const [answers, processor] = [ratios((report) => report.perSecond), ratios(processorMs)];
      const row = [protocol, String(connections)];
      return [
        [...row, 'answers/s', ...judged(answers.onOff, { atLeast: 0.95 }), digits(answers.alike)],
        [
          ...row,
          'processor time an answer',
          ...judged(processor.onOff, { atMost: 1.05 }),
          digits(processor.alike),
        ],
      ];
    }),
  );
  return [
    `### Monitoring on and off (small model, one row a request; ${options.rounds} rounds of ${options.roundMs} ms, two servers of each)`,
    throughputTable(measured),
    table(['request', 'connections', 'figure', 'on / off', 'aim', 'met', 'off / off'], rows),
  ].join('\n\n');
};

function nameOf(protocol: string, state: State, pair: Pair): string {
  return `${protocol}, ${state}, ${pair}`;
}

async function watchEverything(retort: RetortServer, model: BenchModel) {
  const instances = model
    .calls('small')
    .slice(0, REFERENCE_ROWS)
    .map(({ values }) => ({ x: [...values] }));
  await retort.graphql(SET_REFERENCE, { instances });
  await retort.graphql(CREATE_RULE, {});
  const client = createClient({
    url: `ws://127.0.0.1:${retort.port}/graphql`,
    webSocketImpl: WebSocket,
    lazy: false,
  });
  client.subscribe(
    { query: FLEET },
    { next: () => undefined, error: () => undefined, complete: () => undefined },
  );
  return client;
}

const SET_REFERENCE = `mutation($instances: [JSON!]) {
  setReferenceDistribution(input: { version: "small@1", instances: $instances }) { userErrors { message } }
}`;
const CREATE_RULE = `mutation {
  createAlertRule(input: { name: "slow", condition: { threshold: { metric: LATENCY_P99, operator: ABOVE, value: 60000 } } }) {
    userErrors { message }
  }
}`;
const FLEET = `subscription {
  fleetMetrics { deploymentName requestRate latency { p50 p99 } errorRate queueDepth }
}`;
