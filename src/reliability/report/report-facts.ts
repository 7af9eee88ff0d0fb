import type { ArtifactRecord, DescriptionRecord, Metric, VersionRecord } from '../../catalog/index.js';
import type { Pipeline } from '../../pipelines/index.js';
import type { Fit } from '../fit.js';

/** A metric with its 95 % interval. */
export interface MeasuredMetric extends Metric {
  readonly interval: { readonly low: number; readonly high: number } | null;
}

/** Everything that a report is made of. */
export interface ReportFacts {
  readonly version: VersionRecord;
  /** By which it predicts: its own, or the one its signature makes. */
  readonly pipeline: Pipeline;
  /** What the model said of itself when the version was published. */
  readonly description: DescriptionRecord;
  readonly artifact: ArtifactRecord | null;
  /** References of the versions it was made from. */
  readonly parents: readonly string[];
  /** What was measured of it here, as it was measured last on each set of rows. */
  readonly measured: readonly MeasuredMetric[];
  /** Null where its data has not been fitted yet, or it has none. */
  readonly fit: Fit | null;
}
