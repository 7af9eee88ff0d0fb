import { ChancePicker } from './chance-picker.js';
import { RowSampler } from './row-sampler.js';

/**
 * A uniform sample of each second's rows, at most so many. As many as last second are expected, so that hardly any row is
 * taken only to be replaced by another: a row that is taken has to be looked at at once, which costs far more than this.
 */
export class PacedSampler {
  private picker: ChancePicker;
  private readonly sampler: RowSampler;
  private seen = 0;

  /** @param rate of all rows, at most so many are taken, however few there are */
  constructor(
    private readonly capacity: number,
    private readonly rate: number,
    private readonly random: () => number,
  ) {
    this.picker = new ChancePicker(rate, random);
    this.sampler = new RowSampler(capacity, random);
  }

  /** Whether no row was offered in this second. */
  get isFresh(): boolean {
    return this.seen === 0;
  }

  /** @param take called with each row that is kept and its place, in which it may take the place of another one */
  offer(rows: number, take: (row: number, place: number) => void): void {
    this.seen += rows;
    this.picker.offer(rows, (row) => this.sampler.offer(1, (_, place) => take(row, place)));
  }

  /** Begins the next second. */
  reset(): void {
    this.picker = new ChancePicker(Math.min(this.rate, this.capacity / Math.max(1, this.seen)), this.random);
    this.sampler.reset();
    this.seen = 0;
  }
}
