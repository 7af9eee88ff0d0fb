import type { Logger } from '../platform/logging.js';

/** A trace costs some 50 µs of the process that answers: these together at most a hundredth of it. */
const TRACES_A_SECOND = 200;
const SECOND_MS = 1_000;
const QUIET_MS = 3_600_000;

/** Bounds what traces cost, whatever the sampler was told. */
export class TraceBudget {
  private second = -1;
  private used = 0;
  private warnedAt = -Infinity;

  constructor(
    private readonly logger: Logger,
    private readonly now: () => number = () => performance.now(),
  ) {}

  /** @returns whether one more request may be traced */
  take(): boolean {
    const now = this.now();
    const second = Math.floor(now / SECOND_MS);
    if (second !== this.second) {
      this.second = second;
      this.used = 0;
    }
    this.used += 1;
    if (this.used <= TRACES_A_SECOND) return true;
    if (now - this.warnedAt >= QUIET_MS) {
      this.warnedAt = now;
      this.logger.warn(
        `More than ${TRACES_A_SECOND} requests a second are to be traced; the others of each second are not. Metrics count all. Set OTEL_TRACES_SAMPLER=parentbased_traceidratio and OTEL_TRACES_SAMPLER_ARG to the share you want.`,
      );
    }
    return false;
  }
}
