import { z } from 'zod';
import { asDense, defineStep, StepFault, type ValueKind } from '../../language/index.js';
import { columnsGiven } from './rowwise.js';

const parameters = z.strictObject({
  classes: z
    .array(z.string().min(1).max(200))
    .min(2)
    .max(100_000)
    .exactOptional()
    .describe('Names of the classes by their place; the names of the columns when left out.'),
  top: z
    .int()
    .min(1)
    .max(1000)
    .default(1)
    .describe('1 answers the name of the best; more a list of `{"label", "score"}`, best first.'),
});

export const labels = defineStep({
  name: 'labels',
  group: 'answers',
  summary: 'the class with the highest score, or the `top` of them with their scores',
  parameters,
  takes: ['numbers'],
  gives(given, kinds) {
    const values = classesOf(given, kinds);
    if (given.top > values.length) throw new StepFault(['top'], `there are ${values.length} classes`);
    return given.top === 1 ? { kind: 'text', shape: [], values } : { kind: 'json' };
  },
  run(given, kinds) {
    const names = classesOf(given, kinds);
    const { top } = given;
    return ([values], { rows }) => {
      const { data, width } = asDense(values);
      const items = Array.from({ length: rows }, (_, row): unknown => {
        const scores = data.subarray(row * width, (row + 1) * width);
        if (top === 1) return names[best(scores)];
        return Array.from(scores, (score, place) => ({ label: names[place] ?? '', score }))
          .sort((one, other) => other.score - one.score)
          .slice(0, top);
      });
      return { form: 'items', items };
    };
  },
});

/** The first of the highest. */
function best(scores: ArrayLike<number>): number {
  let place = 0;
  for (let other = 1; other < scores.length; other++)
    if ((scores[other] ?? -Infinity) > (scores[place] ?? -Infinity)) place = other;
  return place;
}

function classesOf({ classes }: z.output<typeof parameters>, kinds: readonly ValueKind[]): readonly string[] {
  const { count, names } = columnsGiven(kinds);
  const given = classes ?? names;
  if (given === undefined) throw new StepFault(['classes'], 'name the classes, or the columns of the output');
  if (given.length !== count)
    throw new StepFault(['classes'], `one name for each of the ${count} columns; got ${given.length}`);
  return given;
}
