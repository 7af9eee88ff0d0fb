const FIRST = 64;
const SMALLEST = 8;
const LARGEST = 1_024;
/** A request that comes meanwhile waits for no more than about this. */
const AIM_MS = 12;

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
    else if (ms > AIM_MS * 2) this.size = Math.max(SMALLEST, Math.ceil(this.size / 2));
  }
}
