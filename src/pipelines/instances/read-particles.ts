import { RowError, type WarningNote } from '../prediction.js';
import { describeValue, meantNumber } from './describe-value.js';
import { objectWith } from './fields.js';

export const EXPECTED_PARTICLES =
  '{"positions": [[x, y, z], …], "box": 8, "cutoff": 3}, box and cutoff optional';

export interface Particles {
  readonly count: number;
  readonly positions: Float64Array;
  readonly box: number | undefined;
  readonly cutoff: number | undefined;
}

export const NO_CUTOFF: WarningNote = {
  code: 'NO_CUTOFF',
  message:
    'A box without a cutoff counts each pair once, at its nearest image; give cutoff (at most half the box) for the usual truncated energy',
};

/** @throws RowError for what are no particles, or more than `maximum` */
export function readParticles(instance: unknown, maximum: number): Particles {
  const fields = objectWith(instance, ['positions', 'box', 'cutoff'], EXPECTED_PARTICLES);
  const positions = flatPositions(fields.positions, maximum);
  const box = length('box', fields.box);
  const cutoff = length('cutoff', fields.cutoff);
  if (box !== undefined && cutoff !== undefined && cutoff > box / 2)
    throw new RowError(
      'INVALID_PARTICLES',
      `cutoff ${cutoff} is more than half the box ${box}: a particle would meet several images of the same neighbour; expected at most ${box / 2}`,
    );
  return { count: positions.length / 3, positions, box, cutoff };
}

function flatPositions(value: unknown, maximum: number): Float64Array {
  if (!Array.isArray(value))
    throw new RowError(
      'INVALID_INSTANCE',
      `positions must be a list of [x, y, z], got ${describeValue(value)}; expected ${EXPECTED_PARTICLES}`,
    );
  const rows: readonly unknown[] = value;
  if (rows.length === 0 || rows.length > maximum)
    throw new RowError('INVALID_PARTICLES', `Expected 1 to ${maximum} particles, got ${rows.length}`);
  const flat = new Float64Array(rows.length * 3);
  for (const [index, row] of rows.entries()) {
    if (!Array.isArray(row) || row.length !== 3)
      throw new RowError(
        'INVALID_INSTANCE',
        `positions[${index}] must be [x, y, z], got ${describeValue(row)}`,
      );
    for (const [axis, coordinate] of (row as readonly unknown[]).entries()) {
      if (typeof coordinate !== 'number' || !Number.isFinite(coordinate))
        throw new RowError(
          'INVALID_PARTICLES',
          `positions[${index}][${axis}] must be a finite number, got ${describeValue(coordinate)}${meantNumber(coordinate)}`,
        );
      flat[index * 3 + axis] = coordinate;
    }
  }
  return flat;
}

function length(name: string, value: unknown): number | undefined {
  if (value === undefined || value === null) return undefined;
  if (typeof value !== 'number' || !Number.isFinite(value) || value <= 0)
    throw new RowError(
      'INVALID_PARTICLES',
      `${name} must be a positive number, or be left out, got ${describeValue(value)}${meantNumber(value)}`,
    );
  return value;
}
