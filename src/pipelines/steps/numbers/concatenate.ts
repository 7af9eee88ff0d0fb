import { z } from 'zod';
import {
  asDense,
  dense,
  type DenseValues,
  defineStep,
  isNumbers,
  type NumberKind,
  StepFault,
  widthOf,
} from '../../language/index.js';

export const concatenate = defineStep({
  name: 'concatenate',
  group: 'numbers',
  summary: 'the columns of several values side by side, in the order of `of`',
  parameters: z.strictObject({}),
  takes: ['numbers'],
  several: true,
  gives(_, kinds) {
    const parts = kinds.filter(isNumbers);
    for (const { shape } of parts)
      if (shape.length > 1 || shape.includes(-1))
        throw new StepFault([], `joins numbers and lists of numbers, not shape [${shape.join(',')}]`);
    const width = parts.reduce((sum, { shape }) => sum + widthOf(shape), 0);
    const units = parts.map(unitsOf).flat();
    const names = parts.every(({ names: own }) => own !== undefined)
      ? parts.flatMap(({ names: own = [] }) => own)
      : undefined;
    return {
      kind: 'numbers',
      shape: [width],
      holds: parts.every(({ holds }) => holds === 'bits')
        ? 'bits'
        : parts.every(({ holds }) => holds !== 'real')
          ? 'whole'
          : 'real',
      ...(parts.some(({ gaps }) => gaps) && { gaps: true }),
      ...(units.every((unit) => unit !== undefined) && { unit: oneIfAlike(units) }),
      ...(names !== undefined && isUnique(names) && { names }),
    };
  },
  run:
    () =>
    (values, { rows }) => {
      const parts = values.map(asDense);
      const width = parts.reduce((sum, part) => sum + part.width, 0);
      const data = new Float64Array(rows * width);
      let from = 0;
      for (const part of parts) {
        place(part, data, from, width, rows);
        from += part.width;
      }
      return dense(width, data);
    },
});

function place(part: DenseValues, into: Float64Array, from: number, width: number, rows: number): void {
  const { data, width: own } = part;
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < own; column++)
      into[row * width + from + column] = data[row * own + column] ?? NaN;
}

function isUnique(names: readonly string[]): boolean {
  return new Set(names).size === names.length;
}

function unitsOf({ unit, shape }: NumberKind): (string | undefined)[] {
  return Array.isArray(unit)
    ? (unit as string[])
    : Array<string | undefined>(widthOf(shape)).fill(unit as string | undefined);
}

function oneIfAlike(units: readonly string[]): string | readonly string[] {
  const [first] = units;
  return first !== undefined && units.every((unit) => unit === first) ? first : units;
}
