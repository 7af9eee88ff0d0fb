import { seededRandom } from '../../platform/seeded-random.js';
import type { LabelledRow } from './labelled-rows.js';

/** Beyond so many, a uniform sample of them stands for all (Vitter's algorithm R, 1985). */
const MOST_ROWS = 1_000_000;

/** What an evaluation keeps of the rows it has seen. */
export class MeasuredRows {
  private readonly kept: LabelledRow[] = [];
  private readonly random = seededRandom(20);
  private seen = 0;

  add(row: LabelledRow): void {
    this.seen += 1;
    if (this.kept.length < MOST_ROWS) {
      this.kept.push(row);
      return;
    }
    const place = Math.floor(this.random() * this.seen);
    if (place < MOST_ROWS) this.kept[place] = row;
  }

  get count(): number {
    return this.seen;
  }

  get rows(): readonly LabelledRow[] {
    return this.kept;
  }
}
