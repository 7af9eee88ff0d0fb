import {
  evaluateGuards,
  type ComparedQualities,
  type GuardObservations,
  type GuardReport,
  type GuardSettings,
} from '../guards/index.js';

/** One period in which a candidate is observed: since a step began, or began anew. */
export class Watch {
  private readonly began = performance.now();
  private judged: string | null = null;

  /**
   * @param period 1, 2, 3… over the whole migration
   * @param qualities what was measured of the two versions, as it is known now
   */
  constructor(
    readonly observed: GuardObservations,
    private readonly guards: GuardSettings,
    private readonly period: number,
    private readonly qualities: () => ComparedQualities,
  ) {}

  get elapsedMs(): number {
    return performance.now() - this.began;
  }

  /** What the guards say now; null when nothing was observed or measured since they were asked last. */
  judge(): GuardReport[] | null {
    const { base, candidate, comparison } = this.observed;
    const requests = base.requests + candidate.requests + comparison.compared;
    const qualities = this.guards.evaluation ? this.qualities() : { base: undefined, candidate: undefined };
    const seen = `${requests} ${stamp(qualities.base)} ${stamp(qualities.candidate)}`;
    if (seen === this.judged) return null;
    this.judged = seen;
    return evaluateGuards(this.guards, this.observed, this.period, qualities);
  }
}

/** Rises with what was measured. */
function stamp(qualities: ComparedQualities['base']): number {
  return Math.max(0, ...(qualities ?? []).map(({ at }) => at.getTime()));
}
