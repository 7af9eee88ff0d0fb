import type { MeasuredLatencyOfRows } from '../../catalog/index.js';
import type { Tensor } from '../../tensors/index.js';
import { MEASURED_ROWS } from '../asked/budget-input.js';
import type { PreparedSample } from '../samples/prepared-sample.js';
import type { MeasuredGraph } from './measured-graph.js';

/** Different rows that are asked, by turns. */
const DIFFERENT = 8;
const WARM_UPS = 3;
const MOST_ROUNDS = 300;
const FEWEST_ROUNDS = 15;
const BUDGET_MS = 1_500;

export interface LatencyPair {
  readonly rows: number;
  readonly original: MeasuredLatencyOfRows;
  readonly candidate: MeasuredLatencyOfRows;
}

/**
 * How long both take inside the runtime for one row and for 32 at once, by turns and each first every other time, so that
 * whatever else the machine does meets both alike. Rows that a graph may not answer together take a run each, as they would
 * when it is served.
 */
export async function measureLatency(
  original: MeasuredGraph,
  candidate: MeasuredGraph,
  sample: PreparedSample,
): Promise<LatencyPair[]> {
  const pairs: LatencyPair[] = [];
  for (const rows of MEASURED_ROWS) {
    const runs = {
      original: runsOf(original, sample, rows),
      candidate: runsOf(candidate, sample, rows),
    };
    const times: Record<'original' | 'candidate', number[]> = { original: [], candidate: [] };
    const graphs = { original, candidate };
    const begun = performance.now();
    for (let round = -WARM_UPS; round < MOST_ROUNDS; round += 1) {
      if (round >= FEWEST_ROUNDS && performance.now() - begun > BUDGET_MS) break;
      const sides =
        round % 2 === 0 ? (['original', 'candidate'] as const) : (['candidate', 'original'] as const);
      for (const side of sides) {
        const asked = runs[side][Math.abs(round) % runs[side].length] ?? [];
        let spent = 0;
        for (const inputs of asked) spent += (await graphs[side].run(inputs)).inferMs;
        if (round >= 0) times[side].push(spent);
      }
    }
    pairs.push({
      rows,
      original: summary(rows, runs.original, times.original),
      candidate: summary(rows, runs.candidate, times.candidate),
    });
  }
  return pairs;
}

/** What is asked in each round: the runs that so many rows take. */
function runsOf(graph: MeasuredGraph, sample: PreparedSample, rows: number): Tensor[][][] {
  const single = (row: number) => sample.tensors(row % sample.rows, (row % sample.rows) + 1);
  if (rows === 1) return Array.from({ length: Math.min(DIFFERENT, sample.rows) }, (_, row) => [single(row)]);
  const together = graph.joins ? sample.repeated(rows) : null;
  return [together === null ? Array.from({ length: rows }, (_, row) => single(row)) : [together]];
}

function summary(
  rows: number,
  runs: readonly (readonly unknown[])[],
  times: readonly number[],
): MeasuredLatencyOfRows {
  const sorted = times.toSorted((a, b) => a - b);
  const at = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return {
    rows,
    executions: runs[0]?.length ?? 1,
    medianMs: at(0.5),
    p25Ms: at(0.25),
    p75Ms: at(0.75),
    times: times.length,
  };
}
