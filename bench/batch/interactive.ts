import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../support/statistics.js';

const EVERY_MS = 25;

/** A person who asks about one thing at a time, as often as a page might: from `start` to `stop`. */
export class Interactive {
  private isOver = false;
  private readonly tookMs: number[] = [];
  private asking: Promise<void> = Promise.resolve();

  constructor(
    private readonly port: number,
    private readonly input: object,
  ) {}

  start(): void {
    this.asking = this.ask();
  }

  async stop(): Promise<{ readonly count: number; readonly p50Ms: number; readonly p99Ms: number }> {
    this.isOver = true;
    await this.asking;
    const sorted = this.tookMs.toSorted((a, b) => a - b);
    return { count: sorted.length, p50Ms: percentile(sorted, 0.5), p99Ms: percentile(sorted, 0.99) };
  }

  private async ask(): Promise<void> {
    const body = JSON.stringify({
      query:
        'mutation ($input: PredictInput!) { predict(input: $input) { predictions { value } userErrors { message } } }',
      variables: { input: this.input },
    });
    while (!this.isOver) {
      const began = performance.now();
      const response = await fetch(`http://127.0.0.1:${this.port}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body,
      });
      const text = await response.text();
      if (!text.includes('"value":')) throw new Error(text);
      const took = performance.now() - began;
      this.tookMs.push(took);
      await delay(Math.max(0, EVERY_MS - took));
    }
  }
}
