import { addCounts, countRow, noCounts, type FeatureCounts, type SeenRow } from './live-counts.js';
import type { Reference } from './reference.js';
import { PacedSampler } from '../paced-sampler.js';

/** Rows of one deployment and version that count in a second; of more, a uniform sample. */
const ROWS_A_SECOND = 200;
/** Minutes that wait to be written while the database is away. */
const MAX_MINUTES = 120;
const MINUTE_MS = 60_000;

/** What was counted in a minute and is not written yet. */
export interface Span {
  readonly at: Date;
  readonly counts: FeatureCounts[];
}

/** Counts the requests of one deployment to one version. */
export class LiveCounter {
  private readonly sampler: PacedSampler;
  private sample: (SeenRow | undefined)[] = [];
  private minutes = new Map<number, FeatureCounts[]>();
  /** When a second ended in which rows were offered, by the clock. */
  lastAt = Date.now();

  constructor(
    readonly reference: Reference,
    readonly deploymentId: string,
    random: () => number,
  ) {
    this.sampler = new PacedSampler(ROWS_A_SECOND, 1, random);
  }

  /** Whether something is to be counted or written. */
  get isPending(): boolean {
    return this.sample.length > 0 || this.minutes.size > 0;
  }

  /** On the request's own time. */
  offer(rows: number, take: (row: number, place: number) => void): void {
    this.sampler.offer(rows, take);
  }

  put(place: number, row: SeenRow): void {
    this.sample[place] = row;
  }

  /** Counts the sample of the second that is over. */
  endSecond(now: number): void {
    if (!this.sampler.isFresh) this.lastAt = now;
    this.sampler.reset();
    if (this.sample.length === 0) return;
    const counts = this.minute(Math.floor(now / MINUTE_MS) * MINUTE_MS);
    for (const row of this.sample) if (row) countRow(this.reference.features, counts, row);
    this.sample = [];
  }

  /** What is to be written; it is gone from here. */
  taken(): Span[] {
    const spans = [...this.minutes].map(([at, counts]) => ({ at: new Date(at), counts }));
    this.minutes = new Map();
    return spans;
  }

  /** Could not be written. @returns false when it is more than may wait, and the oldest was given up */
  giveBack(spans: readonly Span[]): boolean {
    for (const { at, counts } of spans) addCounts(this.minute(at.getTime()), counts);
    if (this.minutes.size <= MAX_MINUTES) return true;
    const oldest = Math.min(...this.minutes.keys());
    this.minutes.delete(oldest);
    return false;
  }

  private minute(at: number): FeatureCounts[] {
    const known = this.minutes.get(at);
    if (known) return known;
    const counts = noCounts(this.reference);
    this.minutes.set(at, counts);
    return counts;
  }
}
