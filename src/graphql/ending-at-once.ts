/**
 * A stream as GraphQL wants it, ended at once when the subscriber leaves. A generator alone would not do: its `return` waits
 * behind the `next` that is pending, which may be hours away from an event.
 *
 * @param open makes the stream, which must end when the signal aborts
 */
export function endingAtOnce<T>(
  open: (signal: AbortSignal) => AsyncGenerator<T, void, void>,
  signal: AbortSignal,
): AsyncIterableIterator<T, void, void> {
  const left = new AbortController();
  const stream = open(AbortSignal.any([signal, left.signal]));
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
