import { z } from 'zod';
import { asDense, columnsOf, dense, defineStep, type NumberKind, StepFault } from '../../language/index.js';
import { numbersOf } from '../numbers/elementwise.js';

const MOST = 100_000;

export const interactions = defineStep({
  name: 'interactions',
  group: 'numbers',
  summary:
    'the products of each two columns behind the columns themselves, as scikit-learn’s PolynomialFeatures of degree 2 without bias',
  parameters: z.strictObject({
    squares: z.boolean().default(false).describe('Whether each column is also multiplied by itself.'),
    keep: z.boolean().default(true).describe('Whether the columns themselves come first.'),
  }),
  takes: ['numbers'],
  gives({ squares, keep }, kinds) {
    const kind = numbersOf(kinds);
    const count = countOf(kind);
    const pairs = pairsOf(count, squares);
    const width = pairs.length + (keep ? count : 0);
    if (width === 0) throw new StepFault([], 'one column has no products with others; add squares');
    if (width > MOST) throw new StepFault([], `would make ${width} columns: at most ${MOST}`);
    const { names, holds } = kind;
    return {
      kind: 'numbers',
      shape: [width],
      holds,
      ...(kind.gaps && { gaps: true }),
      ...(names && {
        names: [
          ...(keep ? names : []),
          ...pairs.map(([one, other]) => `${names[one] ?? ''}·${names[other] ?? ''}`),
        ],
      }),
    };
  },
  run({ squares, keep }, kinds) {
    const count = countOf(numbersOf(kinds));
    const pairs = pairsOf(count, squares);
    const kept = keep ? count : 0;
    const width = kept + pairs.length;
    return ([values], { rows }) => {
      const { data } = asDense(values);
      const made = new Float64Array(rows * width);
      for (let row = 0; row < rows; row++) {
        const from = row * count;
        for (let column = 0; column < kept; column++) made[row * width + column] = data[from + column] ?? NaN;
        for (let pair = 0; pair < pairs.length; pair++) {
          const [one, other] = pairs[pair] ?? [0, 0];
          made[row * width + kept + pair] = (data[from + one] ?? NaN) * (data[from + other] ?? NaN);
        }
      }
      return dense(width, made);
    };
  },
});

function countOf(kind: NumberKind): number {
  const count = columnsOf(kind);
  if (kind.shape.length !== 1 || count === -1)
    throw new StepFault([], 'needs a list of numbers of a known length');
  return count;
}

function pairsOf(count: number, squares: boolean): readonly (readonly [number, number])[] {
  const pairs: [number, number][] = [];
  for (let one = 0; one < count && pairs.length <= MOST; one++)
    for (let other = squares ? one : one + 1; other < count; other++) pairs.push([one, other]);
  return pairs;
}
