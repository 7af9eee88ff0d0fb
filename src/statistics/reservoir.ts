/** Elements kept: enough for a stability index of 0.36 to stand out against a limit of 0.25. */
const CAPACITY = 4_096;

/** A uniform sample of a stream in bounded memory (J. Vitter's algorithm R, ACM TOMS 11, 1985). */
export class Reservoir {
  private readonly kept: number[] = [];
  private seen = 0;
  private inOrder: Float64Array | undefined;

  constructor(
    private readonly random: () => number,
    private readonly capacity = CAPACITY,
  ) {}

  add(value: number): void {
    this.seen += 1;
    if (this.kept.length < this.capacity) {
      this.kept.push(value);
    } else {
      const place = Math.floor(this.random() * this.seen);
      if (place >= this.capacity) return;
      this.kept[place] = value;
    }
    this.inOrder = undefined;
  }

  /** What is kept, ascending; not-a-numbers last. */
  sorted(): Float64Array {
    return (this.inOrder ??= new Float64Array(this.kept).sort());
  }
}
