import { z } from 'zod';
import { similarNames } from '../../../platform/similar-names.js';
import { asDense, columnsOf, dense, defineStep, type NumberKind, StepFault } from '../../language/index.js';
import { numbersOf } from '../numbers/elementwise.js';

type Column = string | number;

export const pick = defineStep({
  name: 'pick',
  group: 'numbers',
  summary: 'some of the columns, in another order if you like',
  parameters: z.strictObject({
    columns: z
      .array(z.union([z.string().min(1), z.int().min(0)]))
      .min(1)
      .max(100_000)
      .describe('Names of columns, or their places from 0.'),
  }),
  takes: ['numbers'],
  gives({ columns }, kinds) {
    const kind = numbersOf(kinds);
    const places = placesOf(columns, kind);
    const { names, unit, holds, gaps } = kind;
    return {
      kind: 'numbers',
      shape: [places.length],
      holds,
      ...(gaps && { gaps }),
      ...(names && { names: places.map((place) => names[place] ?? '') }),
      ...(unit !== undefined && {
        unit: typeof unit === 'string' ? unit : places.map((place) => unit[place] ?? ''),
      }),
    };
  },
  run({ columns }, kinds) {
    const places = placesOf(columns, numbersOf(kinds));
    return ([values], { rows }) => {
      const { data, width } = asDense(values);
      const made = new Float64Array(rows * places.length);
      for (let row = 0; row < rows; row++)
        for (let place = 0; place < places.length; place++)
          made[row * places.length + place] = data[row * width + (places[place] ?? 0)] ?? NaN;
      return dense(places.length, made);
    };
  },
});

function placesOf(columns: readonly Column[], kind: NumberKind): readonly number[] {
  const { shape, names = [] } = kind;
  const count = columnsOf(kind);
  if (shape.length !== 1 || count === -1)
    throw new StepFault([], 'needs a list of numbers of a known length');
  return columns.map((column, at) => {
    const place = typeof column === 'number' ? column : names.indexOf(column);
    if (place >= 0 && place < count) return place;
    const near = typeof column === 'string' ? similarNames(column, names) : [];
    const hint =
      near.length > 0
        ? `the nearest are ${near.join(', ')}`
        : `there are ${count}${names.length > 0 ? '' : ' without names'}`;
    throw new StepFault(['columns', String(at)], `no such column: ${JSON.stringify(column)}; ${hint}`);
  });
}
