/** A percent a bin: what is told from the bins is at most that far off, and always in the candidate's favour. */
const GROWTH = 1.01;
const SMALLEST_MS = 0.01;
const LARGEST_MS = 1e7;
const BINS = Math.ceil(Math.log(LARGEST_MS / SMALLEST_MS) / Math.log(GROWTH)) + 2;

/** Counts of durations by size, in 16 KB however many there are. Bin 0 holds what is below 10 µs. */
export class LatencyHistogram {
  private readonly counts = new Float64Array(BINS);
  private total = 0;

  get count(): number {
    return this.total;
  }

  add(milliseconds: number): void {
    const bin = binOf(milliseconds);
    this.counts[bin] = (this.counts[bin] ?? 0) + 1;
    this.total += 1;
  }

  /** How many are in each bin or above it; one entry more than bins, which is 0. */
  atLeast(): Float64Array {
    const above = new Float64Array(BINS + 1);
    for (let bin = BINS - 1; bin >= 0; bin -= 1) above[bin] = (above[bin + 1] ?? 0) + (this.counts[bin] ?? 0);
    return above;
  }

  /** The duration of this rank from the top, 1 for the longest, rounded up to the end of its bin. */
  ranked(rank: number): number {
    let seen = 0;
    for (let bin = BINS - 1; bin >= 0; bin -= 1) {
      seen += this.counts[bin] ?? 0;
      if (seen >= rank) return startOf(bin + 1);
    }
    return 0;
  }

  /** The duration that this share exceeds; 0 when there is none. */
  exceededBy(share: number): number {
    return this.total === 0 ? 0 : this.ranked(Math.floor(share * this.total) + 1);
  }
}

export function binOf(milliseconds: number): number {
  if (!(milliseconds >= SMALLEST_MS)) return 0;
  return Math.min(BINS - 1, Math.floor(Math.log(milliseconds / SMALLEST_MS) / Math.log(GROWTH)) + 1);
}

/** The shortest duration that falls into a bin. */
export function startOf(bin: number): number {
  return bin === 0 ? 0 : SMALLEST_MS * GROWTH ** (bin - 1);
}
