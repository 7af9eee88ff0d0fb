import type { Metric } from '../catalog/index.js';
import { differenceInterval, type Interval } from '../statistics/index.js';

/** Whether the target's value of a metric is an improvement. UNDECIDED: the intervals cannot tell the two apart. */
export type MetricVerdict = 'BETTER' | 'WORSE' | 'SAME' | 'UNDECIDED';

/** A metric as its publisher states it, or as it was measured here: then with more. */
export interface ComparableMetric extends Metric {
  /** 95 %. */
  readonly interval?: Interval | null;
  /** The result of the pipeline that was measured. */
  readonly result?: string;
  /** What names the rows, beyond their name; null where nothing does. */
  readonly rowsOf?: string | null;
}

export interface MetricComparison {
  /** As the base spells it; as the target does where the base lacks it. */
  readonly name: string;
  readonly dataset: string | null;
  readonly unit: string | null;
  /** From the metric itself, else from what its name means to everybody; null when neither tells. */
  readonly higherIsBetter: boolean | null;
  readonly base: number | null;
  readonly target: number | null;
  readonly baseInterval: Interval | null;
  readonly targetInterval: Interval | null;
  /** target − base; null where one is missing or the units differ. */
  readonly change: number | null;
  /** Where that lies, at the level of the intervals; null where neither value has one. */
  readonly changeInterval: Interval | null;
  /** The change as a share of the base's magnitude; null where that is 0. */
  readonly relativeChange: number | null;
  /** Null where the two cannot be compared, or neither direction is better. */
  readonly verdict: MetricVerdict | null;
  /** Why something is null or undecided; null when nothing needs a word. */
  readonly note: string | null;
}

const LOWER = new Set(
  'rmse mse mae mape smape rmsd rmsle error errors err loss logloss nll perplexity brier ece latency time duration wer cer fpr fnr residual deviance'.split(
    ' ',
  ),
);
const HIGHER = new Set(
  'r2 q2 r² accuracy acc auc auroc auprc roc prc f1 fbeta precision recall sensitivity specificity tpr tnr mcc kappa pearson spearman kendall correlation concordance ndcg map iou dice bleu throughput enrichment bedroc'.split(
    ' ',
  ),
);

/** What a metric's name says: `rmse`, `val_loss`, `rmse_per_nucleon`: false; `ROC-AUC`, `r2`: true; else null. */
export function knownDirection(name: string): boolean | null {
  const words = name
    .toLowerCase()
    .replaceAll('r^2', 'r2')
    .split(/[^a-z0-9²]+/);
  const lower = words.some((word) => LOWER.has(word));
  const higher = words.some((word) => HIGHER.has(word));
  return lower === higher ? null : higher;
}

/**
 * Metrics of one name and dataset side by side: first those of the base, in its order, then those only the target has.
 * Upper and lower case are told apart only where one version uses both.
 */
export function compareMetrics(
  base: readonly ComparableMetric[],
  target: readonly ComparableMetric[],
): MetricComparison[] {
  const unmatched = new Set(target);
  const partners = new Map<ComparableMetric, ComparableMetric>();
  for (const { key, isStrict } of MATCHES) {
    for (const metric of base) {
      if (partners.has(metric)) continue;
      const partner = [...unmatched].find(
        (other) => key(other) === key(metric) && ofOneResult(metric, other, isStrict),
      );
      if (!partner) continue;
      partners.set(metric, partner);
      unmatched.delete(partner);
    }
  }
  return [
    ...base.map((metric) => compareOne(metric, partners.get(metric) ?? null)),
    ...[...unmatched].map((metric) => compareOne(null, metric)),
  ];
}

/** What was measured alike is compared first; then what one measured and the other states. */
const MATCHES = [
  { key: exactKey, isStrict: true },
  { key: exactKey, isStrict: false },
  { key: looseKey, isStrict: false },
] as const;

function ofOneResult(one: ComparableMetric, other: ComparableMetric, isStrict: boolean): boolean {
  if (one.result === other.result) return true;
  return !isStrict && (one.result === undefined || other.result === undefined);
}

function compareOne(base: ComparableMetric | null, target: ComparableMetric | null): MetricComparison {
  const metric = base ?? target;
  const direction = directionOf(base, target);
  const row = {
    name: metric?.name ?? '',
    dataset: metric?.dataset ?? null,
    unit: metric?.unit ?? null,
    higherIsBetter: direction === 'CONTRADICTORY' ? null : direction,
    base: base?.value ?? null,
    target: target?.value ?? null,
    baseInterval: base?.interval ?? null,
    targetInterval: target?.interval ?? null,
  };
  const incomparable = { change: null, relativeChange: null, changeInterval: null, verdict: null };
  if (!base || !target)
    return { ...row, ...incomparable, note: `Only the ${base ? 'base' : 'target'} states it.` };
  if (base.unit !== target.unit)
    return {
      ...row,
      ...incomparable,
      unit: null,
      note: `The units differ: ${base.unit ?? 'none'} and ${target.unit ?? 'none'}.`,
    };
  const change = target.value - base.value;
  const changeInterval = intervalOfChange(base, target);
  const verdict = verdictOf(change, changeInterval, row.higherIsBetter);
  return {
    ...row,
    change: finite(change),
    relativeChange: change === 0 ? 0 : finite(change / Math.abs(base.value)),
    changeInterval,
    verdict,
    note: noteOf(base, target, { direction, verdict, changeInterval }),
  };
}

function intervalOfChange(base: ComparableMetric, target: ComparableMetric): Interval | null {
  if (!base.interval && !target.interval) return null;
  const { low, high } = differenceInterval(
    { value: base.value, interval: base.interval ?? null },
    { value: target.value, interval: target.interval ?? null },
  );
  return Number.isFinite(low) && Number.isFinite(high) ? { low, high } : null;
}

function verdictOf(
  change: number,
  interval: Interval | null,
  higherIsBetter: boolean | null,
): MetricVerdict | null {
  if (change === 0) return 'SAME';
  if (higherIsBetter === null) return null;
  if (interval !== null && interval.low <= 0 && interval.high >= 0) return 'UNDECIDED';
  return change > 0 === higherIsBetter ? 'BETTER' : 'WORSE';
}

function noteOf(
  base: ComparableMetric,
  target: ComparableMetric,
  {
    direction,
    verdict,
    changeInterval,
  }: {
    readonly direction: boolean | null | 'CONTRADICTORY';
    readonly verdict: MetricVerdict | null;
    readonly changeInterval: Interval | null;
  },
): string | null {
  const notes: string[] = [];
  if (direction === 'CONTRADICTORY') notes.push('The two versions disagree on whether higher is better.');
  else if (verdict === null)
    notes.push('Nothing says whether higher is better; state higherIsBetter when publishing.');
  if (verdict === 'UNDECIDED' && changeInterval)
    notes.push(
      `The 95 % intervals cannot tell the two apart: the change lies between ${brief(changeInterval.low)} and ${brief(changeInterval.high)}.`,
    );
  if (base.rowsOf !== undefined && target.rowsOf !== undefined && base.rowsOf !== target.rowsOf)
    notes.push('The two were measured on different files of this name.');
  return notes.length === 0 ? null : notes.join(' ');
}

function brief(value: number): string {
  return String(Number(value.toPrecision(3)));
}

/** The change from nothing, or between the ends of what a double holds, is no number. */
function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

function directionOf(base: Metric | null, target: Metric | null): boolean | null | 'CONTRADICTORY' {
  const [before, after] = [base?.higherIsBetter ?? null, target?.higherIsBetter ?? null];
  if (before !== null && after !== null && before !== after) return 'CONTRADICTORY';
  return before ?? after ?? knownDirection(base?.name ?? target?.name ?? '');
}

function exactKey({ name, dataset }: Metric): string {
  return JSON.stringify([name, dataset]);
}

function looseKey({ name, dataset }: Metric): string {
  return exactKey({ name: name.toLowerCase(), dataset: dataset?.toLowerCase() ?? null } as Metric);
}
