/**
 * Numbers from 0 to 1 that are the same in every run (Marsaglia's xorshift32, J. Stat. Softw. 8, 2003): which values a
 * sample keeps must not make a decision impossible to repeat.
 */
export function seededRandom(seed: number): () => number {
  let state = seed | 0 || 1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 2 ** 32;
  };
}
