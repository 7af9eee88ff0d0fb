/**
 * A stream that keeps the newest value for a reader that is not there yet: whoever reads slowly, or never, gets fewer
 * values and holds no more than one.
 */
export class NewestValue<T> implements AsyncIterableIterator<T, undefined> {
  private value: { readonly value: T } | null = null;
  private readonly waiting: ((result: IteratorResult<T, undefined>) => void)[] = [];
  private ended = false;

  /** @param onEnd called once, when nobody will read it any more */
  constructor(private readonly onEnd: () => void) {}

  push(value: T): void {
    if (this.ended) return;
    const first = this.waiting.shift();
    if (first) first({ value, done: false });
    else this.value = { value };
  }

  end(): void {
    if (this.ended) return;
    this.ended = true;
    this.value = null;
    for (const wake of this.waiting.splice(0)) wake({ value: undefined, done: true });
    this.onEnd();
  }

  next(): Promise<IteratorResult<T, undefined>> {
    const { value } = this;
    if (value) {
      this.value = null;
      return Promise.resolve({ value: value.value, done: false });
    }
    if (this.ended) return Promise.resolve({ value: undefined, done: true });
    return new Promise((resolve) => this.waiting.push(resolve));
  }

  return(): Promise<IteratorResult<T, undefined>> {
    this.end();
    return Promise.resolve({ value: undefined, done: true });
  }

  throw(error: unknown): Promise<IteratorResult<T, undefined>> {
    this.end();
    return Promise.reject(error instanceof Error ? error : new Error(String(error)));
  }

  [Symbol.asyncIterator](): this {
    return this;
  }
}
