import { binOf } from '../../statistics/index.js';
import { isOutside } from './reference-collector.js';
import type { Observed, Operation } from './quantity.js';
import { binsOf, type Reference, type ReferenceFeature } from './reference.js';

/** What was seen of one feature in one span of time. Adds up. */
export interface FeatureCounts {
  rows: number;
  missing: number;
  /** Beyond the declared range. */
  outside: number;
  readonly counts: Float64Array;
  /** Of numbers; empty for categories. */
  readonly sums: Float64Array;
}

/** One row as its sample holds it: feature by feature; undefined where its kind of request does not show it. */
export interface SeenRow {
  readonly operation: Operation;
  readonly values: readonly (Observed | undefined)[];
  /** Whether the instance was read, so that its quantities could be there. */
  readonly read: boolean;
}

export function noCounts({ features }: Pick<Reference, 'features'>): FeatureCounts[] {
  return features.map((feature) => ({
    rows: 0,
    missing: 0,
    outside: 0,
    counts: new Float64Array(binsOf(feature)),
    sums: new Float64Array(feature.kind === 'NUMBER' ? binsOf(feature) : 0),
  }));
}

/** Adds a row to what was seen. */
export function countRow(
  features: readonly ReferenceFeature[],
  seen: readonly FeatureCounts[],
  { operation, values, read }: SeenRow,
): void {
  for (const [index, feature] of features.entries()) {
    const counts = seen[index];
    if (counts === undefined || feature.operation !== operation) continue;
    if (feature.role !== 'OUTPUT' && !read) continue;
    counts.rows += 1;
    const bin = binFor(feature, values[index]);
    if (bin === null) {
      counts.missing += 1;
      continue;
    }
    counts.counts[bin] = (counts.counts[bin] ?? 0) + 1;
    const value = values[index];
    if (typeof value !== 'number') continue;
    counts.sums[bin] = (counts.sums[bin] ?? 0) + value;
    if (feature.domain && isOutside(feature.domain, value)) counts.outside += 1;
  }
}

/** Null where it counts as missing: another type than the reference has is no value. */
function binFor(feature: ReferenceFeature, value: Observed | undefined): number | null {
  if (value === undefined || value === null) return null;
  if (feature.kind === 'NUMBER') return typeof value === 'number' ? binOf(value, feature.bounds) : null;
  if (typeof value !== 'string') return null;
  const known = feature.categories.indexOf(value);
  return known === -1 ? feature.categories.length : known;
}

/** Adds `more` to `sum`, which changes. */
export function addCounts(sum: readonly FeatureCounts[], more: readonly FeatureCounts[]): void {
  for (const [index, total] of sum.entries()) {
    const part = more[index];
    if (part === undefined) continue;
    total.rows += part.rows;
    total.missing += part.missing;
    total.outside += part.outside;
    for (let bin = 0; bin < total.counts.length; bin += 1)
      total.counts[bin] = (total.counts[bin] ?? 0) + (part.counts[bin] ?? 0);
    for (let bin = 0; bin < total.sums.length; bin += 1)
      total.sums[bin] = (total.sums[bin] ?? 0) + (part.sums[bin] ?? 0);
  }
}

/** Of each feature its rows, missing and outside, then bin, count and sum of each bin that is not empty. */
export function countsToText(counts: readonly FeatureCounts[]): string {
  return JSON.stringify(
    counts.map(({ rows, missing, outside, counts: bins, sums }) => {
      const parts = [rows, missing, outside];
      for (let bin = 0; bin < bins.length; bin += 1)
        if (bins[bin] !== 0) parts.push(bin, bins[bin] ?? 0, sums[bin] ?? 0);
      return parts;
    }),
  );
}

/** What `countsToText` wrote for the same reference. */
export function countsFromText(reference: Pick<Reference, 'features'>, text: string): FeatureCounts[] {
  const counts = noCounts(reference);
  for (const [index, parts] of (JSON.parse(text) as number[][]).entries()) {
    const feature = counts[index];
    if (feature === undefined) continue;
    const [rows = 0, missing = 0, outside = 0] = parts;
    Object.assign(feature, { rows, missing, outside });
    for (let at = 3; at < parts.length; at += 3) {
      const bin = parts[at] ?? 0;
      feature.counts[bin] = parts[at + 1] ?? 0;
      if (feature.sums.length > 0) feature.sums[bin] = parts[at + 2] ?? 0;
    }
  }
  return counts;
}
