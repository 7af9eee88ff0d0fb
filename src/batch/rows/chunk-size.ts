const FIRST = 64;
/** Fewer would cost more than they hold up others, unless a row itself takes long. */
const SMALLEST = 64;
const SMALLEST_OF_SLOW_ROWS = 8;
const SLOW_ROW_MS = 1;
const LARGEST = 128;
/** A request that comes meanwhile waits for no more than about this. */
const AIM_MS = 6;

/** How many rows are asked about at once: as many as take a moment, whatever the model. */
export class ChunkSize {
  private size = FIRST;

  get rows(): number {
    return this.size;
  }

  /** @param ms from asking about so many rows to their answers */
  took(rows: number, ms: number): void {
    if (rows < this.size / 2) return;
    if (ms < AIM_MS / 2) this.size = Math.min(LARGEST, this.size * 2);
    else if (ms > AIM_MS * 2) {
      const smallest = ms / rows > SLOW_ROW_MS ? SMALLEST_OF_SLOW_ROWS : SMALLEST;
      this.size = Math.max(smallest, Math.ceil(this.size / 2));
    }
  }
}
