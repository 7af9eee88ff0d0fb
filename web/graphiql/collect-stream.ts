/** Enough to look back at, and little enough to lay out anew with each result. */
const KEPT = 50;

export interface CollectedStream {
  readonly received: number;
  readonly newestFirst: readonly unknown[];
}

const NOTHING_COLLECTED: CollectedStream = { received: 0, newestFirst: [] };

/**
 * Shows a subscription as the list of its last results. GraphiQL alone replaces each result by the next, and of
 * several that come at once only the last would ever be seen.
 *
 * @param before what the same subscription has shown before it was stopped; it stays in the list
 * @param keep is told each list that is shown
 */
export function collectStream(
  results: AsyncIterable<unknown>,
  before: CollectedStream = NOTHING_COLLECTED,
  keep: (shown: CollectedStream) => void = () => undefined,
): AsyncIterableIterator<CollectedStream> {
  const source = results[Symbol.asyncIterator]();
  let shown = before;
  return {
    async next() {
      const result = await source.next();
      if (result.done === true) return { done: true, value: undefined };
      shown = {
        received: shown.received + 1,
        newestFirst: [result.value, ...shown.newestFirst].slice(0, KEPT),
      };
      keep(shown);
      return { done: false, value: shown };
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
