/** Runs one thing after the other; one that fails does not hold up the next. */
export class Turns {
  private last: Promise<unknown> = Promise.resolve();
  private count = 0;

  /** How many have not ended yet. */
  get ahead(): number {
    return this.count;
  }

  run<T>(work: () => Promise<T>): Promise<T> {
    this.count += 1;
    const done = this.last.then(work).finally(() => (this.count -= 1));
    this.last = done.catch(() => undefined);
    return done;
  }

  /** Resolves when those asked for so far have ended. */
  async flushed(): Promise<void> {
    await this.last;
  }

  /** Resolves when there is none left. */
  async idle(): Promise<void> {
    while (this.count > 0) await this.last;
  }
}

/** The same for each key by itself: work on different keys goes side by side. */
export class TurnsByKey {
  readonly #turns = new Map<string, Turns>();

  async run<T>(key: string, work: () => Promise<T>): Promise<T> {
    const turns = this.#turns.get(key) ?? new Turns();
    this.#turns.set(key, turns);
    try {
      return await turns.run(work);
    } finally {
      if (turns.ahead === 0) this.#turns.delete(key);
    }
  }
}
