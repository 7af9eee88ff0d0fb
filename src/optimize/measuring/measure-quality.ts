import {
  labelled,
  metricsOf,
  probabilitiesOf,
  statisticsOf,
  type LabelledRow,
  type MeasuredMetric,
} from '../../batch/index.js';
import type { OptimizationLoss } from '../../catalog/index.js';
import { describeResults, runsStacked, type Pipeline } from '../../pipelines/index.js';
import { DomainError } from '../../platform/errors.js';
import { seededRandom } from '../../platform/seeded-random.js';
import { answersOf } from '../../predictions/index.js';
import { bootstrapIntervals, onceEach } from '../../statistics/index.js';
import type { SampleRow } from '../samples/sample-rows.js';
import type { GraphAnswers } from './measured-graph.js';

/** Of each measured row, what was predicted beside what was measured; null where one of the two is missing. */
export type LabelledRows = readonly (LabelledRow | null)[];

/** Fewer say nothing that could be told from chance. */
const FEWEST_LABELLED = 2;

/**
 * Gives the answers of a graph their meaning, beside what was measured.
 *
 * @param result the one that the targets are of
 */
export function labelledRows(
  pipeline: Pipeline,
  result: string,
  answers: readonly GraphAnswers[],
  targets: readonly SampleRow['target'][],
): LabelledRows {
  const stacked = runsStacked(pipeline);
  const predictions = answers.flatMap(({ outputs, rows }) => answersOf(pipeline, outputs, rows, stacked));
  return predictions.map((answer, row) => {
    if ('error' in answer) return null;
    const value = answer.results.find(({ name }) => name === result)?.value;
    const probabilities = probabilitiesOf(answer.results.map((each) => each.value));
    const found = labelled(
      { name: result, value, interval: null, probabilities, group: null },
      targets[row] ?? null,
    );
    return 'fault' in found ? null : found;
  });
}

/** With their 95 % intervals; none where too few rows are measured. */
export async function measureMetrics(
  rows: LabelledRows,
  {
    pipeline,
    result,
    signal,
  }: { readonly pipeline: Pipeline; readonly result: string; readonly signal: AbortSignal },
): Promise<MeasuredMetric[]> {
  const known = rows.filter((row) => row !== null);
  if (known.length < FEWEST_LABELLED) return [];
  const unit = describeResults(pipeline).find(({ name }) => name === result)?.unit ?? null;
  return metricsOf(known, unit, signal);
}

/** RMSE of numbers, accuracy of labels, unless another is named. @throws DomainError INVALID_ARGUMENT for one that is not measured */
export function metricOfBudget(metrics: readonly MeasuredMetric[], named: string | null): MeasuredMetric {
  const wanted = named ?? (metrics.some(({ name }) => name === 'rmse') ? 'rmse' : 'accuracy');
  const found = metrics.find(({ name }) => name === wanted);
  if (found !== undefined && found.higherIsBetter !== null) return found;
  throw new DomainError(
    'INVALID_ARGUMENT',
    `budget.metric: of these rows ${metrics.flatMap(({ name, higherIsBetter }) => (higherIsBetter === null ? [] : [name])).join(', ')} are measured, got ${JSON.stringify(wanted)}.`,
    { field: ['budget', 'metric'] },
  );
}

/**
 * How much worse the metric is by one graph's answers than by the other's to the same rows, with the interval of that
 * difference: rows are drawn for both at once (Efron 1979), since both err on the same ones.
 */
export async function measureLoss(
  original: LabelledRows,
  candidate: LabelledRows,
  metric: Pick<MeasuredMetric, 'name' | 'higherIsBetter'>,
  signal: AbortSignal,
): Promise<OptimizationLoss | null> {
  const pairs = original.flatMap((row, place) => {
    const other = candidate[place] ?? null;
    return row === null || other === null ? [] : [[row, other] as const];
  });
  if (pairs.length < FEWEST_LABELLED) return null;
  const before = statisticsOf(pairs.map(([row]) => row));
  const after = statisticsOf(pairs.map(([, row]) => row));
  const sign = metric.higherIsBetter === true ? -1 : 1;
  const statistics = (counts: Uint32Array) => ({
    loss: sign * ((after(counts)[metric.name] ?? NaN) - (before(counts)[metric.name] ?? NaN)),
  });
  const estimate = statistics(onceEach(pairs.length));
  if (!Number.isFinite(estimate.loss)) return null;
  const { loss } = await bootstrapIntervals(pairs.length, statistics, {
    estimate,
    random: seededRandom(14),
    signal,
  });
  return { metric: metric.name, value: estimate.loss, interval: loss };
}
