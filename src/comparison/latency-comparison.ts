import type { ModelHandle } from '../deployments/index.js';
import type { Tensor } from '../tensors/index.js';
import type { PipelineRunner } from '../predictions/index.js';
import { SampleRun, type Side } from './samples/run-sample.js';
import { rowOfSample, type Sample } from './samples/sample.js';

/** How long one row takes inside the runtime. */
export interface MeasuredLatency {
  readonly medianMs: number;
  /** A quarter of the runs took less than the first, a quarter more than the second. */
  readonly p25Ms: number;
  readonly p75Ms: number;
  readonly runs: number;
  /** Whose model was measured; null when it was loaded for this. */
  readonly deployment: string | null;
  readonly threads: number;
  readonly isolation: ModelHandle['settings']['runtime']['isolation'];
}

export interface LatencyComparison {
  readonly sample: Sample;
  /** Different rows that were run. */
  readonly rows: number;
  /** Both null when there is a reason. */
  readonly base: MeasuredLatency | null;
  readonly target: MeasuredLatency | null;
  /** Why nothing could be measured. */
  readonly reason: string | null;
}

/** The first rows of a sample are enough to see a spread between rows. */
const ROWS = 8;
const WARM_UP_RUNS = 2;
const MAX_RUNS = 200;
const MIN_RUNS = 5;
const BUDGET_MS = 2_000;

export interface Held {
  readonly base: ModelHandle;
  readonly target: ModelHandle;
}

/**
 * Runs single rows of a sample through both versions, by turns and each first every other time, so that whatever else
 * the machine does meets both alike. Only the graph is timed, not what makes its inputs.
 */
export async function measureLatency(
  sample: Sample,
  held: Held,
  runner: PipelineRunner,
  signal: AbortSignal,
): Promise<LatencyComparison> {
  const runs = {
    base: new SampleRun(held.base, runner, signal),
    target: new SampleRun(held.target, runner, signal),
  };
  const rows = await rowsOfSample(sample, runner, signal, runs);
  const unmeasured = { sample, rows: 0, base: null, target: null };
  const [problem] = rows.problems;
  if (rows.inputs.length === 0)
    return {
      ...unmeasured,
      reason: `No row of the sample could be run by both versions: ${problem ?? 'the sample is empty'}`,
    };

  const times: Record<Side, number[]> = { base: [], target: [] };
  const started = performance.now();
  for (let run = -WARM_UP_RUNS; run < MAX_RUNS; run += 1) {
    if (run >= MIN_RUNS && performance.now() - started > BUDGET_MS) break;
    const inputs = rows.inputs[Math.max(0, run) % rows.inputs.length];
    if (!inputs) break;
    for (const side of run % 2 === 0 ? (['base', 'target'] as const) : (['target', 'base'] as const)) {
      const { inferMs } = await runs[side].run(inputs[side]);
      if (run >= 0) times[side].push(inferMs);
    }
  }
  return {
    sample,
    rows: rows.inputs.length,
    base: summary(times.base, held.base),
    target: summary(times.target, held.target),
    reason: null,
  };
}

type RowInputs = Record<Side, readonly Tensor[]>;

/** The tensors of each row, as each version wants them, of the rows that both run. */
async function rowsOfSample(
  sample: Sample,
  runner: PipelineRunner,
  signal: AbortSignal,
  runs: Record<Side, SampleRun>,
): Promise<{ inputs: RowInputs[]; problems: string[] }> {
  const inputs: RowInputs[] = [];
  const problems: string[] = [];
  for (let row = 0; row < Math.min(ROWS, sample.rows); row += 1) {
    const found: Partial<RowInputs> = {};
    const one = rowOfSample(sample, row);
    for (const side of ['base', 'target'] as const) {
      const tensors = await tensorsOf(one, side, runner, signal, runs[side]);
      if (typeof tensors === 'string') problems.push(tensors);
      else found[side] = tensors;
    }
    if (found.base && found.target) inputs.push({ base: found.base, target: found.target });
  }
  return { inputs, problems };
}

/** Runs the one row of a sample as well; the reason instead, when it is refused. */
async function tensorsOf(
  one: Sample,
  side: Side,
  runner: PipelineRunner,
  signal: AbortSignal,
  run: SampleRun,
): Promise<readonly Tensor[] | string> {
  const [answer] = await run.answers(one, side);
  if (answer?.kind === 'refusal') return answer.message;
  if (one.form === 'TENSORS') return one.requests.flatMap(({ inputs }) => inputs);
  const taken: Tensor[] = [];
  await runner.predict(
    one.pipelines[side],
    one.instances,
    async (inputs) => {
      taken.push(...inputs);
      return (await run.run(inputs)).outputs;
    },
    { signal },
  );
  return taken;
}

function summary(times: readonly number[], { deployment, settings }: ModelHandle): MeasuredLatency {
  const sorted = times.toSorted((a, b) => a - b);
  const quantile = (share: number) => sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)] ?? 0;
  return {
    medianMs: quantile(0.5),
    p25Ms: quantile(0.25),
    p75Ms: quantile(0.75),
    runs: times.length,
    deployment: deployment?.name ?? null,
    threads: settings.runtime.threads,
    isolation: settings.runtime.isolation,
  };
}
