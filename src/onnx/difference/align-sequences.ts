/** Cells of the table for the longest common subsequence: 4 MB of 16-bit numbers twice over. */
const MAX_CELLS = 4_000_000;

/**
 * Pairs of places with equal keys, in both sequences' order: a longest common subsequence. Where that would take too
 * large a table, the n-th of each key is paired with the n-th instead.
 */
export function alignSequences(base: readonly string[], target: readonly string[]): [number, number][] {
  const pairs: [number, number][] = [];
  let start = 0;
  while (start < base.length && start < target.length && base[start] === target[start]) {
    pairs.push([start, start]);
    start += 1;
  }
  let end = 0;
  const shorter = Math.min(base.length, target.length) - start;
  while (end < shorter && base[base.length - 1 - end] === target[target.length - 1 - end]) {
    end += 1;
    pairs.push([base.length - end, target.length - end]);
  }
  const [before, after] = [base.slice(start, base.length - end), target.slice(start, target.length - end)];
  const middle =
    before.length * after.length <= MAX_CELLS ? longestCommon(before, after) : occurrences(before, after);
  for (const [one, other] of middle) pairs.push([one + start, other + start]);
  return pairs;
}

function longestCommon(before: readonly string[], after: readonly string[]): [number, number][] {
  const width = after.length + 1;
  // Longest from each place on.
  const lengths = new Uint16Array((before.length + 1) * width);
  const at = (row: number, column: number) => lengths[row * width + column] ?? 0;
  for (let row = before.length - 1; row >= 0; row -= 1)
    for (let column = after.length - 1; column >= 0; column -= 1)
      lengths[row * width + column] =
        before[row] === after[column]
          ? at(row + 1, column + 1) + 1
          : Math.max(at(row + 1, column), at(row, column + 1));
  const pairs: [number, number][] = [];
  for (let [row, column] = [0, 0]; row < before.length && column < after.length;) {
    if (before[row] === after[column]) pairs.push([row++, column++]);
    else if (at(row + 1, column) >= at(row, column + 1)) row += 1;
    else column += 1;
  }
  return pairs;
}

function occurrences(before: readonly string[], after: readonly string[]): [number, number][] {
  const places = new Map<string, number[]>();
  for (const [index, key] of after.entries()) {
    const known = places.get(key);
    if (known) known.push(index);
    else places.set(key, [index]);
  }
  const taken = new Map<string, number>();
  return before.flatMap((key, index): [number, number][] => {
    const occurrence = taken.get(key) ?? 0;
    taken.set(key, occurrence + 1);
    const place = places.get(key)?.[occurrence];
    return place === undefined ? [] : [[index, place]];
  });
}
