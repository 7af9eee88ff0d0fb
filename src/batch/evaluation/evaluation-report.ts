import { seededRandom } from '../../platform/seeded-random.js';
import { onceEach, quantile } from '../../statistics/index.js';
import type { LabelledRow } from './labelled-rows.js';
import { classesOf, metricsOf, statisticsOf, type MeasuredMetric } from './quality-of.js';

/** As many as a picture shows apart. */
const MAX_POINTS = 2_000;
const MAX_GROUPS = 200;
const BINS = 10;

export interface Coverage {
  /** Rows that have an interval. */
  readonly rows: number;
  /** Of them, the share whose measured value lies in it. */
  readonly covered: number;
  /** Of the finite ones; null without any. */
  readonly meanWidth: number | null;
  /** Rows whose interval has no bound on a side. */
  readonly infinite: number;
}

export interface CalibrationBin {
  readonly from: number;
  readonly to: number;
  readonly rows: number;
  readonly meanConfidence: number;
  readonly accuracy: number;
}

export interface EvaluationReport {
  readonly task: 'REGRESSION' | 'CLASSIFICATION';
  /** Rows that were measured and answered. */
  readonly used: number;
  readonly metrics: readonly MeasuredMetric[];
  /** Measured and predicted, of all rows or of a sample of them. */
  readonly parity: readonly (readonly [measured: number, predicted: number])[] | null;
  /** Quantiles of predicted − measured. */
  readonly residuals: Readonly<Record<string, number>> | null;
  readonly coverage: Coverage | null;
  /** By the probability of the label that was predicted, and the mean distance of the two. */
  readonly calibration: { readonly bins: readonly CalibrationBin[]; readonly expectedError: number } | null;
  readonly confusion: {
    readonly classes: readonly string[];
    readonly counts: readonly (readonly number[])[];
  } | null;
  readonly groups:
    | readonly {
        readonly group: string;
        readonly rows: number;
        readonly metrics: Readonly<Record<string, number>>;
      }[]
    | null;
}

export async function evaluationReport(
  rows: readonly LabelledRow[],
  {
    unit,
    used,
    signal,
  }: { readonly unit: string | null; readonly used: number; readonly signal: AbortSignal },
): Promise<EvaluationReport> {
  const isNumeric = typeof rows[0]?.predicted === 'number';
  return {
    task: isNumeric ? 'REGRESSION' : 'CLASSIFICATION',
    used,
    metrics: await metricsOf(rows, unit, signal),
    parity: isNumeric ? thinned(rows) : null,
    residuals: isNumeric ? residualsOf(rows) : null,
    coverage: isNumeric ? coverageOf(rows) : null,
    calibration: isNumeric ? null : calibrationOf(rows),
    confusion: isNumeric ? null : confusionOf(rows),
    groups: groupsOf(rows),
  };
}

function thinned(rows: readonly LabelledRow[]): [number, number][] {
  const points = rows.map(({ measured, predicted }): [number, number] => [
    Number(measured),
    Number(predicted),
  ]);
  if (points.length <= MAX_POINTS) return points;
  const random = seededRandom(7);
  for (let place = 0; place < MAX_POINTS; place++) {
    const other = place + Math.floor(random() * (points.length - place));
    [points[place], points[other]] = [points[other] ?? [0, 0], points[place] ?? [0, 0]];
  }
  return points.slice(0, MAX_POINTS);
}

function residualsOf(rows: readonly LabelledRow[]): Record<string, number> {
  const sorted = Float64Array.from(rows, (row) => Number(row.predicted) - Number(row.measured)).sort();
  const shares = { min: 0, p5: 0.05, p25: 0.25, median: 0.5, p75: 0.75, p95: 0.95, max: 1 };
  return Object.fromEntries(Object.entries(shares).map(([name, share]) => [name, quantile(sorted, share)]));
}

function coverageOf(rows: readonly LabelledRow[]): Coverage | null {
  let [count, covered, width, finite] = [0, 0, 0, 0];
  for (const { interval, measured } of rows) {
    if (interval === null) continue;
    count += 1;
    const low = interval.low ?? -Infinity;
    const high = interval.high ?? Infinity;
    if (Number(measured) >= low && Number(measured) <= high) covered += 1;
    if (!Number.isFinite(high - low)) continue;
    finite += 1;
    width += high - low;
  }
  if (count === 0) return null;
  return {
    rows: count,
    covered: covered / count,
    meanWidth: finite === 0 ? null : width / finite,
    infinite: count - finite,
  };
}

function calibrationOf(rows: readonly LabelledRow[]): EvaluationReport['calibration'] {
  const bins = Array.from({ length: BINS }, () => ({ rows: 0, confidence: 0, right: 0 }));
  for (const { probabilities, predicted, measured } of rows) {
    if (probabilities === null) return null;
    const confidence = probabilities[String(predicted)] ?? 0;
    const bin = bins[Math.min(BINS - 1, Math.floor(confidence * BINS))];
    if (bin === undefined) continue;
    bin.rows += 1;
    bin.confidence += confidence;
    if (String(predicted) === String(measured)) bin.right += 1;
  }
  const filled = bins.flatMap(({ rows: count, confidence, right }, index): CalibrationBin[] =>
    count === 0
      ? []
      : [
          {
            from: index / BINS,
            to: (index + 1) / BINS,
            rows: count,
            meanConfidence: confidence / count,
            accuracy: right / count,
          },
        ],
  );
  const distance = filled.reduce(
    (sum, bin) => sum + bin.rows * Math.abs(bin.meanConfidence - bin.accuracy),
    0,
  );
  return { bins: filled, expectedError: distance / rows.length };
}

const MAX_CLASSES = 50;

/** Rows are what was measured, columns what was predicted; null for more classes than a table shows. */
function confusionOf(rows: readonly LabelledRow[]): EvaluationReport['confusion'] {
  const classes = classesOf(rows);
  if (classes.length > MAX_CLASSES) return null;
  const counts = classes.map(() => classes.map(() => 0));
  const placeOf = new Map(classes.map((name, place) => [name, place]));
  for (const { measured, predicted } of rows) {
    const line = counts[placeOf.get(String(measured)) ?? 0];
    const place = placeOf.get(String(predicted)) ?? 0;
    if (line) line[place] = (line[place] ?? 0) + 1;
  }
  return { classes, counts };
}

/** The largest groups by themselves, what is left of them together. */
function groupsOf(rows: readonly LabelledRow[]): EvaluationReport['groups'] {
  if (rows.every(({ group }) => group === null)) return null;
  const byGroup = new Map<string, LabelledRow[]>();
  for (const row of rows) {
    const name = row.group ?? '(none)';
    const members = byGroup.get(name);
    if (members) members.push(row);
    else byGroup.set(name, [row]);
  }
  const groups = [...byGroup].sort(([one, a], [other, b]) => b.length - a.length || (one < other ? -1 : 1));
  const rest = groups.splice(MAX_GROUPS).flatMap(([, members]) => members);
  if (rest.length > 0) groups.push(['(others)', rest]);
  return groups.map(([group, members]) => {
    const found = statisticsOf(members)(onceEach(members.length));
    const metrics = Object.fromEntries(Object.entries(found).filter(([, value]) => Number.isFinite(value)));
    return { group, rows: members.length, metrics };
  });
}
