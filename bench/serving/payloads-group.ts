import type { BenchGroup } from '../support/bench-run.js';
import { binaryInfer, graphqlInfer, restInfer, type InferCall } from '../support/infer-exchanges.js';
import { LoadGenerator } from '../support/load-generator.js';
import { digits, judged, ms, table } from '../support/markdown.js';
import { identity, randomValues } from '../support/models.js';
import { startRetort } from '../support/retort-server.js';
import { median, medianRatio } from '../support/statistics.js';
import {
  measureThroughput,
  processorMs,
  ratio,
  type Candidate,
  type Measured,
} from '../support/throughput.js';

const FLOATS = 65_536;
const AIM = { atLeast: 10 };

/** What a large tensor costs by its encoding: the processor time of a call, in the server, its threads and runners. */
export const payloadsGroup: BenchGroup = async (run) => {
  await using load = new LoadGenerator();
  await using retort = await startRetort(run.options);
  await retort.publish('copy', identity());
  await retort.deploy('copy');
  const values = randomValues(FLOATS, 1);
  const call: InferCall = { deployment: 'copy', shape: [FLOATS], values, expected: values };
  const server = { port: retort.port, pids: retort.processes() };
  const candidates: Candidate[] = [
    { name: 'REST, JSON', ...server, exchanges: [restInfer(call)] },
    { name: 'GraphQL, JSON', ...server, exchanges: [graphqlInfer(call)] },
    { name: 'GraphQL, base64', ...server, exchanges: [graphqlInfer(call, 'BASE64')] },
    { name: 'REST, binary', ...server, exchanges: [binaryInfer(call)] },
  ];
  const measured = await measureThroughput(run, load, candidates, [1]);
  const costs = ({ rounds }: Measured) => rounds.map(processorMs);
  const costRatio = (numerator: string, denominator: string) =>
    ratio(measured, processorMs, numerator, denominator, 1);
  const binary = measured.at(-1)?.rounds.map(processorMs) ?? [];
  return [
    `### ${FLOATS.toLocaleString('en')} floats in and out, by encoding`,
    table(
      ['encoding', 'bytes sent', 'processor time a call', 'times binary', 'p50', 'p99'],
      measured.map((entry) => [
        entry.candidate.name,
        String(entry.candidate.exchanges[0]?.request.length ?? 0),
        ms(median(costs(entry))),
        digits(medianRatio(costs(entry), binary)),
        ms(median(entry.rounds.map(({ p50Ms }) => p50Ms))),
        ms(median(entry.rounds.map(({ p99Ms }) => p99Ms))),
      ]),
    ),
    table(
      ['ratio', 'median', 'aim', 'met'],
      [
        ['REST, processor time of JSON / binary', ...judged(costRatio('REST, JSON', 'REST, binary'), AIM)],
        [
          'GraphQL, processor time of JSON / base64',
          ...judged(costRatio('GraphQL, JSON', 'GraphQL, base64'), AIM),
        ],
      ],
    ),
  ].join('\n\n');
};
