import { LatencyHistogram } from './latency-histogram.js';

/** What one side, the version that serves or the candidate, did since the step began. Its size is fixed. */
export class ArmObservations {
  /** Of the requests that succeeded: one that fails fast must not make its version look fast. */
  readonly latencies = new LatencyHistogram();
  private seen = 0;
  private failed = 0;

  get requests(): number {
    return this.seen;
  }

  get failures(): number {
    return this.failed;
  }

  /** Failures that are the caller's fault are not passed in at all. */
  observe({ ok, totalMs }: { readonly ok: boolean; readonly totalMs: number }): void {
    this.seen += 1;
    if (ok) this.latencies.add(totalMs);
    else this.failed += 1;
  }
}
