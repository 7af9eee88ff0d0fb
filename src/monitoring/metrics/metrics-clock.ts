/** Where the time comes from; tests have their own. */
export interface TimeSource {
  /** Milliseconds since 1970, as the machine believes. May jump. */
  wall(): number;
  /** Milliseconds since some instant. Never goes back. */
  monotonic(): number;
}

export const MACHINE_TIME: TimeSource = { wall: () => Date.now(), monotonic: () => performance.now() };

/** Below this a difference is drift, and not a jump. */
const JUMP_MS = 1_000;

/**
 * The time by which requests are put into seconds: the wall's when it begins, and from then on as much later as really
 * passed. A wall clock that is set forward is followed, since what comes next belongs there. One that is set back is not:
 * a second that is over must not begin again, so this clock is ahead until the wall's has caught up.
 */
export class MetricsClock {
  private offset: number;

  constructor(private readonly source: TimeSource = MACHINE_TIME) {
    this.offset = source.wall() - source.monotonic();
  }

  /** Milliseconds since 1970. */
  now(): number {
    return this.source.monotonic() + this.offset;
  }

  /** Whole seconds since 1970. */
  second(): number {
    return Math.floor(this.now() / 1_000);
  }

  /** Follows the wall clock forward; called every second. */
  adjust(): void {
    const ahead = this.source.wall() - this.now();
    if (ahead > JUMP_MS) this.offset += ahead;
  }
}
