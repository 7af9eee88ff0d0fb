/** Looked back over so long, so that a change of pace shows and a single slow step does not. */
const WINDOW_MS = 60_000;
const SAMPLE_MS = 250;
/** Before this much time there is nothing to tell a rate by. */
const MIN_MS = 1_000;

interface Sample {
  readonly at: number;
  readonly done: number;
  readonly share: number | null;
}

/** How fast a job gets on, by what it reached in the last minute. */
export class Pace {
  private samples: Sample[] = [];

  /** @param at as `performance.now()` */
  add(at: number, done: number, share: number | null): void {
    const last = this.samples.at(-1);
    const sample = { at, done, share };
    // The newest always counts; between it and the one before lies some time.
    if (last && this.samples.length > 1 && at - (this.samples.at(-2)?.at ?? 0) < SAMPLE_MS)
      this.samples[this.samples.length - 1] = sample;
    else this.samples.push(sample);
    while (this.samples.length > 2 && at - (this.samples[0]?.at ?? at) > WINDOW_MS) this.samples.shift();
  }

  /** Of what is done, a second; null while that cannot be told. */
  rate(): number | null {
    const [first, last] = this.ends();
    return first && last ? ((last.done - first.done) / (last.at - first.at)) * 1_000 : null;
  }

  /** Null while that cannot be told. */
  secondsLeft(): number | null {
    const [first, last] = this.ends();
    if (!first || !last || first.share === null || last.share === null) return null;
    const gained = last.share - first.share;
    if (gained <= 0) return null;
    return (((1 - last.share) / gained) * (last.at - first.at)) / 1_000;
  }

  private ends(): readonly [Sample | undefined, Sample | undefined] {
    const [first, last] = [this.samples[0], this.samples.at(-1)];
    return first && last && last.at - first.at >= MIN_MS ? [first, last] : [undefined, undefined];
  }
}
