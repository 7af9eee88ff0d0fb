/**
 * Migrations and rollbacks under load: whether any request fails or is answered by a mixture of versions, and whether
 * guards send back what is bad, soon, and never what is good.
 *
 *   npm run bench:migrations                64 callers of `predict`; 50 migrations and 50 rollbacks of every strategy,
 *                                           then 20 canaries each of a good, a wrong, a slow and a failing version
 *   npm run bench:migrations -- --quick     a few of each: whether it works
 *
 * Exits with 1 when a request failed, an answer was wrong, or a guard decided wrongly.
 */
import { cpus } from 'node:os';
import { parseArgs } from 'node:util';
import { bindingEnergyPipeline } from '../examples/binding-energy/pipeline.js';
import { PredictionCallers } from './migrations/prediction-callers.js';
import { failingNuclides, nuclides, sluggishNuclides } from './migrations/nuclide-models.js';
import { judged, table } from './support/markdown.js';
import { MigratingServer, type MigrationEnd } from './migrations/migrating-server.js';
import { median } from './support/statistics.js';

const { values } = parseArgs({ options: { quick: { type: 'boolean', default: false } } });
const MIGRATIONS = values.quick ? 3 : 50;
const TRIALS = values.quick ? 2 : 20;
const CALLERS = 64;
const STRATEGIES = ['IMMEDIATE', 'CANARY', 'SHADOW', 'BLUE_GREEN'] as const;
const QUICK = { dwellMs: 0, minRequests: 20 };
const HOWS = {
  IMMEDIATE: {},
  BLUE_GREEN: {},
  SHADOW: { shadow: { share: 0.2, ...QUICK }, guards: { p99Ratio: null } },
  CANARY: {
    canary: { steps: [0.1, 0.5].map((share) => ({ share, ...QUICK })), mirrorShare: 0.2 },
    guards: { p99Ratio: null },
  },
};
/** Every guard, with the defaults it has when asked for. */
const ALL_GUARDS = { errorRate: {}, p99Ratio: {}, outputDifference: {}, drift: {} };

const began = performance.now();
const progress = (text: string) =>
  process.stderr.write(`${((performance.now() - began) / 1000).toFixed(0).padStart(4)} s  ${text}\n`);

await using server = await MigratingServer.start('nuclei');
const factors = new Map<string, number>();
const publish = async (graph: Uint8Array, factor: number) => {
  const ref = await server.publish(graph, bindingEnergyPipeline);
  factors.set(ref, factor);
  return ref;
};
const base = await publish(nuclides(8, 'base'), 8);
const other = await publish(nuclides(9, 'other'), 9);
const good = await publish(nuclides(8, 'good'), 8);
const bad = {
  wrong: await publish(nuclides(8.1, 'wrong'), 8.1),
  slow: await publish(sluggishNuclides(8, 10), 8),
  failing: await publish(failingNuclides(8, 40), 8),
};
await server.deploy(base);
await using callers = new PredictionCallers(server.url, CALLERS, factors);

process.stdout.write(
  `${cpus().length} × ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}.\n\n`,
);
const rows: string[][] = [];
for (const strategy of STRATEGIES) {
  progress(`${strategy}: ${MIGRATIONS} migrations and rollbacks`);
  const before = callers.counts();
  const [there, back]: [number[], number[]] = [[], []];
  for (let round = 0; round < MIGRATIONS; round += 1) {
    const migration = await server.migrate(other, strategy, HOWS[strategy]);
    if (migration.state !== 'SUCCEEDED') throw new Error(`${strategy}: ${JSON.stringify(migration)}`);
    there.push(migration.tookMs);
    await callers.progress(CALLERS);
    back.push(await server.rollBack());
    await callers.progress(CALLERS);
  }
  const { answered, failed, wrong } = callers.since(before);
  rows.push([
    strategy,
    String(MIGRATIONS),
    `${median(there).toFixed(0)} ms`,
    `${median(back).toFixed(1)} ms`,
    String(answered),
    String(failed),
    String(wrong),
  ]);
}

const trials: string[][] = [];
const verdicts: number[] = [];
for (const [name, version] of Object.entries({ good, ...bad })) {
  progress(`${name}: ${TRIALS} canaries`);
  const before = callers.counts();
  const wanted = name === 'good' ? 'SUCCEEDED' : 'ROLLED_BACK';
  const ends: MigrationEnd[] = [];
  for (let round = 0; round < TRIALS; round += 1) {
    const steps =
      name === 'good'
        ? [0.1, 0.3].map((share) => ({ share, dwellMs: 2_000, minRequests: 100 }))
        : [{ share: 0.1, dwellMs: 3_600_000, minRequests: 0 }];
    ends.push(await server.migrate(version, 'CANARY', { canary: { steps }, guards: ALL_GUARDS }));
    if (ends.at(-1)?.state === 'SUCCEEDED') await server.rollBack();
    await callers.progress(CALLERS);
  }
  const { failed, wrong } = callers.since(before);
  const right = ends.filter(({ state }) => state === wanted);
  verdicts.push(right.length);
  trials.push([
    name,
    `${right.length} of ${TRIALS} ${wanted}`,
    [...new Set(ends.flatMap(({ failedGuards }) => failedGuards))].join(', ') || '–',
    `${median(ends.map(({ candidateRequests }) => candidateRequests))}, at most ${Math.max(...ends.map(({ candidateRequests }) => candidateRequests))}`,
    `${median(ends.map(({ tookMs }) => tookMs)).toFixed(0)} ms`,
    String(failed),
    String(wrong),
  ]);
}

const { failed, wrong } = callers.counts();
process.stdout.write(
  [
    `### Under ${CALLERS} callers of \`predict\``,
    table(
      [
        'strategy',
        'migrations and rollbacks',
        'to the new version',
        'rollback',
        'answers',
        'failed',
        'wrong or mislabelled',
      ],
      rows,
    ),
    '### Canaries with every guard on',
    table(
      ['version', 'decided', 'by', 'requests it took', 'time', 'failed', 'wrong answers to callers'],
      trials,
    ),
    table(
      ['figure', 'value', 'aim', 'met'],
      [
        ['requests that failed', ...judged(failed, { atMost: 0 })],
        ['answers that were wrong for the version they name', ...judged(wrong, { atMost: 0 })],
        ['right decisions', ...judged(Math.min(...verdicts), { atLeast: TRIALS })],
      ],
    ),
  ].join('\n\n') + '\n',
);
if (failed > 0 || wrong > 0 || Math.min(...verdicts) < TRIALS) process.exitCode = 1;
