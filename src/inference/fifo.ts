/** Where a value stands in a queue; null when it has left. */
export interface Place<T> {
  readonly value: T;
  previous: Place<T> | null;
  next: Place<T> | null;
  queue: Fifo<T> | null;
}

/** First in, first out, and out from anywhere: every operation takes the same time, however many wait. */
export class Fifo<T> {
  private head: Place<T> | null = null;
  private tail: Place<T> | null = null;
  private count = 0;

  get length(): number {
    return this.count;
  }

  get first(): T | undefined {
    return this.head?.value;
  }

  push(value: T): Place<T> {
    const place: Place<T> = { value, previous: this.tail, next: null, queue: this };
    if (this.tail) this.tail.next = place;
    else this.head = place;
    this.tail = place;
    this.count += 1;
    return place;
  }

  /** Does nothing when the place is not, or no longer, in this queue. */
  remove(place: Place<T>): void {
    if (place.queue !== this) return;
    if (place.previous) place.previous.next = place.next;
    else this.head = place.next;
    if (place.next) place.next.previous = place.previous;
    else this.tail = place.previous;
    place.previous = null;
    place.next = null;
    place.queue = null;
    this.count -= 1;
  }
}
