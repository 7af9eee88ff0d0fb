import { Best } from './best.js';

/** Bits of rows, 32 to a word, and how many each row has set. */
export interface Fingerprints {
  readonly count: number;
  readonly words: number;
  readonly data: Uint32Array;
  readonly set: Uint16Array;
}

export interface Similar {
  readonly row: number;
  /** Tanimoto's coefficient: common bits over bits of either. 1 for equal ones, those without any bit included. */
  readonly similarity: number;
}

/** @param bits anything but 0 is set */
export function packBits(bits: ArrayLike<number>): Uint32Array {
  const words = new Uint32Array(Math.ceil(bits.length / 32));
  for (let at = 0; at < bits.length; at += 1)
    if (bits[at] !== 0) words[at >>> 5] = ((words[at >>> 5] ?? 0) | (1 << (at & 31))) >>> 0;
  return words;
}

export function fingerprintsOf(rows: readonly Uint32Array[]): Fingerprints {
  const words = rows[0]?.length ?? 0;
  const data = new Uint32Array(rows.length * words);
  for (const [row, own] of rows.entries()) data.set(own, row * words);
  return { count: rows.length, words, data, set: Uint16Array.from(rows, countBits) };
}

/** The `most` rows most similar to one, most similar first. @param without a row to pass over: the one that is asked about */
export function mostSimilar(
  { count, words, data, set }: Fingerprints,
  asked: Uint32Array,
  most: number,
  without = -1,
): Similar[] {
  const own = countBits(asked);
  const best = new Best(most);
  for (let row = 0; row < count; row += 1) {
    if (row === without) continue;
    const other = set[row] ?? 0;
    const larger = Math.max(own, other);
    // No more can be common than the smaller has.
    if (larger > 0 && 1 - Math.min(own, other) / larger > best.limit) continue;
    let common = 0;
    for (let word = 0, from = row * words; word < words; word += 1, from += 1) {
      const both = (asked[word] ?? 0) & (data[from] ?? 0);
      if (both !== 0) common += bitsIn(both);
    }
    const either = own + other - common;
    best.offer(row, either === 0 ? 0 : 1 - common / either);
  }
  return best.all().map(({ row, cost }) => ({ row, similarity: 1 - cost }));
}

function countBits(words: Uint32Array): number {
  let count = 0;
  for (const word of words) count += bitsIn(word);
  return count;
}

/** Warren, Hacker's Delight (2002), 5-1. */
function bitsIn(word: number): number {
  let bits = word - ((word >>> 1) & 0x55555555);
  bits = (bits & 0x33333333) + ((bits >>> 2) & 0x33333333);
  return Math.imul((bits + (bits >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
