/** How often each row counts: once, or as often as a resample drew it. */
export type Counts = Uint32Array;

export function onceEach(rows: number): Counts {
  return new Uint32Array(rows).fill(1);
}

/** The places of values in ascending order. */
export function orderOf(values: Float64Array): Uint32Array {
  return Uint32Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
}

/**
 * Ranks from 1, equal values share the mean of theirs. A value that counts several times has so many equals; the rank of one that
 * counts never means nothing. In one pass over the order, which is the same for all resamples of the values.
 */
export function ranksOf(
  values: Float64Array,
  order = orderOf(values),
  counts: Counts = onceEach(values.length),
): Float64Array {
  const ranks = new Float64Array(values.length);
  let before = 0;
  for (let from = 0; from < order.length;) {
    const value = values[order[from] ?? 0];
    let until = from;
    let equals = 0;
    for (; until < order.length && values[order[until] ?? 0] === value; until++)
      equals += counts[order[until] ?? 0] ?? 0;
    const rank = before + (equals + 1) / 2;
    for (let place = from; place < until; place++) ranks[order[place] ?? 0] = rank;
    before += equals;
    from = until;
  }
  return ranks;
}

/** Pearson's r; NaN where either does not vary. */
export function correlation(
  one: Float64Array,
  other: Float64Array,
  counts: Counts = onceEach(one.length),
): number {
  let [total, sumOne, sumOther] = [0, 0, 0];
  for (let row = 0; row < counts.length; row++) {
    const count = counts[row] ?? 0;
    total += count;
    sumOne += count * (one[row] ?? 0);
    sumOther += count * (other[row] ?? 0);
  }
  const [meanOne, meanOther] = [sumOne / total, sumOther / total];
  let [both, ofOne, ofOther] = [0, 0, 0];
  for (let row = 0; row < counts.length; row++) {
    const count = counts[row] ?? 0;
    if (count === 0) continue;
    const a = (one[row] ?? 0) - meanOne;
    const b = (other[row] ?? 0) - meanOther;
    both += count * a * b;
    ofOne += count * a * a;
    ofOther += count * b * b;
  }
  return both / Math.sqrt(ofOne * ofOther);
}
