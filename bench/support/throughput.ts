import type { BenchRun } from './bench-run.js';
import type { Exchange } from './exchange.js';
import type { LoadGenerator } from './load-generator.js';
import type { LoadReport } from './load-messages.js';
import { digits, ms, table } from './markdown.js';
import type { Runs } from './retort-server.js';
import { alternate } from './rounds.js';
import { median, medianRatio } from './statistics.js';

/** A server and what it is asked, as fast as it answers. */
export interface Candidate {
  readonly name: string;
  readonly port: number;
  /** The server, then its children. */
  readonly pids: readonly number[];
  readonly exchanges: readonly Exchange[];
  /** What the server says its model did since the start; left out where there is no model. */
  readonly runsSoFar?: () => Promise<Runs>;
}

export interface Round extends LoadReport {
  /** Rows that ran together, on average; NaN where there is no model. */
  readonly rowsPerRun: number;
}

export interface Measured {
  readonly candidate: Candidate;
  readonly connections: number;
  readonly rounds: readonly Round[];
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
    const run = async (
      { port, pids, exchanges, runsSoFar }: Candidate,
      durationMs: number,
    ): Promise<Round> => {
      const before = await runsSoFar?.();
      const report = await load.run({ port, exchanges, connections, durationMs, watched: pids });
      const after = await runsSoFar?.();
      const rowsPerRun = before && after ? (after.rows - before.rows) / (after.runs - before.runs) : NaN;
      return { ...report, rowsPerRun };
    };
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

/** What one answer cost the server and its runners, in milliseconds of a core. */
export function processorMs({ cores, perSecond }: LoadReport): number {
  const busy = Object.values(cores).reduce((sum, { process }) => sum + process, 0);
  return (busy * 1000) / perSecond;
}

export function throughputTable(measured: readonly Measured[]): string {
  return table(
    [
      'candidate',
      'connections',
      'answers/s',
      'p50',
      'p99',
      'rows a run',
      'cores: server',
      'its event loop',
      'its runners',
      'clients',
      'processor time an answer',
    ],
    measured.map(({ candidate, connections, rounds }) => {
      const middle = (pick: (round: Round) => number) => median(rounds.map(pick));
      const [server = 0, ...children] = candidate.pids;
      return [
        candidate.name,
        String(connections),
        digits(middle(({ perSecond }) => perSecond)),
        ms(middle(({ p50Ms }) => p50Ms)),
        ms(middle(({ p99Ms }) => p99Ms)),
        candidate.runsSoFar ? digits(middle(({ rowsPerRun }) => rowsPerRun)) : '–',
        middle(({ cores }) => cores[server]?.process ?? NaN).toFixed(2),
        middle(({ cores }) => cores[server]?.mainThread ?? NaN).toFixed(2),
        middle(({ cores }) => children.reduce((sum, pid) => sum + (cores[pid]?.process ?? 0), 0)).toFixed(2),
        middle(({ ownCores }) => ownCores).toFixed(2),
        ms(middle(processorMs)),
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

export function roundsOf(measured: readonly Measured[], name: string, connections: number): readonly Round[] {
  const found = measured.find((entry) => entry.candidate.name === name && entry.connections === connections);
  return found?.rounds ?? [];
}
