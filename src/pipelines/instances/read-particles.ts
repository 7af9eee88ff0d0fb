import type { Pipeline } from '../pipeline.js';
import { RowError } from '../prediction.js';
import type { SourceStep } from '../pipeline-schema.js';
import { describeValue, meantNumber } from './describe-value.js';
import { objectWith } from './fields.js';
import type { Reading, SourceValue } from './reading.js';

const EXPECTED = '{"positions": [[x, y, z], …], "box": 8, "cutoff": 3}, box and cutoff optional';

interface Particles {
  readonly count: number;
  readonly positions: Float64Array;
  readonly box: number | undefined;
  readonly cutoff: number | undefined;
}

export function readParticles(pipeline: Pipeline, instances: readonly unknown[]): Reading[] {
  const maximum = pipeline.instance.kind === 'particles' ? pipeline.instance.maximum : 0;
  return instances.map((instance) => {
    try {
      const particles = particlesOf(instance, maximum);
      return {
        instance: {
          values: Object.fromEntries(
            Object.entries(pipeline.inputs).map(([name, { steps }]) => [
              name,
              fieldValue(particles, steps[0]),
            ]),
          ),
          quantities: quantitiesOf(particles),
          warnings:
            particles.box !== undefined && particles.cutoff === undefined
              ? [
                  {
                    code: 'NO_CUTOFF',
                    message:
                      'A box without a cutoff counts each pair once, at its nearest image; give cutoff (at most half the box) for the usual truncated energy',
                  },
                ]
              : [],
        },
      };
    } catch (error) {
      if (error instanceof RowError) return { error: error.note };
      throw error;
    }
  });
}

function particlesOf(instance: unknown, maximum: number): Particles {
  const fields = objectWith(instance, ['positions', 'box', 'cutoff'], EXPECTED);
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
      `positions must be a list of [x, y, z], got ${describeValue(value)}; expected ${EXPECTED}`,
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

function fieldValue({ count, positions, box, cutoff }: Particles, source: SourceStep): SourceValue {
  if (source.step !== 'field') throw new Error(`"${source.step}" does not read particles`);
  if (source.field === 'positions') return { shape: [count, 3], data: positions };
  const value = (source.field === 'box' ? box : cutoff) ?? source.absent;
  if (value === undefined)
    throw new RowError(
      'INVALID_INSTANCE',
      `${source.field} is missing, and this model needs it; expected ${EXPECTED}`,
    );
  return { shape: [], data: [value] };
}

function quantitiesOf({ count, box, cutoff }: Particles): Record<string, number> {
  return {
    particles: count,
    ...(box === undefined ? {} : { box, density: count / box ** 3 }),
    ...(cutoff === undefined ? {} : { cutoff }),
  };
}
