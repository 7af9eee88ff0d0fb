import { setTimeout as delay } from 'node:timers/promises';
import type { JobWork, RunningJob } from '../../src/jobs/index.js';

/** Counts to `total` in steps that the test lets through; what it counted lies in `counted`, also over several attempts. */
export class CountingWork implements JobWork {
  readonly kind = 'VERIFY_ARTIFACTS';
  readonly counted: number[] = [];
  /** How far it may count. */
  gate = Infinity;
  /** Thrown instead of the next steps, one after the other. */
  failures: Error[] = [];
  /** The share of all work that counting is; what comes after it is not told. */
  shareOfCounting = 1;
  running = 0;
  mostRunning = 0;

  constructor(private readonly total = 5) {}

  async prepare() {
    return { input: {}, title: 'Count' };
  }

  async run(job: RunningJob): Promise<number> {
    this.mostRunning = Math.max(this.mostRunning, (this.running += 1));
    try {
      for (let next = Number(job.checkpoint ?? 0) + 1; next <= this.total; next += 1) {
        while (next > this.gate) await delay(5, undefined, { signal: job.signal });
        const failure = this.failures.shift();
        if (failure) throw failure;
        this.counted.push(next);
        await job.save(next, {
          done: next,
          total: this.total,
          failed: 0,
          share: (next / this.total) * this.shareOfCounting,
        });
      }
      return this.total;
    } finally {
      this.running -= 1;
    }
  }
}
