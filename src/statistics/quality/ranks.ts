/** Ranks from 1, equal values share the mean of theirs. */
export function ranksOf(values: Float64Array): Float64Array {
  const order = Uint32Array.from(values.keys()).sort((a, b) => (values[a] ?? 0) - (values[b] ?? 0));
  const ranks = new Float64Array(values.length);
  for (let from = 0; from < order.length;) {
    let until = from + 1;
    const value = values[order[from] ?? 0];
    while (until < order.length && values[order[until] ?? 0] === value) until++;
    const rank = (from + until + 1) / 2;
    for (let place = from; place < until; place++) ranks[order[place] ?? 0] = rank;
    from = until;
  }
  return ranks;
}

/** Pearson's r; NaN where either does not vary. */
export function correlation(one: Float64Array, other: Float64Array): number {
  const count = one.length;
  let [meanOne, meanOther] = [0, 0];
  for (let index = 0; index < count; index++) {
    meanOne += ((one[index] ?? 0) - meanOne) / (index + 1);
    meanOther += ((other[index] ?? 0) - meanOther) / (index + 1);
  }
  let [both, ofOne, ofOther] = [0, 0, 0];
  for (let index = 0; index < count; index++) {
    const a = (one[index] ?? 0) - meanOne;
    const b = (other[index] ?? 0) - meanOther;
    both += a * b;
    ofOne += a * a;
    ofOther += b * b;
  }
  return both / Math.sqrt(ofOne * ofOther);
}
