/** Node's timers count whole milliseconds and may be one late; what is nearer than this is waited for turn by turn. */
const TIMER_MS = 2;

/**
 * Calls back once at a moment of `performance.now()`, never earlier, and later by one turn of the event loop: some
 * microseconds while little happens. The last two milliseconds are waited for by asking at every turn, which keeps the
 * thread awake, so a timer is set only while there is something to wait for.
 */
export class PreciseTimer {
  private due: number | null = null;
  private timeout: NodeJS.Timeout | null = null;
  private polling: NodeJS.Immediate | null = null;

  constructor(private readonly callback: () => void) {}

  /** Instead of what it was set to before. */
  set(due: number): void {
    if (due === this.due) return;
    this.clear();
    this.due = due;
    this.wait();
  }

  clear(): void {
    if (this.timeout) clearTimeout(this.timeout);
    if (this.polling) clearImmediate(this.polling);
    this.due = null;
    this.timeout = null;
    this.polling = null;
  }

  private readonly wait = (): void => {
    this.timeout = null;
    this.polling = null;
    if (this.due === null) return;
    const left = this.due - performance.now();
    if (left <= 0) {
      this.due = null;
      this.callback();
    } else if (left > TIMER_MS) this.timeout = setTimeout(this.wait, Math.floor(left - 1));
    else this.polling = setImmediate(this.wait);
  };
}
