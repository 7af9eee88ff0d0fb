/** Takes each of a stream with the same probability; what is passed over costs nothing. */
export class ChancePicker {
  /** How many come before the next one that is taken. */
  private ahead: number;

  constructor(
    private readonly rate: number,
    private readonly random: () => number,
  ) {
    this.ahead = this.gap();
  }

  /** @param take called with each of `count` that is taken, by its place */
  offer(count: number, take: (place: number) => void): void {
    while (this.ahead < count) {
      take(this.ahead);
      this.ahead += 1 + this.gap();
    }
    this.ahead -= count;
  }

  /** Geometrically distributed. */
  private gap(): number {
    if (this.rate >= 1) return 0;
    return Math.floor(Math.log(1 - this.random()) / Math.log(1 - this.rate));
  }
}
