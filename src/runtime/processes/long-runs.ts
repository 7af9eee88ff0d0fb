/** A run that takes longer holds up the others of its thread noticeably. */
export const LONG_MS = 10;
const ENOUGH = 3;
/** So many short runs outweigh a long one: a busy machine makes a short run long now and then. */
const SHORT_PER_LONG = 10;

/** Watches the runs of a model until they have turned out to be long. */
export class LongRuns {
  #weight = 0;

  /** @param longMs what takes longer is long */
  constructor(private readonly longMs: number) {}

  /** @returns whether its runs are long: several were, and not only now and then */
  saw(inferMs: number): boolean {
    this.#weight = inferMs > this.longMs ? this.#weight + 1 : Math.max(0, this.#weight - 1 / SHORT_PER_LONG);
    return this.#weight >= ENOUGH;
  }
}
