import { seededRandom } from '../../platform/seeded-random.js';
import {
  bootstrapIntervals,
  classificationQuality,
  type Counts,
  onceEach,
  probabilityQuality,
  regressionQuality,
  type Interval,
} from '../../statistics/index.js';
import type { LabelledRow } from './labelled-rows.js';

export interface MeasuredMetric {
  readonly name: string;
  readonly value: number;
  /** 95 % by the bootstrap; null where most resamples do not have it. */
  readonly interval: Interval | null;
  readonly unit: string | null;
  readonly higherIsBetter: boolean | null;
}

type Statistics = (counts: Counts) => Readonly<Record<string, number>>;

/** The places of metrics in a table, with what is known of each. */
const KNOWN: Readonly<
  Record<string, { readonly hasUnit: boolean; readonly higherIsBetter: boolean | null }>
> = {
  rmse: { hasUnit: true, higherIsBetter: false },
  mae: { hasUnit: true, higherIsBetter: false },
  bias: { hasUnit: true, higherIsBetter: null },
  r2: { hasUnit: false, higherIsBetter: true },
  spearman: { hasUnit: false, higherIsBetter: true },
  accuracy: { hasUnit: false, higherIsBetter: true },
  f1: { hasUnit: false, higherIsBetter: true },
  mcc: { hasUnit: false, higherIsBetter: true },
  roc_auc: { hasUnit: false, higherIsBetter: true },
  log_loss: { hasUnit: false, higherIsBetter: false },
  brier: { hasUnit: false, higherIsBetter: false },
};

/** Every metric that rows of this kind have. */
export function statisticsOf(rows: readonly LabelledRow[]): Statistics {
  return typeof rows[0]?.predicted === 'number' ? ofNumbers(rows) : ofLabels(rows);
}

/** With their intervals, drawn with the same seed each time. */
export async function metricsOf(
  rows: readonly LabelledRow[],
  unit: string | null,
  signal: AbortSignal,
): Promise<MeasuredMetric[]> {
  const statistics = statisticsOf(rows);
  const estimate = statistics(onceEach(rows.length));
  const intervals = await bootstrapIntervals(rows.length, statistics, {
    estimate,
    random: seededRandom(12),
    signal,
  });
  return Object.entries(estimate)
    .filter(([, value]) => Number.isFinite(value))
    .map(([name, value]) => ({
      name,
      value,
      interval: intervals[name] ?? null,
      unit: KNOWN[name]?.hasUnit === true ? unit : null,
      higherIsBetter: KNOWN[name]?.higherIsBetter ?? null,
    }));
}

function ofNumbers(rows: readonly LabelledRow[]): Statistics {
  const predicted = Float64Array.from(rows, (row) => Number(row.predicted));
  const measured = Float64Array.from(rows, (row) => Number(row.measured));
  const quality = regressionQuality(predicted, measured);
  return (counts) => ({ ...quality(counts) });
}

function ofLabels(rows: readonly LabelledRow[]): Statistics {
  const classes = classesOf(rows);
  const placeOf = new Map(classes.map((name, place) => [name, place]));
  const predicted = Int32Array.from(rows, (row) => placeOf.get(String(row.predicted)) ?? 0);
  const actual = Int32Array.from(rows, (row) => placeOf.get(String(row.measured)) ?? 0);
  const count = classes.length;
  const hasShares = rows.every(({ probabilities }) => probabilities !== null);
  const shares = hasShares
    ? Float64Array.from(
        rows.flatMap(({ probabilities }) => classes.map((name) => probabilities?.[name] ?? 0)),
      )
    : null;
  const ofShares = shares === null ? null : probabilityQuality(shares, actual, count);
  return (counts) => {
    const labels = classificationQuality(predicted, actual, count, counts);
    if (ofShares === null) return { ...labels };
    const { logLoss, brier, rocAuc } = ofShares(counts);
    return { ...labels, roc_auc: rocAuc, log_loss: logLoss, brier };
  };
}

/** All labels that occur or have a probability; in the order of their names, so that of two the second is the positive. */
export function classesOf(rows: readonly LabelledRow[]): string[] {
  const names = new Set<string>();
  for (const { predicted, measured, probabilities } of rows) {
    names.add(String(predicted)).add(String(measured));
    for (const name of Object.keys(probabilities ?? {})) names.add(name);
  }
  return [...names].sort();
}
