/**
 * A uniform sample of rows in bounded memory and time: most rows cost an addition, since it is drawn how many to pass over
 * (algorithm L of K.-H. Li, ACM TOMS 20, 1994).
 */
export class RowSampler {
  private seen = 0;
  /** The next row to take, counted from the first. */
  private next = 0;
  private weight = 1;

  constructor(
    private readonly capacity: number,
    private readonly random: () => number,
  ) {}

  /** @param take called with each row that is kept and its place, in which it takes the place of another one */
  offer(rows: number, take: (row: number, place: number) => void): void {
    const end = this.seen + rows;
    while (this.next < end) {
      const at = this.next;
      const place = at < this.capacity ? at : Math.floor(this.random() * this.capacity);
      take(at - this.seen, place);
      if (at < this.capacity - 1) this.next += 1;
      else this.pass();
    }
    this.seen = end;
  }

  /** Whether no row was offered yet. */
  get isFresh(): boolean {
    return this.seen === 0;
  }

  /** Begins anew. */
  reset(): void {
    this.seen = 0;
    this.next = 0;
    this.weight = 1;
  }

  private pass(): void {
    this.weight *= Math.exp(Math.log(this.positive()) / this.capacity);
    this.next += Math.floor(Math.log(this.positive()) / Math.log(1 - this.weight)) + 1;
  }

  /** Above 0: there is no logarithm of nothing. */
  private positive(): number {
    return 1 - this.random();
  }
}
