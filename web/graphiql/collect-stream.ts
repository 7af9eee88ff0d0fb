/** Enough to look back at, and little enough to lay out anew with each result. */
const KEPT = 50;

export interface CollectedStream {
  readonly received: number;
  readonly newestFirst: readonly unknown[];
}

/**
 * Shows a subscription as the list of its last results. GraphiQL alone replaces each result by the next, and of
 * several that come at once only the last would ever be seen.
 */
export function collectStream(results: AsyncIterable<unknown>): AsyncIterableIterator<CollectedStream> {
  const source = results[Symbol.asyncIterator]();
  let received = 0;
  let newestFirst: readonly unknown[] = [];
  return {
    async next() {
      const result = await source.next();
      if (result.done === true) return { done: true, value: undefined };
      received += 1;
      newestFirst = [result.value, ...newestFirst].slice(0, KEPT);
      return { done: false, value: { received, newestFirst } };
    },
    // At once, also while a result is awaited: an async generator would end only after the next one had come.
    async return() {
      await source.return?.();
      return { done: true, value: undefined };
    },
    [Symbol.asyncIterator]() {
      return this;
    },
  };
}
