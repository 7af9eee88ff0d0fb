import { createClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { smallModel, type BenchModel } from '../support/bench-models.js';
import type { BenchGroup } from '../support/bench-run.js';
import { DirectRuns } from '../support/direct-runs.js';
import { binaryInfer, graphqlInfer } from '../support/infer-exchanges.js';
import { LoadGenerator } from '../support/load-generator.js';
import { judged, table } from '../support/markdown.js';
import { startRetort, type RetortServer } from '../support/retort-server.js';
import {
  measureThroughput,
  processorMs,
  ratio,
  throughputTable,
  type Candidate,
} from '../support/throughput.js';

const CONNECTIONS = [16, 64];
const PROTOCOLS = { 'GraphQL infer': graphqlInfer, 'REST infer, binary': binaryInfer } as const;
const REFERENCE_ROWS = 64;

/**
 * What it costs `infer` that everything is watched: metrics, drift from a reference distribution, an alert rule, and
 * somebody who looks at the fleet each second. Where it costs most: at a model that costs nothing.
 */
export const monitoringGroup: BenchGroup = async (run) => {
  await using direct = new DirectRuns();
  await using load = new LoadGenerator();
  await using off = await startRetort(run.options, { environment: { RETORT_METRICS: 'false' } });
  await using on = await startRetort(run.options);
  const model = await smallModel(direct);
  for (const retort of [off, on]) {
    await retort.publish('small', model.graph);
    await retort.deploy('small');
  }
  const watching = await watchEverything(on, model);
  const candidates = Object.entries(PROTOCOLS).flatMap(([protocol, exchangeOf]) =>
    [
      { retort: off, name: `${protocol}, off` },
      { retort: on, name: `${protocol}, on` },
    ].map(({ retort, name }): Candidate => ({
      name,
      port: retort.port,
      pids: retort.processes(),
      exchanges: model.calls('small').map((call) => exchangeOf(call)),
      runsSoFar: () => retort.runsOf('small'),
    })),
  );
  const measured = await measureThroughput(run, load, candidates, CONNECTIONS);
  await watching.dispose();
  const rows = CONNECTIONS.flatMap((connections) =>
    Object.keys(PROTOCOLS).flatMap((protocol) => {
      const of = (pick: Parameters<typeof ratio>[1]) =>
        ratio(measured, pick, `${protocol}, on`, `${protocol}, off`, connections);
      return [
        [
          `${protocol}, on / off, answers/s`,
          String(connections),
          ...judged(
            of((r) => r.perSecond),
            { atLeast: 0.95 },
          ),
        ],
        [
          `${protocol}, on / off, processor time an answer`,
          String(connections),
          ...judged(of(processorMs), { atMost: 1.05 }),
        ],
      ];
    }),
  );
  return [
    '### Monitoring on and off (small model, one row a request)',
    throughputTable(measured),
    table(['ratio', 'connections', 'median', 'aim', 'met'], rows),
  ].join('\n\n');
};

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
