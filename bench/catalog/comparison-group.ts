import { smallModel } from '../support/bench-models.js';
import type { BenchGroup } from '../support/bench-run.js';
import { DirectRuns } from '../support/direct-runs.js';
import { graphqlInfer } from '../support/infer-exchanges.js';
import { LoadGenerator } from '../support/load-generator.js';
import { digits, judged, mb, ms, table } from '../support/markdown.js';
import { perceptron, randomValues } from '../support/models.js';
import { startRetort, type RetortServer } from '../support/retort-server.js';
import { median, medianRatio } from '../support/statistics.js';
import { watchMemory } from './memory-watch.js';

/** 25 million weights in three layers: 101 MB. */
const WIDTHS = [1024, 4096, 4096, 1024] as const;
const LAYERS = WIDTHS.length - 1;
const GRAPHS = ['large-a', 'large-b', 'large-c'] as const;
const REQUESTS_PER_SECOND = 200;
const CONNECTIONS = 4;
const ALONE_MS = 3_000;

const COMPARE = `query ($base: String!, $target: String!) { compareVersions(base: $base, target: $target) {
  signature { compatibility } size { baseBytes targetBytes } graph(deadlineMs: 120000) { initializerTotals { changed }
  initializers(first: 10) { name difference { changed elements largest mean } } } } }`;

interface Comparison {
  readonly seconds: number;
  readonly aloneP99Ms: number;
  readonly duringP99Ms: number;
  readonly serverBeforeMb: number;
  readonly serverMostMb: number;
  readonly childMostMb: number;
}

/** What comparing two graphs of 100 MB takes, and what whoever calls a model meanwhile notices of it. */
export const comparisonGroup: BenchGroup = async (run) => {
  await using direct = new DirectRuns();
  await using load = new LoadGenerator();
  await using retort = await startRetort(run.options);
  const small = await smallModel(direct);
  await retort.publish('small', small.graph);
  await retort.deploy('small');
  for (const [index, name] of GRAPHS.entries()) {
    run.progress(`publishing ${name}`);
    await retort.publish(name, perceptron(WIDTHS, seedOf(index)));
  }
  const order = {
    port: retort.port,
    exchanges: small.calls('small').map((call) => graphqlInfer(call)),
    connections: CONNECTIONS,
    ratePerSecond: REQUESTS_PER_SECOND,
  };
  await load.run({ ...order, durationMs: run.options.warmUpMs });
  const comparisons: Comparison[] = [];
  for (const [base, target] of pairs().slice(0, run.options.quick ? 2 : undefined)) {
    // Beforehand: it takes a core for a while.
    const expected = largestChange(base, target);
    const alone = await load.run({ ...order, durationMs: ALONE_MS });
    const during = await load.start(order);
    const memory = watchMemory(retort.pid, 'graph-difference-child');
    const began = performance.now();
    const compared = await retort.graphql(COMPARE, { base: GRAPHS[base], target: GRAPHS[target] });
    const seconds = (performance.now() - began) / 1000;
    const { p99Ms } = await during.stop();
    check(compared, expected);
    comparisons.push({ seconds, aloneP99Ms: alone.p99Ms, duringP99Ms: p99Ms, ...memory.stop() });
    run.progress(`compared ${GRAPHS[base]} with ${GRAPHS[target]} in ${seconds.toFixed(1)} s`);
  }
  return section(comparisons, await sizeOf(retort));
};

function pairs(): (readonly [number, number])[] {
  const all = GRAPHS.map((_, index) => index);
  return all.flatMap((base) =>
    all.filter((target) => target !== base).map((target) => [base, target] as const),
  );
}

/** So that no two graphs share a layer's weights. */
function seedOf(graph: number): number {
  return 1 + graph * 1_000;
}

/** @throws Error when the answer is not what the weights say. */
function check({ compareVersions }: Readonly<Record<string, unknown>>, expected: number): void {
  const { graph } = compareVersions as {
    graph: {
      initializerTotals: { changed: number };
      initializers: { name: string; difference: { largest: number; elements: number | string } }[];
    };
  };
  const first = graph.initializers.find(({ name }) => name === 'weights_0')?.difference;
  if (
    graph.initializerTotals.changed !== 2 * LAYERS ||
    Math.abs((first?.largest ?? NaN) / expected - 1) > 1e-5
  )
    throw new Error(
      `Expected ${2 * LAYERS} changed tensors, weights_0 by ${expected}; got ${JSON.stringify(graph)}`,
    );
}

function largestChange(base: number, target: number): number {
  const [rows, columns] = WIDTHS;
  const scale = Math.sqrt(6 / rows);
  const before = randomValues(rows * columns, seedOf(base));
  const after = randomValues(rows * columns, seedOf(target));
  return before.reduce((most, value, at) => Math.max(most, Math.abs(value - (after[at] ?? NaN))), 0) * scale;
}

async function sizeOf(retort: RetortServer): Promise<number> {
  const { version } = await retort.graphql('{ version(ref: "large-a") { artifact { size } } }', {});
  return Number((version as { artifact: { size: string } }).artifact.size) / 1e6;
}

function section(comparisons: readonly Comparison[], graphMb: number): string {
  const middle = (pick: (comparison: Comparison) => number) => median(comparisons.map(pick));
  const seconds = middle((comparison) => comparison.seconds);
  const slower = medianRatio(
    comparisons.map(({ duringP99Ms }) => duringP99Ms),
    comparisons.map(({ aloneP99Ms }) => aloneP99Ms),
  );
  const grown = middle(({ serverBeforeMb, serverMostMb }) => serverMostMb - serverBeforeMb);
  return [
    `### Comparing two graphs of ${digits(graphMb)} MB, every weight of which differs`,
    `While a small model is asked ${REQUESTS_PER_SECOND} times a second over ${CONNECTIONS} connections; ${comparisons.length} different pairs.`,
    table(
      ['what', 'median'],
      [
        ['time of a comparison', `${digits(seconds)} s, ${digits((2 * graphMb) / seconds)} MB/s`],
        ['p99 of `infer` alone', ms(middle(({ aloneP99Ms }) => aloneP99Ms))],
        ['p99 of `infer` during a comparison', ms(middle(({ duringP99Ms }) => duringP99Ms))],
        [
          'server before, at most during',
          `${mb(middle((c) => c.serverBeforeMb))}, ${mb(middle((c) => c.serverMostMb))}`,
        ],
        ['the process that compares, at most', mb(middle(({ childMostMb }) => childMostMb))],
      ],
    ),
    table(
      ['ratio', 'value', 'aim', 'met'],
      [
        ['p99 of `infer`, during / alone', ...judged(slower, { atMost: 5 })],
        ['memory the server grows by / one graph', ...judged(grown / graphMb, { atMost: 0.5 })],
      ],
    ),
  ].join('\n\n');
}
