import { z } from 'zod';
import { StepFault } from '../../language/index.js';
import { RowError } from '../../prediction.js';

/** Bounds that values must keep: beyond them an instance is refused. */
export const range = z
  .strictObject({
    min: z.number().exactOptional().describe('The least that is taken.'),
    max: z.number().exactOptional().describe('The greatest that is taken.'),
  })
  .exactOptional()
  .describe('What values may be: beyond it an instance is refused. `domain` warns instead.');
export type Range = { readonly min?: number; readonly max?: number } | undefined;

/** @throws StepFault for a range that bounds nothing */
export function checkRange(given: Range): void {
  if (given === undefined) return;
  const { min, max } = given;
  if (min === undefined && max === undefined)
    throw new StepFault(['range'], 'a range needs min, max or both');
  if (min !== undefined && max !== undefined && min > max)
    throw new StepFault(['range'], `min ${min} is above max ${max}`);
}

/** @throws RowError */
export function withinRange(name: string, value: number, given: Range, unit: string): void {
  if (given === undefined) return;
  const { min = -Infinity, max = Infinity } = given;
  if (value >= min && value <= max) return;
  const expected =
    min === -Infinity ? `at most ${max}` : max === Infinity ? `at least ${min}` : `${min} to ${max}`;
  const suffix = unit === '' || unit === '1' ? '' : ` ${unit}`;
  throw new RowError('OUT_OF_RANGE', `${name} is ${value}${suffix}: expected ${expected}${suffix}`);
}

/** How callers are told. */
export function describeRange(given: Range): { readonly minimum?: number; readonly maximum?: number } {
  return {
    ...(given?.min !== undefined && { minimum: given.min }),
    ...(given?.max !== undefined && { maximum: given.max }),
  };
}
