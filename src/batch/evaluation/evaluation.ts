import type { Metric } from '../../catalog/index.js';
import type { MeasuredQuality } from '../../deployments/index.js';
import type { JsonObject } from '../../platform/events/index.js';
import type { EvaluationReport } from './evaluation-report.js';
import type { MeasuredMetric } from './quality-of.js';

/** How well a version answered rows whose values are known. */
export interface Evaluation {
  readonly id: string;
  readonly versionId: string;
  /** Null where it was measured elsewhere and came with an archive. */
  readonly jobId: string | null;
  /** What the rows are called. */
  readonly dataset: string;
  /** Digest of the file; null where it was measured by recorded outcomes. */
  readonly artifact: string | null;
  /** The result that was compared. */
  readonly result: string;
  readonly rows: number;
  readonly failed: number;
  readonly metrics: readonly MeasuredMetric[];
  /** Everything else that was found. */
  readonly report: Omit<EvaluationReport, 'metrics'> & JsonObject;
  /** The name of the schedule that asked for it. */
  readonly schedule: string | null;
  readonly createdAt: Date;
  readonly createdBy: string;
}

export type NewEvaluation = Omit<Evaluation, 'id' | 'createdAt'>;

/** As metrics that a publisher could have given, each with the rows it was measured on, and with its interval. */
export function asMetrics({ dataset, result, artifact, metrics }: Evaluation): (Metric & MeasuredOn)[] {
  return metrics.map(({ name, value, unit, higherIsBetter, interval }) => ({
    name,
    value,
    unit,
    dataset,
    higherIsBetter,
    interval,
    result,
    rowsOf: artifact,
  }));
}

export interface MeasuredOn {
  readonly interval: MeasuredMetric['interval'];
  readonly result: string;
  /** Digest of the file with the rows. */
  readonly rowsOf: string | null;
}

/** As guards of migrations ask for it. */
export function asQualities({ dataset, rows, failed, createdAt, metrics }: Evaluation): MeasuredQuality[] {
  return metrics.map(({ name, value, unit, higherIsBetter, interval }) => ({
    name,
    dataset,
    value,
    unit,
    higherIsBetter,
    interval,
    rows: rows - failed,
    at: createdAt,
  }));
}

/** Of each set of rows and result the first, of evaluations that come newest first. */
export function newestOfEach(evaluations: readonly Evaluation[]): Evaluation[] {
  const newest = new Map<string, Evaluation>();
  for (const evaluation of evaluations) {
    const key = JSON.stringify([evaluation.dataset, evaluation.result]);
    if (!newest.has(key)) newest.set(key, evaluation);
  }
  return [...newest.values()];
}
