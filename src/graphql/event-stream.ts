import type { EventFilter, EventLog, EventRecord } from '../platform/events/index.js';

/**
 * The events as GraphQL wants them, ended at once when the subscriber leaves. A generator alone would not do: its
 * `return` waits behind the `next` that is pending, which may be hours away from an event.
 */
export function streamEvents(
  events: EventLog,
  options: { filter: EventFilter; after: bigint | undefined; signal: AbortSignal },
): AsyncIterableIterator<EventRecord, void, void> {
  const left = new AbortController();
  const stream = events.subscribe({ ...options, signal: AbortSignal.any([options.signal, left.signal]) });
  return {
    next: () => stream.next(),
    return() {
      left.abort();
      return stream.return();
    },
    throw(error) {
      left.abort();
      return stream.throw(error);
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
