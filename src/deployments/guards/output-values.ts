/** An answer's numbers by output name ('' where there is one without a name). */
export type OutputNumbers = ReadonlyMap<string, ArrayLike<number>>;

/** How far two answers to the same request are apart. */
export interface AnswerDifference {
  /** Over all numbers; infinite where only one is finite, or where they are not the same outputs of the same lengths. */
  readonly largestAbsolute: number;
  /** The same, relative to max(1, |base|). */
  readonly largestRelative: number;
  readonly meanAbsolute: number;
  readonly meanRelative: number;
}

const INCOMPARABLE: AnswerDifference = {
  largestAbsolute: Infinity,
  largestRelative: Infinity,
  meanAbsolute: Infinity,
  meanRelative: Infinity,
};

export function differenceOf(base: OutputNumbers, candidate: OutputNumbers): AnswerDifference {
  if (base.size !== candidate.size) return INCOMPARABLE;
  let [largestAbsolute, largestRelative, absolute, relative, count] = [0, 0, 0, 0, 0];
  for (const [name, expected] of base) {
    const actual = candidate.get(name);
    if (actual?.length !== expected.length) return INCOMPARABLE;
    for (let index = 0; index < expected.length; index += 1) {
      const [a, b] = [expected[index] ?? NaN, actual[index] ?? NaN];
      const apart = distance(a, b);
      const share = apart === 0 ? 0 : apart / Math.max(1, Math.abs(a));
      // An infinity of the base's would make any distance look small.
      const scaled = Number.isNaN(share) ? Infinity : share;
      largestAbsolute = Math.max(largestAbsolute, apart);
      largestRelative = Math.max(largestRelative, scaled);
      absolute += apart;
      relative += scaled;
    }
    count += expected.length;
  }
  const numbers = Math.max(1, count);
  return {
    largestAbsolute,
    largestRelative,
    meanAbsolute: absolute / numbers,
    meanRelative: relative / numbers,
  };
}

/** Not-a-number equals itself, and so do the infinities; a finite number is infinitely far from all of them. */
function distance(a: number, b: number): number {
  if (a === b || (Number.isNaN(a) && Number.isNaN(b))) return 0;
  const apart = Math.abs(a - b);
  return Number.isNaN(apart) ? Infinity : apart;
}
