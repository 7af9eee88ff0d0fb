import { DURATIONS } from '../tallies/tally.js';

const EVERY_MS = 20;
const PLACE = DURATIONS.indexOf('eventLoopDelay');

/** How late timers come: how long whatever else waits for the event loop has to wait. */
export class EventLoopDelay {
  private timer: NodeJS.Timeout | null = null;
  private dueAt = 0;

  constructor(private readonly measured: (place: number, ms: number) => void) {}

  start(): void {
    this.dueAt = performance.now() + EVERY_MS;
    this.timer = setTimeout(() => {
      // Timers come up to a millisecond late by their own resolution.
      this.measured(PLACE, Math.max(0, performance.now() - this.dueAt));
      this.start();
    }, EVERY_MS).unref();
  }

  stop(): void {
    if (this.timer) clearTimeout(this.timer);
    this.timer = null;
  }
}
