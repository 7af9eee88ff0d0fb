import { smallModel } from '../support/bench-models.js';
import type { BenchGroup } from '../support/bench-run.js';
import { DirectRuns } from '../support/direct-runs.js';
import { echoOf, startEcho } from '../support/echo-server.js';
import { binaryInfer, graphqlBody, graphqlInfer, restInfer } from '../support/infer-exchanges.js';
import { LoadGenerator } from '../support/load-generator.js';
import { judged, table } from '../support/markdown.js';
import { startRetort } from '../support/retort-server.js';
import { measureThroughput, ratio, throughputTable, type Candidate } from '../support/throughput.js';

const CONNECTIONS = [16, 64];
const ECHO = 'echo of the GraphQL bodies';
const GRAPHQL = 'GraphQL infer';
const REST = 'REST infer, JSON';

/** What everything around the model costs: a model that costs nothing, one row a request. */
export const smallGroup: BenchGroup = async (run) => {
  await using direct = new DirectRuns();
  await using load = new LoadGenerator();
  await using retort = await startRetort(run.options);
  await using echo = await startEcho();
  const model = await smallModel(direct);
  await retort.publish('small', model.graph);
  await retort.deploy('small');

  const calls = model.calls('small');
  const server = { port: retort.port, pids: retort.processes(), runsSoFar: () => retort.runsOf('small') };
  const candidates: Candidate[] = [
    {
      name: ECHO,
      port: echo.port,
      pids: [echo.pid],
      exchanges: calls.map((call) => echoOf(graphqlBody(call))),
    },
    { name: GRAPHQL, ...server, exchanges: calls.map((call) => graphqlInfer(call)) },
    { name: REST, ...server, exchanges: calls.map(restInfer) },
    { name: 'REST infer, binary', ...server, exchanges: calls.map(binaryInfer) },
  ];
  const measured = await measureThroughput(run, load, candidates, CONNECTIONS);
  const ratios = CONNECTIONS.flatMap((connections) => {
    const row = (name: string, value: number, aim: Parameters<typeof judged>[1]) => [
      name,
      String(connections),
      ...judged(value, aim),
    ];
    return [
      row(
        'GraphQL / echo, answers/s',
        ratio(measured, (r) => r.perSecond, GRAPHQL, ECHO, connections),
        {
          atLeast: 0.6,
        },
      ),
      row(
        'GraphQL / REST JSON, answers/s',
        ratio(measured, (r) => r.perSecond, GRAPHQL, REST, connections),
        {
          atLeast: 0.85,
        },
      ),
      row(
        'GraphQL / echo, p99',
        ratio(measured, (r) => r.p99Ms, GRAPHQL, ECHO, connections),
        { atMost: 3 },
      ),
    ];
  });
  return [
    '### Small model (16-64-1), one row a request',
    throughputTable(measured),
    table(['ratio', 'connections', 'median', 'aim', 'met'], ratios),
  ].join('\n\n');
};
