import { smallModel } from '../support/bench-models.js';
import type { BenchGroup } from '../support/bench-run.js';
import { DirectRuns, graphOfDuration } from '../support/direct-runs.js';
import { httpRequest, type Exchange } from '../support/exchange.js';
import { graphqlInfer } from '../support/infer-exchanges.js';
import { LoadGenerator } from '../support/load-generator.js';
import type { LoadReport } from '../support/load-messages.js';
import { digits, judged, ms, table } from '../support/markdown.js';
import { startRetort, type LoopDelay, type RetortServer } from '../support/retort-server.js';
import { alternate } from '../support/rounds.js';
import { median, medianRatio } from '../support/statistics.js';

const SLOW_MS = 500;
/** One more than runs at once, so that the next is there when one ends. */
const SLOW_CONNECTIONS = 2;
const CONNECTIONS = 16;
/** Requests of users who come when they come, far below what the server can take. */
const PACED_PER_SECOND = 300;
const PROBES_PER_SECOND = 100;
/** A percentile of a paced load needs longer. */
const ROUNDS_LONG = 2;

interface Situation {
  readonly pace: 'paced' | 'as fast as it answers';
  readonly slow: boolean;
}

interface Outcome {
  readonly small: LoadReport;
  readonly slow: LoadReport | undefined;
  /** `/health/live`, which needs nothing but the event loop. */
  readonly live: LoadReport;
  readonly loop: LoopDelay;
}

const SITUATIONS: readonly Situation[] = [
  { pace: 'paced', slow: false },
  { pace: 'paced', slow: true },
  { pace: 'as fast as it answers', slow: false },
  { pace: 'as fast as it answers', slow: true },
];

/** What a fast model notices of a slow one. */
export const fairnessGroup: BenchGroup = async (run) => {
  await using direct = new DirectRuns();
  await using loads = new Loads();
  await using retort = await startRetort(run.options);
  const model = await smallModel(direct);
  const { graph, ms: slowMs } = await graphOfDuration(direct, SLOW_MS);
  run.progress(`one run of the slow model alone: ${slowMs.toFixed(0)} ms`);
  const values = Float32Array.of(0.5);
  const { outputs } = await direct.run({ graph, shape: [1], values, durationMs: 0 });
  await retort.publish('small', model.graph);
  await retort.deploy('small');
  await retort.publish('slow', graph);
  await retort.deploy('slow');

  const small = model.calls('small').map((call) => graphqlInfer(call));
  const slow = graphqlInfer({ deployment: 'slow', shape: [1], values, expected: outputs });
  const measure = (situation: Situation, durationMs: number) =>
    measureSituation(retort, loads, { small, slow }, situation, durationMs);
  run.progress('warming up');
  for (const situation of SITUATIONS) await measure(situation, run.options.warmUpMs);
  run.progress(`${run.options.rounds} rounds`);
  const results = await alternate(SITUATIONS, run.options.rounds, (situation) =>
    measure(situation, run.options.roundMs * ROUNDS_LONG),
  );
  return section(slowMs, results);
};

/** Each kind of request comes from a process of its own. */
class Loads implements AsyncDisposable {
  readonly small = new LoadGenerator();
  readonly slow = new LoadGenerator();
  readonly live = new LoadGenerator();

  async [Symbol.asyncDispose](): Promise<void> {
    for (const load of [this.small, this.slow, this.live]) await load[Symbol.asyncDispose]();
  }
}

async function measureSituation(
  retort: RetortServer,
  loads: Loads,
  exchanges: { readonly small: readonly Exchange[]; readonly slow: Exchange },
  situation: Situation,
  durationMs: number,
): Promise<Outcome> {
  const { port } = retort;
  const slow = situation.slow
    ? await loads.slow.start({ port, exchanges: [exchanges.slow], connections: SLOW_CONNECTIONS })
    : undefined;
  const live = await loads.live.start({
    port,
    exchanges: [{ request: httpRequest('GET', '/health/live'), expected: { kind: 'success' } }],
    connections: 1,
    ratePerSecond: PROBES_PER_SECOND,
  });
  retort.watchLoop();
  const small = await loads.small.run({
    port,
    exchanges: exchanges.small,
    connections: CONNECTIONS,
    durationMs,
    ...(situation.pace === 'paced' ? { ratePerSecond: PACED_PER_SECOND } : {}),
  });
  const loop = await retort.loopDelay();
  return { small, loop, live: await live.stop(), slow: await slow?.stop() };
}

function section(slowMs: number, results: ReadonlyMap<Situation, readonly Outcome[]>): string {
  const rows = [...results].map(([{ pace, slow }, rounds]) => {
    const middle = (pick: (outcome: Outcome) => number) => median(rounds.map(pick));
    return [
      pace,
      slow ? 'yes' : 'no',
      digits(middle((outcome) => outcome.small.perSecond)),
      ms(middle((outcome) => outcome.small.p50Ms)),
      ms(middle((outcome) => outcome.small.p99Ms)),
      slow ? digits(middle((outcome) => outcome.slow?.perSecond ?? NaN)) : '–',
      ms(middle((outcome) => outcome.live.p99Ms)),
      ms(middle((outcome) => outcome.loop.p99Ms)),
      ms(Math.max(...rounds.map((outcome) => outcome.loop.p99Ms))),
    ];
  });
  const p99 = (pace: Situation['pace'], slow: boolean) =>
    [...results].flatMap(([situation, rounds]) =>
      situation.pace === pace && situation.slow === slow ? rounds.map((outcome) => outcome.small.p99Ms) : [],
    );
  const judgedP99 = (pace: Situation['pace']) =>
    judged(medianRatio(p99(pace, true), p99(pace, false)), { atMost: 2 });
  const worstLoop = Math.max(...[...results.values()].flat().map((outcome) => outcome.loop.p99Ms));
  return [
    `### Fairness: the small model beside one of ${slowMs.toFixed(0)} ms a run`,
    table(
      [
        `small model, ${CONNECTIONS} connections`,
        'slow one runs',
        'answers/s',
        'p50',
        'p99',
        'runs/s of the slow one',
        'p99 of /health/live',
        'event loop p99',
        'in the worst round',
      ],
      rows,
    ),
    table(
      ['figure', 'median', 'aim', 'met'],
      [
        [`p99 beside / alone, paced at ${PACED_PER_SECOND}/s`, ...judgedP99('paced')],
        ['p99 beside / alone, as fast as it answers', ...judgedP99('as fast as it answers')],
        ['event loop delay p99 in the worst round, ms', ...judged(worstLoop, { atMost: 10 })],
      ],
    ),
  ].join('\n\n');
}
