import type { EventRecord } from './event.js';

/**
 * The newest events in memory, without a gap, so that many live subscribers cost one read of the database between
 * them. A subscriber that falls further behind than this reads the database itself: slow readers hold no memory.
 */
export class RecentEvents {
  private events: EventRecord[] = [];

  constructor(private readonly capacity: number) {}

  /** `events` are all that came after the previous ones, in order. */
  add(events: readonly EventRecord[]): void {
    this.events.push(...events);
    // Trimmed by halves: shifting one by one would move the whole array for every event.
    if (this.events.length > 2 * this.capacity) this.events = this.events.slice(-this.capacity);
  }

  /** Up to `take` events after `cursor`, or null when memory does not reach back that far. */
  after(cursor: bigint, take: number): EventRecord[] | null {
    const first = this.events[0];
    if (!first || cursor < first.cursor - 1n) return null;
    // Pruning leaves holes between cursors, so the place is searched, not computed.
    let [low, high] = [0, this.events.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      const event = this.events[middle];
      if (event && event.cursor <= cursor) low = middle + 1;
      else high = middle;
    }
    return this.events.slice(low, low + take);
  }

  clear(): void {
    this.events = [];
  }
}
