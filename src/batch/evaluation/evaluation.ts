import type { Metric } from '../../catalog/index.js';
import type { JsonObject } from '../../platform/events/index.js';
import type { EvaluationReport } from './evaluation-report.js';
import type { MeasuredMetric } from './quality-of.js';

/** How well a version answered a file of rows whose values are known. */
export interface Evaluation {
  readonly id: string;
  readonly versionId: string;
  readonly jobId: string;
  /** What the rows are called. */
  readonly dataset: string;
  /** Digest of the file. */
  readonly artifact: string;
  /** The result that was compared. */
  readonly result: string;
  readonly rows: number;
  readonly failed: number;
  readonly metrics: readonly MeasuredMetric[];
  /** Everything else that was found. */
  readonly report: Omit<EvaluationReport, 'metrics'> & JsonObject;
  readonly createdAt: Date;
  readonly createdBy: string;
}

export type NewEvaluation = Omit<Evaluation, 'id' | 'createdAt'>;

/** As metrics that a publisher could have given: each with the rows it was measured on. */
export function asMetrics({ dataset, metrics }: Evaluation): Metric[] {
  return metrics.map(({ name, value, unit, higherIsBetter }) => ({
    name,
    value,
    unit,
    dataset,
    higherIsBetter,
  }));
}
