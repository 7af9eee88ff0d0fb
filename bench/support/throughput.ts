import type { BenchRun } from './bench-run.js';
import type { Exchange } from './exchange.js';
import type { LoadGenerator } from './load-generator.js';
import type { LoadReport } from './load-messages.js';
import { digits, ms, table } from './markdown.js';
import { alternate } from './rounds.js';
import { median, medianRatio } from './statistics.js';

/** A server and what it is asked, as fast as it answers. */
export interface Candidate {
  readonly name: string;
  readonly port: number;
  /** The server, then its children. */
  readonly pids: readonly number[];
  readonly exchanges: readonly Exchange[];
}

export interface Measured {
  readonly candidate: Candidate;
  readonly connections: number;
  readonly rounds: readonly LoadReport[];
}

/**
 * All candidates in turn, warmed up first, at each number of connections.
 *
 * @param afterRound measures what is no server, with the number of connections of the round
 */
export async function measureThroughput(
  { options, progress }: BenchRun,
  load: LoadGenerator,
  candidates: readonly Candidate[],
  connectionCounts: readonly number[],
  afterRound: (connections: number) => Promise<void> = async () => undefined,
): Promise<Measured[]> {
  const measured: Measured[] = [];
  for (const connections of connectionCounts) {
    const run = ({ port, pids, exchanges }: Candidate, durationMs: number) =>
      load.run({ port, exchanges, connections, durationMs, watched: pids });
    progress(`${connections} connections: warming up`);
    for (const candidate of candidates) await run(candidate, options.warmUpMs);
    progress(`${connections} connections: ${options.rounds} rounds`);
    const results = await alternate(
      candidates,
      options.rounds,
      (candidate) => run(candidate, options.roundMs),
      () => afterRound(connections),
    );
    for (const [candidate, rounds] of results) measured.push({ candidate, connections, rounds });
  }
  return measured;
}

export function throughputTable(measured: readonly Measured[]): string {
  return table(
    [
      'candidate',
      'connections',
      'answers/s',
      'p50',
      'p99',
      'cores: server',
      'its event loop',
      'its runners',
      'clients',
    ],
    measured.map(({ candidate, connections, rounds }) => {
      const middle = (pick: (report: LoadReport) => number) => median(rounds.map(pick));
      const [server = 0, ...children] = candidate.pids;
      return [
        candidate.name,
        String(connections),
        digits(middle(({ perSecond }) => perSecond)),
        ms(middle(({ p50Ms }) => p50Ms)),
        ms(middle(({ p99Ms }) => p99Ms)),
        middle(({ cores }) => cores[server]?.process ?? NaN).toFixed(2),
        middle(({ cores }) => cores[server]?.mainThread ?? NaN).toFixed(2),
        middle(({ cores }) => children.reduce((sum, pid) => sum + (cores[pid]?.process ?? 0), 0)).toFixed(2),
        middle(({ ownCores }) => ownCores).toFixed(2),
      ];
    }),
  );
}

/** Of one candidate to another in the same round; the median. */
export function ratio(
  measured: readonly Measured[],
  pick: (report: LoadReport) => number,
  numerator: string,
  denominator: string,
  connections: number,
): number {
  return medianRatio(
    roundsOf(measured, numerator, connections).map(pick),
    roundsOf(measured, denominator, connections).map(pick),
  );
}

export function roundsOf(
  measured: readonly Measured[],
  name: string,
  connections: number,
): readonly LoadReport[] {
  const found = measured.find((entry) => entry.candidate.name === name && entry.connections === connections);
  return found?.rounds ?? [];
}
