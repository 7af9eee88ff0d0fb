import {
  evaluateGuards,
  type GuardObservations,
  type GuardReport,
  type GuardSettings,
} from '../guards/index.js';

/** One period in which a candidate is observed: since a step began, or began anew. */
export class Watch {
  private readonly began = performance.now();
  private judged = -1;

  /** @param period 1, 2, 3… over the whole migration */
  constructor(
    readonly observed: GuardObservations,
    private readonly guards: GuardSettings,
    private readonly period: number,
  ) {}

  get elapsedMs(): number {
    return performance.now() - this.began;
  }

  /** What the guards say now; null when nothing was observed since they were asked last. */
  judge(): GuardReport[] | null {
    const { base, candidate, comparison } = this.observed;
    const seen = base.requests + candidate.requests + comparison.compared;
    if (seen === this.judged) return null;
    this.judged = seen;
    return evaluateGuards(this.guards, this.observed, this.period);
  }
}
