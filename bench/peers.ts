/**
 * The same graph behind Retort and behind servers of others, one row a request, by turns in one run.
 *
 *   npm run bench:peers                         both models
 *   npm run bench:peers -- --group small        one of them
 *   npm run bench:peers -- --quick              a second each: whether it works, not how fast it is
 *
 * Every answer is compared with what the bare runtime computed. The others are installed from PyPI by scripts/install-engine.mjs, each in an
 * environment of its own; one that is not to be had is left out by name. They all run ONNX Runtime with one thread for a run, with
 * the code of deploy/engines and deploy/ray, but for BentoML (bench/peers/bento_service.py). All of them run while one is measured.
 */
import { MODEL, PEERS, PeerServers, type PeerServer } from './peers/peer-servers.js';
import type { BenchGroup } from './support/bench-run.js';
import { largeModel, smallModel, type BenchModel } from './support/bench-models.js';
import { DirectRuns } from './support/direct-runs.js';
import type { Exchange } from './support/exchange.js';
import { runGroups } from './support/groups.js';
import { binaryInfer, graphqlInfer, restInfer } from './support/infer-exchanges.js';
import { LoadGenerator } from './support/load-generator.js';
import { table } from './support/markdown.js';
import { memoryOf } from './support/proc-files.js';
import { startRetort } from './support/retort-server.js';
import { measureThroughput, throughputTable, type Candidate } from './support/throughput.js';

const CONNECTIONS = [1, 16];

function peersGroup(title: string, make: (direct: DirectRuns) => Promise<BenchModel>): BenchGroup {
  return async (run) => {
    await using direct = new DirectRuns();
    const model = await make(direct);
    await using load = new LoadGenerator();
    await using retort = await startRetort(run.options);
    await retort.publish(MODEL, model.graph);
    await retort.deploy(MODEL);
    await using servers = new PeerServers();
    const calls = model.calls(MODEL);
    const own = { port: retort.port, pids: retort.processes(), runsSoFar: () => retort.runsOf(MODEL) };
    const candidates: Candidate[] = [
      { name: 'Retort, GraphQL', ...own, exchanges: calls.map((call) => graphqlInfer(call)) },
      { name: 'Retort, Open Inference, JSON', ...own, exchanges: calls.map(restInfer) },
      { name: 'Retort, Open Inference, binary', ...own, exchanges: calls.map(binaryInfer) },
    ];
    const memory = [['Retort', memoryText(own.pids)]];
    const missing: string[] = [];
    for (const peer of PEERS) {
      run.progress(`starting ${peer.name}`);
      let server: PeerServer;
      try {
        server = await servers.start(peer, model.graph);
      } catch (error) {
        missing.push(`${peer.name}: ${error instanceof Error ? error.message.slice(0, 200) : 'unknown'}`);
        continue;
      }
      const { port, pids, prefix } = server;
      const at = (exchange: Exchange) => below(prefix, exchange);
      candidates.push({ name: `${peer.name}, JSON`, port, pids, exchanges: calls.map(restInfer).map(at) });
      if (peer.speaksBinary)
        candidates.push({
          name: `${peer.name}, binary`,
          port,
          pids,
          exchanges: calls.map(binaryInfer).map(at),
        });
      memory.push([`${peer.name} (${peer.settings})`, memoryText(pids)]);
    }
    const measured = await measureThroughput(run, load, candidates, CONNECTIONS);
    return [
      `### ${title}`,
      throughputTable(measured),
      table(['server', 'memory at the start, MB'], memory),
      ...(missing.length === 0 ? [] : [`Left out: ${missing.join('; ')}.`]),
    ].join('\n\n');
  };
}

/** The same request to a path below another one. */
function below(prefix: string, exchange: Exchange): Exchange {
  if (prefix === '') return exchange;
  const { request } = exchange;
  const method = Buffer.from('POST ');
  return {
    ...exchange,
    request: Buffer.concat([method, Buffer.from(prefix), request.subarray(method.length)]),
  };
}

function memoryText(pids: readonly number[]): string {
  const { proportionalMb, residentMb } = memoryOf(pids);
  return String(Math.round(Number.isNaN(proportionalMb) ? residentMb : proportionalMb));
}

const GROUPS: Readonly<Record<string, BenchGroup>> = {
  small: peersGroup('Small model (16-64-1), one row a request', smallModel),
  large: peersGroup('Large model (1024-1024-1024-10), one row a request', largeModel),
};

await runGroups(
  GROUPS,
  process.argv.slice(2),
  ({ rounds, roundMs }) =>
    `Medians of ${rounds} rounds of ${roundMs / 1000} s in which the candidates take turns.`,
);
