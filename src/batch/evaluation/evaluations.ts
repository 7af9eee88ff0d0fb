import type { Metric } from '../../catalog/index.js';
import { asMetrics, type Evaluation, type NewEvaluation } from './evaluation.js';
import type { EvaluationStore } from './evaluation-store.js';

/** The newest of a version. */
const MOST_LISTED = 100;

/** What was found out about versions by asking them about rows whose values are known. */
export class Evaluations {
  constructor(private readonly store: EvaluationStore) {}

  keep(evaluation: NewEvaluation): Promise<Evaluation> {
    return this.store.keep(evaluation);
  }

  /** Newest first. */
  ofVersions(versionIds: readonly string[]): Promise<Evaluation[]> {
    return this.store.ofVersions(versionIds, MOST_LISTED);
  }

  /** Of each set of rows and result, the newest, as metrics beside those its publisher gave. */
  async metricsOf(versionId: string): Promise<Metric[]> {
    const newest = new Map<string, Evaluation>();
    for (const evaluation of await this.ofVersions([versionId])) {
      const key = JSON.stringify([evaluation.dataset, evaluation.result]);
      if (!newest.has(key)) newest.set(key, evaluation);
    }
    return [...newest.values()].flatMap(asMetrics);
  }
}
