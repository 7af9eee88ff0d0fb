import { largeModel, smallModel } from '../support/bench-models.js';
import type { BenchGroup } from '../support/bench-run.js';
import { DirectRuns } from '../support/direct-runs.js';
import { binaryInfer } from '../support/infer-exchanges.js';
import { LoadGenerator } from '../support/load-generator.js';
import { judged, table } from '../support/markdown.js';
import { startRetort } from '../support/retort-server.js';
import { measureThroughput, ratio, throughputTable, type Candidate } from '../support/throughput.js';

const CONNECTIONS = [16, 64];
const ISOLATIONS = ['THREAD', 'PROCESS'] as const;

/** What a process of its own costs a model, where it shows most: over the protocol that costs least. */
export const isolationGroup: BenchGroup = async (run) => {
  await using direct = new DirectRuns();
  await using load = new LoadGenerator();
  await using retort = await startRetort(run.options);
  const models = { small: await smallModel(direct), large: await largeModel(direct) };
  const deployed: Omit<Candidate, 'port' | 'pids'>[] = [];
  for (const [model, { graph, calls }] of Object.entries(models)) {
    await retort.publish(model, graph);
    for (const isolation of ISOLATIONS) {
      const name = `${model}-${isolation.toLowerCase()}`;
      await retort.deploy(name, { model, runtime: { isolation } });
      deployed.push({
        name: `${model}, ${isolation}`,
        exchanges: calls(name).map(binaryInfer),
        runsSoFar: () => retort.runsOf(name),
      });
    }
  }
  const server = { port: retort.port, pids: retort.processes() };
  const candidates = deployed.map((candidate) => ({ ...candidate, ...server }));
  const measured = await measureThroughput(run, load, candidates, CONNECTIONS);
  const ratios = Object.keys(models).flatMap((model) =>
    CONNECTIONS.map((connections) => [
      `${model}, PROCESS / THREAD`,
      String(connections),
      ...judged(
        ratio(measured, (r) => r.perSecond, `${model}, PROCESS`, `${model}, THREAD`, connections),
        { atLeast: 0.9 },
      ),
    ]),
  );
  return [
    '### Isolation (REST, binary)',
    throughputTable(measured),
    table(['ratio', 'connections', 'median', 'aim', 'met'], ratios),
  ].join('\n\n');
};
