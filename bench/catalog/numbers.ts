import { randomValues } from '../support/models.js';

/** Numbers that look random and are the same at each run. */
export interface Numbers {
  /** From 0 up to, and without, `limit`. */
  below(limit: number): number;
  pick<T>(items: readonly [T, ...T[]] | readonly T[]): T;
}

const DRAWN_AT_ONCE = 4_096;

export function numbers(seed: number): Numbers {
  let drawn: Float32Array = new Float32Array();
  let next = 0;
  let turn = seed;
  const below = (limit: number) => {
    if (next === drawn.length) {
      drawn = randomValues(DRAWN_AT_ONCE, (turn += 1_000_003));
      next = 0;
    }
    const value = drawn[next] ?? 0;
    next += 1;
    return Math.min(limit - 1, Math.floor(((value + 1) / 2) * limit));
  };
  return {
    below,
    pick: (items) => {
      const item = items[below(items.length)];
      if (item === undefined) throw new Error('There is nothing to pick from.');
      return item;
    },
  };
}
