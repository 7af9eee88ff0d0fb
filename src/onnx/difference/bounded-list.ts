export type GraphChange = 'ADDED' | 'REMOVED' | 'CHANGED';

export interface Totals {
  readonly base: number;
  readonly target: number;
  readonly unchanged: number;
  readonly changed: number;
  readonly added: number;
  readonly removed: number;
}

/** Of each kind of change. */
export const MAX_LISTED = 100;
const MAX_TEXT = 500;

/** Keeps the first of each kind of change, and counts all. */
export class BoundedList<Item extends { readonly change: GraphChange }> {
  readonly #kept = { CHANGED: [] as Item[], ADDED: [] as Item[], REMOVED: [] as Item[] };
  readonly #counts = { CHANGED: 0, ADDED: 0, REMOVED: 0 };

  /** @param rank the lowest come first; without it, the graph's order. */
  constructor(private readonly rank?: (item: Item) => number) {}

  add(item: Item): void {
    const kept = this.#kept[item.change];
    this.#counts[item.change] += 1;
    if (this.rank === undefined && kept.length >= MAX_LISTED) return;
    kept.push(item);
    if (kept.length >= 4 * MAX_LISTED) this.#cut(kept);
  }

  items(): Item[] {
    for (const kept of Object.values(this.#kept)) this.#cut(kept);
    return [...this.#kept.CHANGED, ...this.#kept.REMOVED, ...this.#kept.ADDED];
  }

  totals(): Pick<Totals, 'changed' | 'added' | 'removed'> {
    const { CHANGED: changed, ADDED: added, REMOVED: removed } = this.#counts;
    return { changed, added, removed };
  }

  #cut(kept: Item[]): void {
    const { rank } = this;
    // Infinity minus infinity is no order.
    if (rank) kept.sort((a, b) => (rank(a) < rank(b) ? -1 : rank(a) > rank(b) ? 1 : 0));
    kept.length = Math.min(kept.length, MAX_LISTED);
  }
}

/** Names come from the file, which may hold any. */
export function shortened(text: string): string {
  return text.length > MAX_TEXT ? `${text.slice(0, MAX_TEXT - 1)}…` : text;
}

/** The name in the target, where it is another. */
export function otherName(base: string, target: string): string | null {
  return base === target ? null : target;
}
