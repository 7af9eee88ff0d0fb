import type {
  MeasuredLatencyOfRows,
  OptimizationBudget,
  OptimizationFigures,
  OptimizationMetric,
} from '../../catalog/index.js';
import type { MeasuredMetric } from '../../batch/index.js';
import type { Pipeline } from '../../pipelines/index.js';
import type { RunnerPool } from '../../runtime/index.js';
import type { Measured } from '../judging/judge.js';
import type { PreparedSample } from '../samples/prepared-sample.js';
import { measureDifferences } from './measure-differences.js';
import { measureLatency } from './measure-latency.js';
import {
  labelledRows,
  measureLoss,
  measureMetrics,
  metricOfBudget,
  type LabelledRows,
} from './measure-quality.js';
import { MeasuredGraph, type GraphAnswers, type GraphFacts } from './measured-graph.js';

interface About {
  readonly original: MeasuredGraph;
  readonly sample: PreparedSample;
  readonly pipeline: Pipeline;
  /** The result that the sample's targets are of; null without targets. */
  readonly result: string | null;
  readonly budget: OptimizationBudget;
  readonly signal: AbortSignal;
}

/** Measures candidates beside the original, on the same rows. */
export class CandidateMeasurer {
  private constructor(
    private readonly runners: Pick<RunnerPool, 'load'>,
    private readonly about: About,
    private readonly answers: readonly GraphAnswers[],
    private readonly rows: LabelledRows | null,
    private readonly metrics: readonly OptimizationMetric[],
    private readonly metric: MeasuredMetric | null,
  ) {}

  /** Asks the original. @throws DomainError INVALID_ARGUMENT for a metric of the budget that these rows do not have */
  static async open(runners: Pick<RunnerPool, 'load'>, about: About): Promise<CandidateMeasurer> {
    const { budget, original, pipeline, result, sample, signal } = about;
    const answers = await original.answers(sample);
    const rows = result === null ? null : labelledRows(pipeline, result, answers, sample.targets);
    const metrics =
      rows === null || result === null ? [] : await measureMetrics(rows, { pipeline, result, signal });
    const metric =
      metrics.length === 0 && budget.maxLoss === null ? null : metricOfBudget(metrics, budget.metric);
    return new CandidateMeasurer(runners, about, answers, rows, metrics, metric);
  }

  /** @param latencies measured last, by turns with a candidate */
  originalFigures(latencies: readonly MeasuredLatencyOfRows[]): OptimizationFigures {
    return this.about.original.figures({ latencies: [...latencies], metrics: [...this.metrics] });
  }

  /**
   * @returns with the times of the original beside which it was measured
   * @throws DomainError what loading and running a graph throw
   */
  async measure(
    facts: GraphFacts,
  ): Promise<Measured & { readonly latencies: readonly MeasuredLatencyOfRows[] }> {
    const { original, pipeline, result, sample, signal } = this.about;
    const graph = await MeasuredGraph.load(this.runners, facts, signal);
    try {
      const answers = await graph.answers(sample);
      const differences = measureDifferences(this.answers, answers);
      const rows = result === null ? null : labelledRows(pipeline, result, answers, sample.targets);
      const metrics =
        rows === null || result === null ? [] : await measureMetrics(rows, { pipeline, result, signal });
      const loss =
        rows === null || this.rows === null || this.metric === null
          ? null
          : await measureLoss(this.rows, rows, this.metric, signal);
      const pairs = await measureLatency(original, graph, sample);
      return {
        figures: graph.figures({ latencies: pairs.map(({ candidate }) => candidate), metrics }),
        speedups: pairs.map(({ rows: count, original: before, candidate }) => ({
          rows: count,
          factor: before.medianMs / Math.max(1e-6, candidate.medianMs),
        })),
        differences,
        loss,
        latencies: pairs.map(({ original: before }) => before),
      };
    } finally {
      await graph.release();
    }
  }
}
