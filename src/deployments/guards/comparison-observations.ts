import { OutputSamples } from './output-samples.js';
import { differenceOf, type OutputNumbers } from './output-values.js';

/** What both sides answered since the step began, to the same requests and to their own. Its size is bounded. */
export class ComparisonObservations {
  readonly baseOutputs = new OutputSamples(1);
  readonly candidateOutputs = new OutputSamples(2);
  private pairs = 0;
  private beyond = 0;
  private finitePairs = 0;
  private sums = { absolute: 0, relative: 0 };
  private largest = { absolute: 0, relative: 0 };

  /** @param tolerance Largest difference, relative to max(1, |base|), that does not count. */
  constructor(readonly tolerance: number) {}

  get compared(): number {
    return this.pairs;
  }

  /** Pairs with a number beyond the tolerance, with other outputs or lengths, or where one side failed. */
  get differing(): number {
    return this.beyond;
  }

  /** Over all numbers of all pairs; infinite where one side's was not finite. */
  get largestAbsolute(): number {
    return this.largest.absolute;
  }

  get largestRelative(): number {
    return this.largest.relative;
  }

  /** Over the pairs whose numbers can be subtracted; null when there are none. */
  get meanAbsolute(): number | null {
    return this.finitePairs === 0 ? null : this.sums.absolute / this.finitePairs;
  }

  get meanRelative(): number | null {
    return this.finitePairs === 0 ? null : this.sums.relative / this.finitePairs;
  }

  /** Answers to the same request, for the comparison and the distributions; null where that side failed. */
  observe(pair: Pair): void {
    if (pair.base) this.baseOutputs.add(pair.base);
    if (pair.candidate) this.candidateOutputs.add(pair.candidate);
    this.compare(pair);
  }

  /**
   * The same for the comparison alone, when the answers are, or will be, observed one by one: an answer that is counted
   * twice passes for two. Where both sides failed there is nothing to compare.
   */
  compare({ base, candidate }: Pair): void {
    if (!base && !candidate) return;
    this.pairs += 1;
    if (!base || !candidate) {
      this.beyond += 1;
      return;
    }
    const difference = differenceOf(base, candidate);
    if (difference.largestRelative > this.tolerance) this.beyond += 1;
    this.largest.absolute = Math.max(this.largest.absolute, difference.largestAbsolute);
    this.largest.relative = Math.max(this.largest.relative, difference.largestRelative);
    if (!Number.isFinite(difference.meanAbsolute + difference.meanRelative)) return;
    this.finitePairs += 1;
    this.sums.absolute += difference.meanAbsolute;
    this.sums.relative += difference.meanRelative;
  }

  /** An answer that only the base gave: for the distributions alone. */
  observeBase(outputs: OutputNumbers): void {
    this.baseOutputs.add(outputs);
  }

  /** An answer that only the candidate gave: for the distributions alone. */
  observeCandidate(outputs: OutputNumbers): void {
    this.candidateOutputs.add(outputs);
  }
}

interface Pair {
  readonly base: OutputNumbers | null;
  readonly candidate: OutputNumbers | null;
}
