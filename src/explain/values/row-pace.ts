const FIRST = 32;
const LARGEST = 512;
/** A request that comes meanwhile waits for no more than about twice this. */
const AIM_MS = 2;

/** How many rows are asked together: as many as take a moment, whatever the model. */
export class RowPace {
  private size = FIRST;

  get rows(): number {
    return this.size;
  }

  took(rows: number, ms: number): void {
    if (ms > AIM_MS * 2) this.size = Math.max(1, Math.floor(this.size / 2));
    else if (rows === this.size && ms < AIM_MS) this.size = Math.min(LARGEST, this.size * 2);
  }
}
