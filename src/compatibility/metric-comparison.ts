import type { Metric } from '../catalog/index.js';

/** Whether the target's value of a metric is an improvement. */
export type MetricVerdict = 'BETTER' | 'WORSE' | 'SAME';

export interface MetricComparison {
  /** As the base spells it; as the target does where the base lacks it. */
  readonly name: string;
  readonly dataset: string | null;
  readonly unit: string | null;
  /** From the metric itself, else from what its name means to everybody; null when neither tells. */
  readonly higherIsBetter: boolean | null;
  readonly base: number | null;
  readonly target: number | null;
  /** target − base; null where one is missing or the units differ. */
  readonly change: number | null;
  /** The change as a share of the base's magnitude; null where that is 0. */
  readonly relativeChange: number | null;
  /** Null where the two cannot be compared, or neither direction is better. */
  readonly verdict: MetricVerdict | null;
  /** Why something is null; null when nothing needs a word. */
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
export function compareMetrics(base: readonly Metric[], target: readonly Metric[]): MetricComparison[] {
  const unmatched = new Set(target);
  const partners = new Map<Metric, Metric>();
  for (const key of [exactKey, looseKey]) {
    for (const metric of base) {
      if (partners.has(metric)) continue;
      const partner = [...unmatched].find((other) => key(other) === key(metric));
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

function compareOne(base: Metric | null, target: Metric | null): MetricComparison {
  const metric = base ?? target;
  const direction = directionOf(base, target);
  const row = {
    name: metric?.name ?? '',
    dataset: metric?.dataset ?? null,
    unit: metric?.unit ?? null,
    higherIsBetter: direction === 'CONTRADICTORY' ? null : direction,
    base: base?.value ?? null,
    target: target?.value ?? null,
  };
  const incomparable = { change: null, relativeChange: null, verdict: null };
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
  const verdict =
    change === 0
      ? 'SAME'
      : row.higherIsBetter === null
        ? null
        : change > 0 === row.higherIsBetter
          ? 'BETTER'
          : 'WORSE';
  return {
    ...row,
    change: finite(change),
    relativeChange: change === 0 ? 0 : finite(change / Math.abs(base.value)),
    verdict,
    note:
      direction === 'CONTRADICTORY'
        ? 'The two versions disagree on whether higher is better.'
        : verdict === null
          ? 'Nothing says whether higher is better; state higherIsBetter when publishing.'
          : null,
  };
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
