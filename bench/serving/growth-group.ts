import { smallModel, type BenchModel } from '../support/bench-models.js';
import type { BenchGroup, BenchRun } from '../support/bench-run.js';
import { DirectRuns } from '../support/direct-runs.js';
import type { Exchange } from '../support/exchange.js';
import { graphqlInfer } from '../support/infer-exchanges.js';
import { LoadGenerator } from '../support/load-generator.js';
import type { LoadReport } from '../support/load-messages.js';
import { digits, mb, ms, table } from '../support/markdown.js';
import { memoryOf, type Memory } from '../support/proc-files.js';
import { startRetort, type RetortServer } from '../support/retort-server.js';
import { alternate } from '../support/rounds.js';
import { median } from '../support/statistics.js';

const DEPLOYMENTS = [1, 10, 100];
const CONNECTIONS = [1, 16, 256, 1_024];
const USUAL_CONNECTIONS = 16;
/** Models differ, so that no two deployments share a session. */
const MODELS = 10;

interface Growth {
  readonly load: LoadReport;
  /** Of the server and its runners, under that load. */
  readonly memory: Memory;
  readonly processes: number;
}

/** What more deployments and more connections cost. */
export const growthGroup: BenchGroup = async (run) => {
  await using direct = new DirectRuns();
  await using load = new LoadGenerator();
  await using retort = await startRetort(run.options);
  const models: BenchModel[] = [];
  for (let index = 0; index < MODELS; index += 1) {
    const model = await smallModel(direct, index + 1);
    await retort.publish(`model-${index}`, model.graph);
    models.push(model);
  }

  const exchanges: Exchange[] = [];
  const deploy = async (count: number) => {
    for (let index = exchanges.length; index < count; index += 1) {
      await retort.deploy(`small-${index}`, { model: `model-${index % MODELS}` });
      const calls = models[index % MODELS]?.calls(`small-${index}`) ?? [];
      exchanges.push(
        ...calls.slice(index % calls.length, (index % calls.length) + 1).map((call) => graphqlInfer(call)),
      );
    }
  };
  await deploy(1);
  const idle = memoryOf(retort.processes());
  const byConnections = await measureConnections(run, retort, load, exchanges);
  const byDeployments: (readonly [string, readonly Growth[]])[] = [];
  for (const count of DEPLOYMENTS) {
    run.progress(`${count} deployments`);
    await deploy(count);
    byDeployments.push([String(count), await measureRounds(run, retort, load, exchanges)]);
  }

  return [
    '### Growth (small model over GraphQL)',
    `One deployment at rest: ${mb(idle.residentMb)} resident, ${mb(idle.proportionalMb)} proportional.`,
    growthTable('deployments', byDeployments),
    growthTable('connections', byConnections),
  ].join('\n\n');
};

async function measureConnections(
  { options, progress }: BenchRun,
  retort: RetortServer,
  load: LoadGenerator,
  exchanges: readonly Exchange[],
): Promise<(readonly [string, readonly Growth[]])[]> {
  progress('connections');
  await measure(retort, load, exchanges, USUAL_CONNECTIONS, options.warmUpMs);
  const results = await alternate(CONNECTIONS, options.rounds, (connections) =>
    measure(retort, load, exchanges, connections, options.roundMs),
  );
  return [...results].map(([connections, rounds]) => [String(connections), rounds] as const);
}

async function measureRounds(
  { options }: BenchRun,
  retort: RetortServer,
  load: LoadGenerator,
  exchanges: readonly Exchange[],
): Promise<Growth[]> {
  const rounds: Growth[] = [];
  await measure(retort, load, exchanges, USUAL_CONNECTIONS, options.warmUpMs);
  for (let round = 0; round < options.rounds; round += 1)
    rounds.push(await measure(retort, load, exchanges, USUAL_CONNECTIONS, options.roundMs));
  return rounds;
}

async function measure(
  retort: RetortServer,
  load: LoadGenerator,
  exchanges: readonly Exchange[],
  connections: number,
  durationMs: number,
): Promise<Growth> {
  const { port } = retort;
  const running = await load.run({ port, exchanges, connections, durationMs });
  const processes = retort.processes();
  return { load: running, memory: memoryOf(processes), processes: processes.length };
}

function growthTable(what: string, rows: readonly (readonly [string, readonly Growth[]])[]): string {
  return table(
    [what, 'answers/s', 'p50', 'p99', 'processes', 'resident', 'proportional'],
    rows.map(([name, rounds]) => {
      const middle = (pick: (growth: Growth) => number) => median(rounds.map(pick));
      return [
        name,
        digits(middle((growth) => growth.load.perSecond)),
        ms(middle((growth) => growth.load.p50Ms)),
        ms(middle((growth) => growth.load.p99Ms)),
        String(middle((growth) => growth.processes)),
        mb(middle((growth) => growth.memory.residentMb)),
        mb(middle((growth) => growth.memory.proportionalMb)),
      ];
    }),
  );
}
