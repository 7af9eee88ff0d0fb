import type { TimeSource } from '../../../../src/monitoring/metrics/metrics-clock.js';

/** Time that passes when it is told to. */
export class TestTime implements TimeSource {
  private passed = 0;
  private offset: number;

  /** @param startMs milliseconds since 1970 */
  constructor(startMs: number) {
    this.offset = startMs;
  }

  wall(): number {
    return this.passed + this.offset;
  }

  monotonic(): number {
    return this.passed;
  }

  pass(ms: number): void {
    this.passed += ms;
  }

  /** Somebody sets the wall clock. */
  jump(ms: number): void {
    this.offset += ms;
  }
}
