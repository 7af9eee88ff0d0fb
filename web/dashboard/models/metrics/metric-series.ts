import type { VersionRowFragment } from '../../__generated__/operations.js';

export type MeasuredVersion = Pick<VersionRowFragment, 'ref' | 'number' | 'metrics'>;

interface Evaluated extends MeasuredVersion {
  /** The newest first. */
  readonly evaluations: readonly {
    readonly dataset: string;
    readonly result: string;
    readonly metrics: readonly Omit<VersionRowFragment['metrics'][number], 'dataset'>[];
  }[];
}

/** A version with what this server measured of it beside what its publisher stated: the newest of each data set and result. */
export function withEvaluations(version: Evaluated): MeasuredVersion {
  const seen = new Set<string>();
  const measured = version.evaluations.flatMap(({ dataset, result, metrics }) => {
    const name = `${dataset}, ${result}, measured here`;
    if (seen.has(name)) return [];
    seen.add(name);
    return metrics.map((metric) => ({ ...metric, dataset: name }));
  });
  return { ...version, metrics: [...version.metrics, ...measured] };
}

/** One metric on one data set in one unit, over versions. */
export interface MetricSeries {
  readonly key: string;
  readonly name: string;
  readonly unit: string | null;
  readonly dataset: string | null;
  readonly higherIsBetter: boolean | null;
  /** In the order of the versions' numbers. */
  readonly points: readonly { readonly number: number; readonly ref: string; readonly value: number }[];
}

/** Puts together what can be compared: a metric in another unit, or on other data, is another one. */
export function metricSeries(versions: readonly MeasuredVersion[]): MetricSeries[] {
  const series = new Map<string, MetricSeries & { points: MetricSeries['points'][number][] }>();
  for (const { ref, number, metrics } of versions.toSorted((one, other) => one.number - other.number))
    for (const { name, value, unit, dataset, higherIsBetter } of metrics) {
      const key = JSON.stringify([name, dataset, unit]);
      const known = series.get(key) ?? { key, name, unit, dataset, higherIsBetter, points: [] };
      known.points.push({ number, ref, value });
      series.set(key, known);
    }
  return [...series.values()];
}

export function metricTitle({ name, unit }: Pick<MetricSeries, 'name' | 'unit'>): string {
  return unit === null || unit === '1' ? name : `${name} (${unit})`;
}

/** The point with the best value; null where nobody says what better is. */
export function bestPoint({ points, higherIsBetter }: MetricSeries): MetricSeries['points'][number] | null {
  if (higherIsBetter === null || points.length < 2) return null;
  return points.reduce((best, point) =>
    (higherIsBetter ? point.value > best.value : point.value < best.value) ? point : best,
  );
}

/** Round numbers that enclose all values, for an axis. */
export function axisTicks(values: readonly number[], wanted = 4): readonly number[] {
  const low = Math.min(...values);
  const high = Math.max(...values);
  const span = high - low || Math.abs(high) || 1;
  const rough = span / wanted;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step =
    [1, 2, 5, 10].map((factor) => factor * size).find((candidate) => candidate >= rough) ?? 10 * size;
  const first = Math.floor(low / step);
  const last = Math.max(Math.ceil(high / step), first + 1);
  return Array.from({ length: last - first + 1 }, (_, index) =>
    Number(((first + index) * step).toPrecision(12)),
  );
}
