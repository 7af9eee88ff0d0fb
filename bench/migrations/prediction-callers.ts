import { setTimeout as delay } from 'node:timers/promises';

export interface Counts {
  readonly answered: number;
  /** Errors of any kind, and connections that broke. */
  readonly failed: number;
  /** An answer that the version it names would not give. */
  readonly wrong: number;
}

interface Answer {
  readonly data?: {
    readonly predict: {
      readonly predictions: readonly { readonly value: number | null }[];
      readonly version: { readonly ref: string } | null;
    } | null;
  } | null;
}

const PREDICT = `mutation ($instances: [JSON!]!) { predict(input: {deployment: "nuclei", instances: $instances}) {
  predictions { value } version { ref } userErrors { message } } }`;
const ROWS = 3;
const PAUSE_MS = 5;

/** Callers who ask `predict` about nuclides again and again, and hold each answer against the version it names. */
export class PredictionCallers implements AsyncDisposable {
  private answered = 0;
  private failed = 0;
  private wrong = 0;
  private stopped = false;
  private readonly calls: Promise<void>[];

  /** @param factors of each version, by its ref */
  constructor(
    private readonly url: string,
    count: number,
    private readonly factors: ReadonlyMap<string, number>,
  ) {
    this.calls = Array.from({ length: count }, (_, caller) => this.call(caller));
  }

  counts(): Counts {
    return { answered: this.answered, failed: this.failed, wrong: this.wrong };
  }

  since(before: Counts): Counts {
    const { answered, failed, wrong } = this.counts();
    return {
      answered: answered - before.answered,
      failed: failed - before.failed,
      wrong: wrong - before.wrong,
    };
  }

  /** Waits until so many more have been answered. */
  async progress(more: number): Promise<void> {
    const enough = this.answered + this.failed + more;
    while (this.answered + this.failed < enough) await delay(PAUSE_MS);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.stopped = true;
    await Promise.all(this.calls);
  }

  private async call(caller: number): Promise<void> {
    for (let request = 0; !this.stopped; request += 1) {
      const instances = Array.from({ length: ROWS }, (_, row) => {
        const z = 20 + ((caller + 7 * request + 13 * row) % 40);
        return { z, n: z + (request % 9) };
      });
      const right = await this.ask(instances).catch(() => null);
      if (right === null) this.failed += 1;
      else this.answered += 1;
      if (right === false) this.wrong += 1;
    }
  }

  /** @returns whether the answer is the named version's; null for a failure. */
  private async ask(instances: readonly { z: number; n: number }[]): Promise<boolean | null> {
    const response = await fetch(`${this.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: PREDICT, variables: { instances } }),
    });
    const { data } = (await response.json()) as Answer;
    const { version, predictions } = data?.predict ?? {};
    if (!version || !predictions || predictions.some(({ value }) => value === null)) return null;
    const factor = this.factors.get(version.ref) ?? Number.NaN;
    return instances.every(({ z, n }, row) => {
      const value = predictions[row]?.value ?? Number.NaN;
      return Math.abs(value - factor * (z + n)) < 1e-9 * Math.abs(value);
    });
  }
}
